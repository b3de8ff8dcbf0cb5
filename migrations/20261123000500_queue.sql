-- fang's table as fang 0.11 defines it, but for the default of `id` (no extension needed) and for its indexes, which would
-- make every change of state touch four more trees. Its enum is never extended: fang's decoder panics on a value it does not know.
CREATE TYPE fang_task_state AS ENUM ('new', 'in_progress', 'failed', 'finished', 'retried');

CREATE TABLE fang_tasks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    metadata jsonb NOT NULL,
    error_message text,
    state fang_task_state NOT NULL DEFAULT 'new',
    task_type text NOT NULL DEFAULT 'common', -- we use it for the lane
    uniq_hash text, -- we use it for the name that is unique among waiting jobs
    retries integer NOT NULL DEFAULT 0, -- attempts that failed; one that was given back at a stop does not count
    scheduled_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    -- Ours. `number` is what people see.
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind text NOT NULL,
    priority smallint NOT NULL DEFAULT 0, -- lower goes first within its lane
    max_attempts smallint NOT NULL DEFAULT 1 CHECK (max_attempts >= 1),
    attempt integer NOT NULL DEFAULT 0, -- rises with every claim; with lease_owner it is the fence
    lease_owner bigint,
    lease_until timestamptz,
    submission bigint,
    account bigint,
    superseded_by bigint, -- a finished job that gave way to a waiting one of the same name
    discarded_at timestamptz, -- a failed job that an operator has put aside
    CHECK (superseded_by IS NULL OR state = 'finished'),
    CHECK (discarded_at IS NULL OR state = 'failed')
);

-- What a worker takes next, lane by lane; finished jobs are not in it, however many there are.
CREATE INDEX fang_tasks_waiting ON fang_tasks (task_type, priority, scheduled_at, number, kind)
    WHERE state IN ('new', 'retried');

CREATE UNIQUE INDEX fang_tasks_unique ON fang_tasks (uniq_hash)
    WHERE state IN ('new', 'retried');

-- What operators list and count, and what runs now.
CREATE INDEX fang_tasks_board ON fang_tasks (state, kind, number);

CREATE INDEX fang_tasks_submission ON fang_tasks (submission, number)
    WHERE submission IS NOT NULL;

-- Jobs processes. A process that stopped says so; one that was killed merely stops being seen.
CREATE TABLE workers (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    slots integer NOT NULL, -- jobs it runs at once
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    stopped_at timestamptz
);

-- One row for every start of a job. No foreign keys: they would cost a look-up and a lock at every claim.
CREATE TABLE job_attempts (
    job bigint NOT NULL,
    attempt integer NOT NULL,
    worker bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    outcome text CHECK (outcome IN ('finished', 'failed', 'lost', 'returned')),
    error text,
    PRIMARY KEY (job, attempt),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) WITH (fillfactor = 90);

-- Jobs of a paused lane wait; those that run already go on.
CREATE TABLE lanes (
    name text PRIMARY KEY,
    paused_at timestamptz
);

INSERT INTO lanes (name) VALUES ('images'), ('ranking'), ('upkeep');

-- A tick exists once, whichever process was first.
CREATE TABLE schedules (
    name text NOT NULL,
    tick timestamptz NOT NULL,
    job bigint,
    PRIMARY KEY (name, tick)
);
