-- pgbench's transaction: one vote as src/ratings/record.rs counts it, in a batch of one.
\set photo :first + random(0, :photos - 1)
\set who random(1, :raters)
\set score random(1, 10)
BEGIN;
SELECT merged, into_rater, account, in_time FROM hold_raters(ARRAY[md5((:who)::bigint::text)::uuid]);
SELECT held.submission, held.owner
FROM (SELECT id FROM unnest((SELECT ARRAY[:photo]::bigint[])) id ORDER BY id) wanted
     CROSS JOIN LATERAL (
         SELECT t.submission, s.owner FROM tallies t JOIN submissions s ON s.id = t.submission
         WHERE t.submission = wanted.id AND s.ordinal IS NOT NULL FOR NO KEY UPDATE OF t) held;
INSERT INTO ratings (rater, submission, score, network)
SELECT * FROM unnest(ARRAY[md5((:who)::bigint::text)::uuid], ARRAY[:photo]::bigint[], ARRAY[:score]::smallint[], ARRAY[NULL]::bigint[])
ON CONFLICT (rater, submission) DO UPDATE
SET previous = ratings.score, score = excluded.score, network = excluded.network, changed_at = now()
RETURNING rater, submission, coalesce(previous, 0) AS previous \gset
\set more (case when :previous = 0 then 1 else 0 end)
\set much :score - :previous
\set h1 (case when :score = 1 then 1 else 0 end) - (case when :previous = 1 then 1 else 0 end)
\set h2 (case when :score = 2 then 1 else 0 end) - (case when :previous = 2 then 1 else 0 end)
\set h3 (case when :score = 3 then 1 else 0 end) - (case when :previous = 3 then 1 else 0 end)
\set h4 (case when :score = 4 then 1 else 0 end) - (case when :previous = 4 then 1 else 0 end)
\set h5 (case when :score = 5 then 1 else 0 end) - (case when :previous = 5 then 1 else 0 end)
\set h6 (case when :score = 6 then 1 else 0 end) - (case when :previous = 6 then 1 else 0 end)
\set h7 (case when :score = 7 then 1 else 0 end) - (case when :previous = 7 then 1 else 0 end)
\set h8 (case when :score = 8 then 1 else 0 end) - (case when :previous = 8 then 1 else 0 end)
\set h9 (case when :score = 9 then 1 else 0 end) - (case when :previous = 9 then 1 else 0 end)
\set h10 (case when :score = 10 then 1 else 0 end) - (case when :previous = 10 then 1 else 0 end)
INSERT INTO tallies AS t (submission, count, sum, histogram)
SELECT d.submission, d.count, d.sum,
    (ARRAY[:h1, :h2, :h3, :h4, :h5, :h6, :h7, :h8, :h9, :h10]::integer[])[((d.row - 1) * 10 + 1)::integer : (d.row * 10)::integer]
FROM unnest((SELECT ARRAY[:photo]::bigint[]), (SELECT ARRAY[:more]::bigint[]), (SELECT ARRAY[:much]::bigint[]))
         WITH ORDINALITY d (submission, count, sum, row)
ON CONFLICT (submission) DO UPDATE
SET count = t.count + excluded.count, sum = t.sum + excluded.sum,
    histogram = ARRAY(
        SELECT h.value + h.more
        FROM unnest(t.histogram, excluded.histogram) WITH ORDINALITY h (value, more, at) ORDER BY h.at)
RETURNING submission, count, sum, histogram;
COMMIT;
