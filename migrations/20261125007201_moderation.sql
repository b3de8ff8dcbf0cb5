-- What a moderator decided about a photo, and why; the owner is told. A decision that was undone stays in the history.
CREATE TYPE moderation_verdict AS ENUM ('kept', 'hidden', 'shown', 'removed');

CREATE TABLE moderation_decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission bigint NOT NULL REFERENCES submissions,
    moderator bigint NOT NULL REFERENCES accounts,
    verdict moderation_verdict NOT NULL,
    reason report_reason,
    words text NOT NULL DEFAULT '' CHECK (char_length(words) <= 1000),
    at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    CONSTRAINT moderation_decisions_reasoned CHECK (reason IS NOT NULL OR verdict IN ('kept', 'shown')),
    CONSTRAINT moderation_decisions_final CHECK (undone_at IS NULL OR verdict <> 'removed')
);

CREATE INDEX moderation_decisions_submission ON moderation_decisions (submission, id);

-- A report is open until a decision answers it.
ALTER TABLE reports ADD decision bigint REFERENCES moderation_decisions;

CREATE INDEX reports_open ON reports (submission) WHERE decision IS NULL;
CREATE INDEX reports_of_decision ON reports (decision) WHERE decision IS NOT NULL;
