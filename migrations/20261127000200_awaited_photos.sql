-- Members who have seen every photo and want to be told when there are more: told once, and then not here any more. There is nothing
-- left for them up to `place` in the deck, and up to `described_place` among the described photos.
CREATE TABLE awaited_photos (
    account bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    asked_at timestamptz NOT NULL DEFAULT now(),
    place bigint NOT NULL CHECK (place >= 0),
    described_place bigint NOT NULL CHECK (described_place >= 0)
);
