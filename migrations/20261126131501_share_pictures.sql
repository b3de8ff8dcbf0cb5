-- What is drawn on the picture that other sites show beside a link to a photo. It lies beside the renditions that it was drawn from, and
-- goes when they go.
CREATE TABLE share_pictures (
    submission bigint PRIMARY KEY,
    rendition_key uuid NOT NULL, -- of these renditions
    tenths smallint NOT NULL, -- the score, in tenths
    made_at timestamptz NOT NULL DEFAULT now()
);
