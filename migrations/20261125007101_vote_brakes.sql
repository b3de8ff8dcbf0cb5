-- How many ratings by new raters a network has given, in all processes together: for one photo, or (photo 0) first ratings of
-- raters that begin. Unlogged: it is a brake, not a truth, and a vote should not pay for it in WAL; a crash empties it.
CREATE UNLOGGED TABLE vote_brakes (
    -- A keyed hash of the network, of which the key changes daily.
    network bigint NOT NULL,
    submission bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    used integer NOT NULL,
    -- How many the last upsert allowed.
    granted integer NOT NULL,
    PRIMARY KEY (network, submission)
) WITH (fillfactor = 70);

CREATE INDEX vote_brakes_since ON vote_brakes (since);

-- From which network a rating came, as the same hash: so that a flood can be told from a crowd afterwards. `created_at` and
-- `changed_at` say when. Older ratings, and those of the demo, know none.
ALTER TABLE ratings ADD network bigint;
