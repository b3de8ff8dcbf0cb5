-- What operators do to the queue besides single jobs, and what they see of errors and of time.

-- Jobs of a paused kind wait, and cost the claims of others nothing.
CREATE TABLE paused_kinds (
    kind text PRIMARY KEY,
    paused_at timestamptz NOT NULL DEFAULT now(),
    paused_by text NOT NULL,
    reason text NOT NULL,
    resume_at timestamptz
);

-- A schedule that is paused does not tick.
CREATE TABLE paused_schedules (
    name text PRIMARY KEY,
    paused_at timestamptz NOT NULL DEFAULT now(),
    paused_by text NOT NULL,
    reason text NOT NULL,
    resume_at timestamptz
);

-- Errors that are the same but for numbers, names and addresses. Rows are only ever added, so that a mass failure has no hot row.
CREATE TABLE error_groups (
    id bigint PRIMARY KEY, -- the first eight bytes of the SHA-256 of kind and normalised text
    kind text NOT NULL,
    normalised text NOT NULL,
    sample text NOT NULL, -- the first one, as it was (secrets redacted)
    first_job bigint NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    normaliser smallint NOT NULL -- the version of the rules that made `normalised`
);

-- What operators say about one.
CREATE TABLE error_group_notes (
    error_group bigint PRIMARY KEY,
    note text NOT NULL DEFAULT '',
    noted_by text,
    noted_at timestamptz,
    muted_at timestamptz, -- nobody is alerted, until it changes: a new version fails with it, or it fails much more often
    muted_by text,
    muted_version text, -- the version whose workers had failed with it last
    muted_per_hour double precision -- how often it failed then
);

-- What a handler said while it worked.
CREATE TABLE job_lines (
    job bigint NOT NULL,
    attempt integer NOT NULL,
    n smallint NOT NULL, -- from one; at most 200 an attempt, the last of which says that more was left out
    at timestamptz NOT NULL DEFAULT now(),
    text text NOT NULL,
    PRIMARY KEY (job, attempt, n)
);

-- How long jobs waited and ran, as histograms: bucket k counts what took less than 2^(k/4) ms, and no less than the bucket before.
-- Each process adds what it measured to the minute; minutes become hours.
CREATE TABLE job_pace (
    at timestamptz NOT NULL, -- the beginning of the minute or hour
    hourly boolean NOT NULL,
    kind text NOT NULL,
    measure text NOT NULL CHECK (measure IN ('wait', 'run')),
    bucket smallint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (hourly, at, kind, measure, bucket)
);

-- Which jobs were made in an hour, so that times become ranges of numbers.
CREATE TABLE job_hours (
    hour timestamptz PRIMARY KEY,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL
);
