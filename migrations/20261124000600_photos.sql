-- What members may decide about their photos, and what is known of the files they sent.

CREATE TYPE photo_crop AS ENUM (
    'auto', 'top_left', 'top', 'top_right', 'left', 'middle', 'right', 'bottom_left', 'bottom', 'bottom_right'
);

ALTER TABLE submissions
    ADD crop photo_crop NOT NULL DEFAULT 'auto', -- where the owner wants the square
    ADD made_crop photo_crop, -- where it was when the renditions were made
    -- Its renditions are to be made anew; the old ones stay until then.
    ADD stale_since timestamptz,
    ADD original_sha256 bytea CHECK (octet_length(original_sha256) = 32),
    ADD width integer, -- of the upright original, in pixels
    ADD height integer,
    ADD fingerprint bigint, -- 64 bits of what it looks like; plain pictures have none
    ADD near_duplicate_of bigint REFERENCES submissions, -- an older photo that looks the same: to be reviewed
    ADD preview_key uuid, -- small squares to choose the crop by, for the owner alone
    -- Where the renditions are: under their public address, or out of reach because the photo is hidden.
    ADD renditions_hidden boolean NOT NULL DEFAULT false,
    ALTER original_key DROP NOT NULL, -- not kept after its renditions are made, if so configured
    DROP CONSTRAINT submissions_check1,
    ADD CHECK (rendition_key IS NULL OR state = 'ready'),
    ADD CHECK (rendition_key IS NOT NULL OR state <> 'ready' OR moderation = 'removed'),
    ADD CHECK (original_key IS NOT NULL OR state <> 'pending' OR moderation = 'removed'),
    ADD CHECK (moderation <> 'removed' OR coalesce(original_key, rendition_key, preview_key) IS NULL);

-- The same file twice: refused, unless the first one failed or is gone.
CREATE UNIQUE INDEX submissions_original ON submissions (original_sha256)
    WHERE state <> 'failed' AND moderation <> 'removed';

-- Whose is this blob? Asked by the sweep.
CREATE INDEX submissions_original_key ON submissions (original_key);

CREATE INDEX submissions_rendition_key ON submissions (rendition_key);

CREATE INDEX submissions_preview_key ON submissions (preview_key);

CREATE INDEX submissions_stale ON submissions (id) WHERE stale_since IS NOT NULL;

CREATE INDEX submissions_near ON submissions (near_duplicate_of) WHERE near_duplicate_of IS NOT NULL;

-- The four quarters of a fingerprint, each with its place. Of two fingerprints that differ in at most seven bits, one quarter
-- differs in at most one: so 4 * 17 values find every one of them through the index.
CREATE FUNCTION fingerprint_quarters(fingerprint bigint) RETURNS integer[] IMMUTABLE STRICT LANGUAGE sql AS $$
    SELECT ARRAY[
        (fingerprint & 65535)::integer,
        (fingerprint >> 16 & 65535)::integer | 65536,
        (fingerprint >> 32 & 65535)::integer | 131072,
        (fingerprint >> 48 & 65535)::integer | 196608
    ]
$$;

CREATE INDEX submissions_fingerprint ON submissions USING gin (fingerprint_quarters(fingerprint))
    WHERE fingerprint IS NOT NULL AND moderation <> 'removed';

-- Files that have arrived while something else in the form was wrong.
CREATE TABLE drafts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner bigint NOT NULL REFERENCES accounts,
    original_key uuid NOT NULL UNIQUE,
    original_sha256 bytea NOT NULL CHECK (octet_length(original_sha256) = 32),
    bytes bigint NOT NULL,
    width integer NOT NULL, -- as the header says, before it is turned upright
    height integer NOT NULL,
    preview_key uuid,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX drafts_owner ON drafts (owner, id);

CREATE INDEX drafts_preview_key ON drafts (preview_key);

CREATE INDEX drafts_created ON drafts (created_at);

-- Blobs that no row names any more, and when they may go: renditions that pages still show stay for a while.
CREATE TABLE discarded_blobs (
    folder text NOT NULL CHECK (folder IN ('originals', 'images', 'hidden', 'previews')),
    key uuid NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (folder, key)
);

CREATE INDEX discarded_blobs_due ON discarded_blobs (due_at);

-- One row: how far the search for blobs without a row has come.
CREATE TABLE sweep (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    position text NOT NULL DEFAULT '', -- all blobs up to this path were looked at
    looked bigint NOT NULL DEFAULT 0, -- since the beginning of this round
    removed bigint NOT NULL DEFAULT 0,
    finished_at timestamptz -- the last round
);

INSERT INTO sweep DEFAULT VALUES;

-- How far a long job has come; a new attempt goes on from there.
CREATE TABLE job_progress (
    job bigint PRIMARY KEY,
    position bigint NOT NULL, -- all photos up to this number are done
    last bigint NOT NULL, -- the one at which it ends
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL,
    skipped bigint NOT NULL DEFAULT 0 -- that could not be done
);
