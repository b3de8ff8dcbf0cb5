-- What operators do to jobs: one row for each act, on one job or on many, and in `operation_jobs` the jobs that it is about as
-- they were when it was prepared.
CREATE TABLE operations (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor bigint, -- an account; nothing at the command line
    actor_name text NOT NULL,
    verb text NOT NULL CHECK (verb IN ('retry', 'run_now', 'discard', 'restore', 'cancel', 'stop', 'move_lane', 'set_priority', 'undo')),
    value text, -- the lane or the priority
    filter jsonb, -- what was asked for, while and after it is looked up
    request text NOT NULL, -- the whole request in one line: a doubled form is recognised by it
    sentence text NOT NULL, -- which jobs, in words
    reason text NOT NULL DEFAULT '',
    canary boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('counting', 'ready', 'canary', 'running', 'held', 'done', 'stopped', 'thrown_away')),
    note text NOT NULL DEFAULT '', -- why it is held, or ended early
    undoes bigint REFERENCES operations,
    capped boolean NOT NULL DEFAULT false, -- there are more jobs than one operation may have
    cursor bigint, -- while it counts and while it runs: the last job that was looked at
    step smallint NOT NULL DEFAULT 0, -- of the canary: so many of its steps are over
    step_end bigint, -- the last job of the step that is waited for
    counted bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    moved bigint NOT NULL DEFAULT 0, -- had changed since
    refused bigint NOT NULL DEFAULT 0, -- could not be done
    skipped bigint NOT NULL DEFAULT 0, -- were not reached when it was stopped
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT operations_add_up CHECK (done + moved + refused + skipped <= counted),
    CONSTRAINT operations_complete CHECK (state NOT IN ('done', 'stopped') OR done + moved + refused + skipped = counted),
    CONSTRAINT operations_ended CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'stopped', 'thrown_away')))
);

CREATE INDEX operations_undoes ON operations (undoes) WHERE undoes IS NOT NULL;

CREATE INDEX operations_open ON operations (number) WHERE ended_at IS NULL;

CREATE TABLE operation_jobs (
    operation bigint NOT NULL,
    job bigint NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    attempt integer NOT NULL, -- the fence, with `before.state`
    before jsonb NOT NULL, -- what an undo needs
    outcome text CHECK (outcome IN ('done', 'moved', 'refused')),
    note text, -- why it was not done
    PRIMARY KEY (operation, job)
);

CREATE INDEX operation_jobs_left ON operation_jobs (operation, job) WHERE outcome IN ('moved', 'refused');

CREATE INDEX operation_jobs_job ON operation_jobs (job, operation);

-- A repair must not wait behind what it repairs, nor be paused with it; one runs at a time.
INSERT INTO lanes (name, concurrency) VALUES ('operations', 1) ON CONFLICT (name) DO NOTHING;
