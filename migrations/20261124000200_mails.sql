-- Every mail that we owe somebody: what it is about, as ids. Whom it goes to, and what it says, is found out when it is sent.
CREATE TABLE mails (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    letter jsonb NOT NULL,
    event text UNIQUE, -- the same event is told once
    -- Of the Message-ID, the same at every attempt, so that a mail that went out twice can be recognised.
    message_id uuid NOT NULL DEFAULT gen_random_uuid(),
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    unsent_at timestamptz, -- when it was found that it is not to be sent, or cannot be
    reason text, -- why
    CHECK (sent_at IS NULL OR unsent_at IS NULL),
    CHECK ((unsent_at IS NULL) = (reason IS NULL))
);

CREATE INDEX mails_created ON mails (created_at);

-- Who wants the weekly mail.
CREATE INDEX settings_digest ON settings (account) WHERE mail_digest;

INSERT INTO lanes (name) VALUES ('mail');
