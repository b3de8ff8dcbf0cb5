-- How members come back, and what is known of them beyond their name.
ALTER TABLE accounts
    ADD password_hash text, -- Argon2id in PHC form; without one nobody can log in (the house, deleted accounts)
    ADD email text CHECK (char_length(email) <= 254), -- as it was typed; compared in lower case
    ADD email_verified_at timestamptz,
    ADD about text NOT NULL DEFAULT '' CHECK (char_length(about) <= 1000),
    ADD suspended_at timestamptz,
    ADD suspension text CHECK (char_length(suspension) <= 500), -- why, in words to the member
    ADD deletion_due_at timestamptz, -- the member asked for it, and can take it back until then
    ADD deleted_at timestamptz,
    ADD CHECK (email_verified_at IS NULL OR email IS NOT NULL),
    ADD CHECK ((suspended_at IS NULL) = (suspension IS NULL)),
    ADD CHECK (deleted_at IS NULL OR (password_hash IS NULL AND email IS NULL));

-- An address belongs to one account only once somebody has shown that they read it.
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email)) WHERE email_verified_at IS NOT NULL;

CREATE INDEX accounts_deletion ON accounts (deletion_due_at) WHERE deletion_due_at IS NOT NULL;

CREATE TYPE theme AS ENUM ('system', 'light', 'dark', 'high_contrast');

-- What a member has chosen; every account has a row.
CREATE TABLE settings (
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    profile_public boolean NOT NULL DEFAULT true,
    show_own_votes boolean NOT NULL DEFAULT true, -- on the public profile
    theme theme NOT NULL DEFAULT 'system',
    reduced_motion boolean NOT NULL DEFAULT false,
    large_photos boolean NOT NULL DEFAULT false,
    digit_shortcuts boolean NOT NULL DEFAULT false,
    described_only boolean NOT NULL DEFAULT false, -- only photos that somebody has described in words
    time_zone text NOT NULL DEFAULT 'UTC',
    mail_photos boolean NOT NULL DEFAULT true, -- when a photo of theirs is ready or has failed
    mail_digest boolean NOT NULL DEFAULT false -- every week, how their photos did
);

INSERT INTO settings (account) SELECT id FROM accounts;

-- A browser that is logged in. Its cookie holds 32 random bytes; here is only their SHA-256.
CREATE TABLE sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    remembered boolean NOT NULL, -- the member asked to stay logged in
    network text NOT NULL, -- shortened: 192.0.2.x
    browser text NOT NULL, -- in words: Firefox on Linux
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE INDEX sessions_account ON sessions (account, id);

CREATE INDEX sessions_expired ON sessions (expires_at);

CREATE TYPE token_purpose AS ENUM ('verify_email', 'change_email', 'reset_password');

-- Links in mails: good once, for a while, and only for the address that they were sent to.
CREATE TABLE tokens (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    purpose token_purpose NOT NULL,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX tokens_account ON tokens (account, purpose);

CREATE INDEX tokens_expired ON tokens (expires_at);

-- Brakes that hold across restarts and processes (generic cell rate algorithm): a key is free again when `until` minus
-- its burst has passed.
CREATE TABLE throttles (
    key text PRIMARY KEY,
    until timestamptz NOT NULL
);

-- Who did what to whom with more rights than a member has. Without an actor it was done on the command line.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor bigint REFERENCES accounts,
    action text NOT NULL,
    account bigint REFERENCES accounts,
    detail text NOT NULL DEFAULT ''
);

CREATE INDEX audit_log_account ON audit_log (account, id);
