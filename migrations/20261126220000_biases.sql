-- How harsh or generous raters are, and what that makes of photos. Everything here is in hundredths of a point, so that sums are exact.
-- Worked out by the ranking job alone, in proportion to what has changed.

CREATE TABLE rater_biases (
    rater uuid PRIMARY KEY,
    ratings bigint NOT NULL DEFAULT 0,
    changes bigint NOT NULL DEFAULT 0, -- of their ratings, since `fitted_at`
    due boolean NOT NULL DEFAULT true, -- so many that it is to be worked out anew
    fitted_at timestamptz NOT NULL DEFAULT '-infinity',
    applied integer NOT NULL DEFAULT 0, -- what their ratings count as too high
    target integer NOT NULL DEFAULT 0, -- what they are to count as; while it is another one, photos up to `done` have it already
    done bigint NOT NULL DEFAULT 0,
    CHECK (target <> applied OR done = 0)
) WITH (fillfactor = 80);

CREATE INDEX rater_biases_in_turn ON rater_biases (due DESC, fitted_at, rater);

CREATE INDEX rater_biases_moving ON rater_biases (rater) WHERE target <> applied;

-- The ratings of a photo that are added up: how many, their sum, and the biases of those who gave them, added up.
CREATE TABLE photo_biases (
    submission bigint PRIMARY KEY,
    ratings bigint NOT NULL,
    sum bigint NOT NULL,
    bias bigint NOT NULL
) WITH (fillfactor = 80);

-- By how much this rater's rating of this photo counts as too high.
CREATE FUNCTION bias_at(submission bigint, applied integer, target integer, done bigint) RETURNS integer LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN submission <= done THEN target ELSE applied END;

-- A sum of ratings without the biases of those who gave them, if it is to be without.
CREATE FUNCTION evened(sum bigint, bias bigint, adjusted boolean) RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN adjusted THEN sum - bias / 100.0::double precision ELSE sum::double precision END;

-- As the function of this name with a whole sum.
CREATE FUNCTION board_score(
    shown boolean, ratings bigint, sum double precision, at_least bigint, mean double precision, weight double precision
) RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN shown AND ratings >= at_least THEN mean + (sum - ratings * mean) / (weight + ratings) END;
