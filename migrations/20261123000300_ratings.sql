-- One row per person who ever voted. The id is a hash of the browser's token, so that it identifies and cannot log in.
CREATE TABLE raters (
    id uuid PRIMARY KEY,
    account bigint UNIQUE REFERENCES accounts,
    -- The lap: ordinals lap_start..lap_end in this rater's own order, of which all before position are done with.
    lap_start bigint NOT NULL CHECK (lap_start >= 1),
    lap_end bigint NOT NULL,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (lap_end >= lap_start)
) WITH (fillfactor = 80);

-- No foreign keys: checking them would lock the photo's row on every vote. `ratemyderp check` looks for orphans.
CREATE TABLE ratings (
    rater uuid NOT NULL,
    submission bigint NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 1 AND 10),
    previous smallint CHECK (previous BETWEEN 1 AND 10),
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz,
    PRIMARY KEY (rater, submission)
);

-- The only photo row that a vote writes: narrow, and with no index on what changes, so that updates stay HOT.
CREATE TABLE tallies (
    submission bigint PRIMARY KEY,
    count bigint NOT NULL DEFAULT 0,
    sum bigint NOT NULL DEFAULT 0,
    histogram integer[] NOT NULL DEFAULT '{0,0,0,0,0,0,0,0,0,0}' CHECK (array_length(histogram, 1) = 10)
) WITH (fillfactor = 70);

CREATE TYPE report_reason AS ENUM ('not_an_animal', 'cruelty', 'stolen', 'personal', 'other');

CREATE TABLE reports (
    rater uuid NOT NULL,
    submission bigint NOT NULL REFERENCES submissions,
    reason report_reason NOT NULL,
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (rater, submission)
);

CREATE INDEX reports_recent ON reports (rater, created_at);
