-- Photos that members keep.
CREATE TABLE favourites (
    account bigint NOT NULL REFERENCES accounts (id),
    submission bigint NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY, -- later ones have higher numbers
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, submission)
);

CREATE UNIQUE INDEX favourites_in_order ON favourites (account, number);

-- For photos that are deleted.
CREATE INDEX favourites_of_photo ON favourites (submission);
