CREATE TYPE account_role AS ENUM ('member', 'moderator', 'operator');

CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL UNIQUE CHECK (username ~ '^[a-z0-9][a-z0-9_-]{2,19}$'),
    display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 60),
    role account_role NOT NULL DEFAULT 'member',
    created_at timestamptz NOT NULL DEFAULT now()
);
