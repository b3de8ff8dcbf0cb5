-- What ratings add up to by day and by board. Worked out by the ranking job, in proportion to what has changed.

-- Changes of ratings that are not added up yet: how many more there are of a photo and of the day on which they were first given (UTC),
-- their sum, and the sum of their squares. Without a day: the photo itself has changed. Unlogged, since votes pay for it: after a crash it
-- is empty, the row of photo 0 with it, and everything is added up anew.
CREATE UNLOGGED TABLE rating_changes (
    submission bigint NOT NULL,
    day date,
    ratings bigint NOT NULL DEFAULT 0,
    sum bigint NOT NULL DEFAULT 0,
    squares bigint NOT NULL DEFAULT 0
);

CREATE TABLE submission_days (
    submission bigint NOT NULL,
    day date NOT NULL, -- UTC
    ratings bigint NOT NULL DEFAULT 0, -- first given that day, with the scores that they have now
    sum bigint NOT NULL DEFAULT 0,
    squares bigint NOT NULL DEFAULT 0,
    views bigint NOT NULL DEFAULT 0,
    shares bigint NOT NULL DEFAULT 0,
    arrivals bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (submission, day)
);

CREATE TYPE board_period AS ENUM ('day', 'week', 'month', 'year', 'all');

-- A photo on the boards of one period: what it was given then. Every photo has a row of 'all'.
CREATE TABLE board_photos (
    submission bigint NOT NULL,
    period board_period NOT NULL,
    since date NOT NULL, -- the period's first day; 1970-01-01 for 'all'
    species text NOT NULL, -- in small letters
    shown boolean NOT NULL, -- is the photo in the deck?
    ratings bigint NOT NULL,
    sum bigint NOT NULL,
    squares bigint NOT NULL,
    score double precision, -- nothing while it is not to be listed
    spread double precision, -- how much people disagree, in points; nothing while it is not to be listed
    PRIMARY KEY (submission, period, since)
);

-- Every listed photo has ratings. That they are asked for keeps the boards of a species off these indexes.
CREATE INDEX board_photos_by_score ON board_photos (period, since, score DESC, submission) WHERE score IS NOT NULL AND ratings > 0;

CREATE INDEX board_photos_by_spread ON board_photos (period, since, spread DESC, submission) WHERE spread IS NOT NULL AND ratings > 0;

CREATE INDEX board_species_by_score ON board_photos (species, period, since, score DESC, submission) WHERE score IS NOT NULL;

CREATE INDEX board_species_by_spread ON board_photos (species, period, since, spread DESC, submission) WHERE spread IS NOT NULL;

-- How many photos in the deck there are of each species.
CREATE TABLE species (
    name text PRIMARY KEY, -- in small letters
    photos bigint NOT NULL
);

CREATE INDEX species_by_photos ON species (photos DESC, name);

-- One row: what scores on boards were worked out with, and up to which day photos of the day were chosen.
CREATE TABLE board_state (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    mean double precision NOT NULL DEFAULT 0,
    weight double precision NOT NULL DEFAULT 0,
    variance double precision NOT NULL DEFAULT 0,
    chosen_until date
);

INSERT INTO board_state DEFAULT VALUES;

-- The first thousand of the leaderboard as a day ended.
CREATE TABLE rank_days (
    day date NOT NULL, -- UTC
    submission bigint NOT NULL,
    rank bigint NOT NULL,
    PRIMARY KEY (day, submission)
);

CREATE TABLE photos_of_the_day (
    day date PRIMARY KEY, -- UTC
    submission bigint NOT NULL,
    ratings bigint NOT NULL, -- of that day
    sum bigint NOT NULL
);

CREATE INDEX photos_of_the_day_by_photo ON photos_of_the_day (submission, day);

CREATE FUNCTION note_added_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (submission, day, ratings, sum, squares)
    SELECT submission, (created_at AT TIME ZONE 'UTC')::date, 1, score, score * score FROM added;
    RETURN NULL;
END
$$;

CREATE FUNCTION note_deleted_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (submission, day, ratings, sum, squares)
    SELECT submission, (created_at AT TIME ZONE 'UTC')::date, -1, -score, -score * score FROM deleted;
    RETURN NULL;
END
$$;

-- What changed hands alone adds up to nothing.
CREATE FUNCTION note_changed_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (submission, day, ratings, sum, squares)
    SELECT submission, (created_at AT TIME ZONE 'UTC')::date, sum(times), sum(times * score), sum(times * score * score)
    FROM (SELECT submission, created_at, score, 1 AS times FROM after
          UNION ALL SELECT submission, created_at, score, -1 FROM before) AS change
    GROUP BY 1, 2 HAVING sum(times) <> 0 OR sum(times * score) <> 0 OR sum(times * score * score) <> 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION note_listed_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (submission) VALUES (NEW.id);
    RETURN NULL;
END
$$;

-- The first day of the period that a day is in.
CREATE FUNCTION since_of(period board_period, day date) RETURNS date LANGUAGE sql IMMUTABLE RETURN
    CASE period WHEN 'day' THEN day WHEN 'all' THEN date '1970-01-01'
                ELSE date_trunc(CASE period WHEN 'week' THEN 'week' WHEN 'month' THEN 'month' ELSE 'year' END, day::timestamp)::date END;

-- As in `standings`; nothing for a photo that is not shown, or was rated too seldom.
CREATE FUNCTION board_score(
    shown boolean, ratings bigint, sum bigint, at_least bigint, mean double precision, weight double precision
) RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN shown AND ratings >= at_least THEN mean + (sum - ratings * mean) / (weight + ratings) END;

-- The standard deviation of a photo's ratings, with so many pretended ones that disagree as much as those of any photo.
CREATE FUNCTION board_spread(
    shown boolean, ratings bigint, sum bigint, squares bigint, at_least bigint, variance double precision, pretended double precision
) RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN shown AND ratings >= at_least
         THEN sqrt((pretended * variance + squares - sum::double precision * sum / ratings) / (pretended + ratings - 1)) END;
