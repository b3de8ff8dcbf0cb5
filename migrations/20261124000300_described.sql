-- People who cannot see the photos may go through the described ones alone: these have places of their own, as dense as
-- the places of all, and every rater has a second lap through them.

-- A description is words or nothing, never blanks.
UPDATE submissions SET alt_text = '' WHERE alt_text <> '' AND alt_text !~ '\S';

ALTER TABLE submissions
    ADD described_ordinal bigint UNIQUE CHECK (described_ordinal >= 1);

ALTER TABLE deck
    ADD described_size bigint NOT NULL DEFAULT 0;

-- In the order in which the photos came into the deck.
WITH places AS (
    SELECT id, row_number() OVER (ORDER BY ordinal) AS place FROM submissions
    WHERE ordinal IS NOT NULL AND alt_text <> '')
UPDATE submissions s SET described_ordinal = p.place FROM places p WHERE p.id = s.id;

UPDATE deck SET described_size = (SELECT count(*) FROM submissions WHERE described_ordinal IS NOT NULL);

ALTER TABLE submissions
    ADD CONSTRAINT submissions_described
        CHECK ((described_ordinal IS NOT NULL) = (ordinal IS NOT NULL AND alt_text <> ''));

-- Nothing before this rater first asked for described photos alone.
ALTER TABLE raters
    ADD described_start bigint CHECK (described_start >= 1),
    ADD described_end bigint,
    ADD described_position bigint CHECK (described_position >= 0),
    ADD CONSTRAINT raters_described_lap
        CHECK (num_nulls(described_start, described_end, described_position) IN (0, 3) AND described_end >= described_start);
