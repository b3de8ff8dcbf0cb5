CREATE TYPE submission_state AS ENUM ('pending', 'ready', 'failed');
CREATE TYPE submission_moderation AS ENUM ('visible', 'hidden', 'removed');

CREATE TABLE submissions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner bigint NOT NULL REFERENCES accounts,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 40),
    species text NOT NULL CHECK (char_length(species) BETWEEN 1 AND 40),
    alt_text text NOT NULL DEFAULT '' CHECK (char_length(alt_text) <= 500),
    state submission_state NOT NULL DEFAULT 'pending',
    failure text,
    moderation submission_moderation NOT NULL DEFAULT 'visible',
    -- The photo's place in the deck. It has one exactly while people may vote on it:
    -- hiding takes it away and leaves a hole, un-hiding gives a new one.
    ordinal bigint UNIQUE CHECK (ordinal >= 1),
    original_key uuid NOT NULL,
    rendition_key uuid,
    rendition_sizes integer[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CHECK ((state = 'ready') = (rendition_key IS NOT NULL)),
    CHECK ((ordinal IS NOT NULL) = (state = 'ready' AND moderation = 'visible'))
);

CREATE INDEX submissions_owner ON submissions (owner, id);

-- How many ordinals were ever given out. Updating its one row in the transaction that makes a photo
-- votable keeps ordinals dense and in commit order, which a sequence would not.
CREATE TABLE deck (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    size bigint NOT NULL DEFAULT 0
);

INSERT INTO deck DEFAULT VALUES;
