ALTER TABLE board_photos
    ADD trend double precision, -- of 'all': how much happens of late beside the usual, as a power of two; nothing while it is not to be listed
    ADD viral double precision; -- of 'all': how often it is shared and come to by a hundred views; nothing while it is not to be listed
