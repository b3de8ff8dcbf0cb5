CREATE OR REPLACE FUNCTION note_added_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (rater, submission, day, ratings, sum, squares)
    SELECT rater, submission, (created_at AT TIME ZONE 'UTC')::date, 1, score, score * score FROM added;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_deleted_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (rater, submission, day, ratings, sum, squares)
    SELECT rater, submission, (created_at AT TIME ZONE 'UTC')::date, -1, -score, -score * score FROM deleted;
    RETURN NULL;
END
$$;

-- What changes hands is noted for both.
CREATE OR REPLACE FUNCTION note_changed_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_changes (rater, submission, day, ratings, sum, squares)
    SELECT rater, submission, (created_at AT TIME ZONE 'UTC')::date, sum(times), sum(times * score), sum(times * score * score)
    FROM (SELECT rater, submission, created_at, score, 1 AS times FROM after
          UNION ALL SELECT rater, submission, created_at, score, -1 FROM before) AS change
    GROUP BY 1, 2, 3 HAVING sum(times) <> 0 OR sum(times * score) <> 0 OR sum(times * score * score) <> 0;
    RETURN NULL;
END
$$;
