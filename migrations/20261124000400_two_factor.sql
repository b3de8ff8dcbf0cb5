-- The second factor: codes of an app on a member's phone (RFC 6238), and recovery codes for when it is lost.
CREATE TABLE two_factor (
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    secret bytea NOT NULL, -- what the app shares with us, sealed with a key that is not in the database
    salt bytea NOT NULL CHECK (octet_length(salt) = 16), -- of the recovery codes' hashes
    begun_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz, -- the app has shown that it works; until then nothing asks for codes
    last_step bigint NOT NULL DEFAULT 0 -- a code of this step of 30 seconds or an earlier one is used up
);

-- Ten for each member, shown once.
CREATE TABLE recovery_codes (
    account bigint NOT NULL REFERENCES two_factor ON DELETE CASCADE,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (account, hash)
);

-- What somebody has done, beside what was done to them.
CREATE INDEX audit_log_actor ON audit_log (actor, id) WHERE actor IS NOT NULL;
