-- When each rater last voted, and on which photo: a second vote within a moment of it is the second half of a double tap. For
-- all web processes together. Unlogged: it matters for less than a second, so no vote pays for it in WAL, and a crash
-- may empty it.
CREATE UNLOGGED TABLE last_votes (
    rater uuid PRIMARY KEY,
    submission bigint NOT NULL,
    at timestamptz NOT NULL
) WITH (fillfactor = 50);
