-- pgbench's transaction: the least that a vote can be, in one statement.
\set photo :first + random(0, :photos - 1)
\set who random(1, :raters)
\set score random(1, 10)
WITH given AS (
    INSERT INTO ratings (rater, submission, score) VALUES (md5((:who)::bigint::text)::uuid, :photo, :score)
    ON CONFLICT (rater, submission) DO UPDATE SET previous = ratings.score, score = excluded.score, changed_at = now()
    RETURNING submission, score, coalesce(previous, 0) AS previous)
UPDATE tallies t
SET count = t.count + (g.previous = 0)::integer, sum = t.sum + g.score - g.previous,
    histogram = ARRAY(
        SELECT h.value + (h.at = g.score)::integer - (h.at = g.previous)::integer
        FROM unnest(t.histogram) WITH ORDINALITY h (value, at) ORDER BY h.at)
FROM given g WHERE t.submission = g.submission;
