ALTER TABLE board_photos ADD bias bigint NOT NULL DEFAULT 0; -- of those who gave these ratings, added up
