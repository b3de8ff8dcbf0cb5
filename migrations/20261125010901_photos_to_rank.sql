-- Photos whose standing may have changed since the last generation. Whoever changes a tally, or takes a photo into the deck or
-- out of it, adds a row; the ranking job takes them all. Unlogged, since votes pay for it: after a crash it is empty, the row of
-- photo 0 with it, and the next generation compares every photo.
CREATE UNLOGGED TABLE photos_to_rank (submission bigint NOT NULL);

-- What the parameters of scores are estimated from, summed up over the photos that have a standing. No row, or a photo that was
-- ranked without squares: the next generation adds everything up.
CREATE TABLE rating_moments (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    photos bigint NOT NULL,
    ratings bigint NOT NULL,
    sum bigint NOT NULL, -- of all ratings
    squares bigint NOT NULL, -- of all ratings
    weighted double precision NOT NULL, -- sum * sum / count, summed up over photos
    several bigint NOT NULL, -- photos with two ratings or more; of these:
    means double precision NOT NULL,
    mean_squares double precision NOT NULL,
    inverse_counts double precision NOT NULL,
    moved bigint NOT NULL DEFAULT 0 -- photos whose score has changed since the ladder was written anew
);

CREATE FUNCTION note_tallies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO photos_to_rank SELECT submission FROM touched;
    RETURN NULL;
END
$$;

CREATE FUNCTION note_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO photos_to_rank VALUES (OLD.id);
    RETURN NULL;
END
$$;

-- Sum of the squares of the ratings in a histogram. In plain sums, since it is asked for every photo.
CREATE FUNCTION squares_of(histogram integer[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    histogram[1]::bigint + 4 * histogram[2]::bigint + 9 * histogram[3]::bigint + 16 * histogram[4]::bigint
    + 25 * histogram[5]::bigint + 36 * histogram[6]::bigint + 49 * histogram[7]::bigint + 64 * histogram[8]::bigint
    + 81 * histogram[9]::bigint + 100 * histogram[10]::bigint;
