-- What the processes counted, every ten seconds: one row for each series that moved, and one for each gauge. Kept for 48 hours and
-- added up into minutes and hours. `number` is the order in which they are shipped elsewhere: whoever inserts holds the advisory
-- lock 'ratemyderp: metric_points' shared until the commit, so that whoever takes it alone has seen all numbers up to the last.
CREATE TABLE metric_points (
    measurement text NOT NULL,
    at timestamptz NOT NULL,
    tags jsonb NOT NULL,
    -- Whole numbers are stored without a decimal point and others with one: each field is of one type for ever.
    fields jsonb NOT NULL,
    -- False: what was added since the point before, to be summed. True: how much there was, of which mean and maximum are kept.
    gauge boolean NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (measurement, at, tags)
);

CREATE INDEX metric_points_by_number ON metric_points (number);
CREATE INDEX metric_points_by_time ON metric_points USING brin (at) WITH (pages_per_range = 16);

-- The same by the minute, for 14 days, and by the hour, for ever. Sums over all processes, except of `up`; a gauge `x` has its mean
-- in `x` and its maximum in `x_max`.
CREATE TABLE metric_minutes (
    measurement text NOT NULL,
    at timestamptz NOT NULL,
    tags jsonb NOT NULL,
    fields jsonb NOT NULL,
    gauge boolean NOT NULL,
    PRIMARY KEY (measurement, at, tags)
);

CREATE INDEX metric_minutes_by_time ON metric_minutes USING brin (at) WITH (pages_per_range = 16);

CREATE TABLE metric_hours (
    measurement text NOT NULL,
    at timestamptz NOT NULL,
    tags jsonb NOT NULL,
    fields jsonb NOT NULL,
    gauge boolean NOT NULL,
    PRIMARY KEY (measurement, at, tags)
);

-- How far points have been shipped.
CREATE TABLE metric_cursors (
    store text PRIMARY KEY,
    number bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
);
