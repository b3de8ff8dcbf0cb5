-- Alerts of operators. They are no jobs: a queue that does badly could not tell of itself.

-- How many jobs waited in each lane, minute by minute, for a day.
CREATE TABLE lane_samples (
    at timestamptz NOT NULL,
    lane text NOT NULL,
    waiting bigint NOT NULL,
    PRIMARY KEY (at, lane)
);

-- What is or was wrong. What is seen in two rounds in a row fires; what is not seen in two is resolved.
CREATE TABLE alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    subject text NOT NULL, -- a lane, a kind, a group of errors; empty where there is but one
    words text NOT NULL, -- as they were last
    link text NOT NULL, -- a path of the site
    seen_at timestamptz NOT NULL DEFAULT now(), -- in the first round
    fired_at timestamptz,
    told_at timestamptz, -- when a message about it was last written
    missed smallint NOT NULL DEFAULT 0, -- rounds since then in which it was not seen
    resolved_at timestamptz
);

CREATE UNIQUE INDEX alerts_open ON alerts (rule, subject) WHERE resolved_at IS NULL;

CREATE INDEX alerts_resolved ON alerts (resolved_at, id) WHERE resolved_at IS NOT NULL;

-- Nobody is told of these until then.
CREATE TABLE alert_silences (
    rule text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    silenced_by text NOT NULL,
    silenced_at timestamptz NOT NULL DEFAULT now(),
    until timestamptz NOT NULL,
    PRIMARY KEY (rule, subject)
);

-- What is to be sent, and what became of it. Whoever is killed between sending and noting it leaves it to be sent once more, under
-- the same id.
CREATE TABLE alert_messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL DEFAULT gen_random_uuid(),
    data jsonb NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    mail_owed boolean NOT NULL,
    mailed_at timestamptz,
    mail_error text,
    post_owed boolean NOT NULL,
    posted_at timestamptz,
    post_error text
);

CREATE INDEX alert_messages_owed ON alert_messages (id) WHERE mail_owed OR post_owed;

-- When somebody last looked, whoever it was, and when the heartbeat last went out.
CREATE TABLE alert_rounds (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    looked_at timestamptz,
    looked_by text,
    beaten_at timestamptz,
    beat_error text
);

INSERT INTO alert_rounds DEFAULT VALUES;
