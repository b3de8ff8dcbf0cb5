-- A site after some years: :photos photos that everybody may rate, and ten times as many ratings of raters who are as different as
-- people are: the most diligent has given 50,000 of them (or half of all there can be), most have given a few.

-- What is added at once is indexed and added up at the end.
ALTER TABLE submissions DISABLE TRIGGER USER;
ALTER TABLE ratings DISABLE TRIGGER USER;
ALTER TABLE tallies DISABLE TRIGGER ALL;
CREATE TEMPORARY TABLE later AS
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename IN ('submissions', 'ratings') AND indexname NOT IN ('submissions_pkey', 'ratings_pkey')
  AND indexname NOT LIKE '%\_key' AND indexname NOT LIKE 'submissions_original%';
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT indexname FROM later LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;
END
$$;

INSERT INTO accounts (username, display_name)
SELECT 'member' || n, 'Member ' || n FROM generate_series(1, greatest(1, :photos / 50)) n;

INSERT INTO submissions (owner, title, species, alt_text, state, original_key, rendition_key, rendition_sizes, ordinal, described_ordinal,
    created_at)
SELECT account.first + n % greatest(1, :photos / 50), 'Photo ' || n, (ARRAY['cat', 'dog', 'owl', 'pug', 'frog'])[1 + n % 5],
    'An animal that looks at photo ' || n, 'ready', gen_random_uuid(), gen_random_uuid(), '{160,320,640,1280}', n, n,
    now() - interval '1000 days' * (1 - n::float / :photos)
FROM generate_series(1, :photos) n, (SELECT min(id) AS first FROM accounts WHERE username LIKE 'member%') account;
UPDATE deck SET size = :photos, described_size = :photos;

-- The k-th most diligent has given 50,000 / k^0.7, until there are enough. Their ids follow from their numbers, so that pgbench
-- can name them.
CREATE TEMPORARY TABLE diligence AS
SELECT k, id, given FROM (
    SELECT k, md5(k::text)::uuid AS id, given, sum(given) OVER (ORDER BY k) AS so_far FROM (
        SELECT k, greatest(1, least(50000, :photos / 2) / power(k::float, 0.7))::bigint AS given FROM generate_series(1, :photos::bigint) k
    ) each
) AS all_of_them WHERE so_far <= 10 * :photos::bigint;

INSERT INTO raters (id, lap_start, lap_end, created_at) SELECT id, 1, :photos, now() - interval '900 days' FROM diligence;

-- Each goes through the photos with steps of their own, that share no divisor with how many there are (it has only 2 and 5).
INSERT INTO ratings (rater, submission, score, created_at)
SELECT d.id, one.first + (d.k * 7919 + g * (100003 + 10 * (d.k % 1000))) % :photos, 1 + (g * 31 + d.k * 17 + g * g) % 10,
    now() - interval '900 days' + interval '1 second' * ((g * 977 + d.k * 13) % 77000000)
FROM diligence d CROSS JOIN generate_series(1, d.given) g CROSS JOIN (SELECT min(id) AS first FROM submissions) one
ON CONFLICT DO NOTHING;

INSERT INTO tallies (submission, count, sum, histogram)
SELECT s.id, count(r.score), coalesce(sum(r.score), 0),
    ARRAY[count(*) FILTER (WHERE score = 1), count(*) FILTER (WHERE score = 2), count(*) FILTER (WHERE score = 3),
          count(*) FILTER (WHERE score = 4), count(*) FILTER (WHERE score = 5), count(*) FILTER (WHERE score = 6),
          count(*) FILTER (WHERE score = 7), count(*) FILTER (WHERE score = 8), count(*) FILTER (WHERE score = 9),
          count(*) FILTER (WHERE score = 10)]::integer[]
FROM submissions s LEFT JOIN ratings r ON r.submission = s.id GROUP BY s.id;

DO $$
DECLARE definition text;
BEGIN
    FOR definition IN SELECT indexdef FROM later LOOP EXECUTE definition; END LOOP;
END
$$;
ALTER TABLE submissions ENABLE TRIGGER USER;
ALTER TABLE ratings ENABLE TRIGGER USER;
ALTER TABLE tallies ENABLE TRIGGER ALL;

CREATE TABLE bench_raters AS SELECT k, id FROM diligence;
ALTER TABLE bench_raters ADD PRIMARY KEY (id);
VACUUM ANALYZE;
CHECKPOINT;
