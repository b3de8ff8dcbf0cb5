-- A busy fortnight of the queue: :finished jobs that are done, the newest 100,000 of them all of one kind (a wave of mails), 20,000
-- that failed with some forty errors, 100,000 more that failed together last night, 5,000 that wait, and a million that wait for a
-- kind that is paused. What is counted and kept as jobs change is added up at the end, as the migration that began it does.
\set waiting 1000000

ALTER TABLE fang_tasks DISABLE TRIGGER USER;

CREATE TEMPORARY TABLE later AS
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename IN ('fang_tasks', 'job_attempts') AND indexname NOT LIKE '%_pkey' AND indexname <> 'fang_tasks_number_key';

DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT indexname FROM later LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
END
$$;

CREATE TEMPORARY TABLE mix (place integer PRIMARY KEY, kind text, lane text);
INSERT INTO mix VALUES
    (0, 'make_thumbnails', 'images'), (1, 'make_thumbnails', 'images'), (2, 'make_thumbnails', 'images'),
    (3, 'send_mail', 'mail'), (4, 'send_mail', 'mail'), (5, 'make_preview', 'images'), (6, 'move_thumbnails', 'images'),
    (7, 'delete_votes', 'upkeep'), (8, 'rank_photos', 'ranking'), (9, 'delete_discarded_blobs', 'upkeep'),
    (10, 'delete_accounts', 'upkeep'), (11, 'delete_old_records', 'upkeep');

INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser)
SELECT 1000 + n, (SELECT kind FROM mix WHERE place = n % 12), 'storage: no space left on <path>, case ' || n,
    'storage: no space left on /srv/blobs/' || n, n, 1
FROM generate_series(0, 39) n
UNION ALL
SELECT 2000, 'delete_votes', 'database: canceling statement due to statement timeout',
    'database: canceling statement due to statement timeout', :finished, 1
ON CONFLICT DO NOTHING;

-- One row every quarter of a second: the last two weeks at five million.
INSERT INTO fang_tasks (metadata, state, task_type, uniq_hash, kind, max_attempts, attempt, retries, submission, created_at, scheduled_at,
    updated_at, error_message, error_group)
SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', kind, 'submission', g, 'mail', g, 'draft', g, 'optional', false)),
    (CASE WHEN failed THEN 'failed' ELSE 'finished' END)::fang_task_state, lane, kind || ':' || g, kind, 6, 1, failed::integer,
    CASE WHEN kind = 'make_thumbnails' THEN g END, at, at, at + interval '2 s',
    CASE WHEN failed THEN 'storage: no space left on /srv/blobs/' || g % 40 END, CASE WHEN failed THEN 1000 + g % 40 END
FROM (
    SELECT g, g % 250 = 0 AS failed, now() - interval '14 days' + g * (interval '14 days' / :finished) AS at,
        CASE WHEN g > :finished - 100000 THEN 3 ELSE g % 12 END AS place
    FROM generate_series(1, :finished) g
) AS made JOIN mix USING (place)
ORDER BY g;

INSERT INTO fang_tasks (metadata, state, task_type, uniq_hash, kind, max_attempts, attempt, retries, submission, created_at, scheduled_at,
    updated_at, error_message, error_group)
SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', 'delete_votes', 'submission', 1000000000 + g)),
    'failed', 'upkeep', 'delete_votes:' || 1000000000 + g, 'delete_votes', 6, 6, 6, 1000000000 + g, now() - interval '9 hours',
    now() - interval '9 hours', now() - interval '8 hours', 'database: canceling statement due to statement timeout', 2000
FROM generate_series(1, 100000) g;

INSERT INTO job_attempts (job, attempt, worker, due_at, started_at, ended_at, outcome, error, error_group)
SELECT number, attempt, number % 9 + 1, scheduled_at, scheduled_at + interval '300 ms', updated_at,
    CASE state WHEN 'failed' THEN 'failed' ELSE 'finished' END, error_message, error_group
FROM fang_tasks ORDER BY number;

-- The kind that is paused, and what is due after it.
INSERT INTO paused_kinds (kind, paused_by, reason) VALUES ('send_mail', 'operator', 'the mail server is down');
INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind, max_attempts)
SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', 'send_mail', 'mail', 1000000000 + g, 'optional', true)),
    'mail', 'send_mail:' || 1000000000 + g, 'send_mail', 20
FROM generate_series(1, :waiting) g;
INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind, max_attempts, scheduled_at)
SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', 'delete_votes', 'submission', 2000000000 + g)),
    'upkeep', 'delete_votes:' || 2000000000 + g, 'delete_votes', 6, now() + interval '1 hour'
FROM generate_series(1, 5000) g;

DO $$
DECLARE definition text;
BEGIN
    FOR definition IN SELECT indexdef FROM later LOOP EXECUTE definition; END LOOP;
END
$$;
ALTER TABLE fang_tasks ENABLE TRIGGER USER;

TRUNCATE job_counts, job_count_deltas;
INSERT INTO job_counts (state, kind, lane, n) SELECT state, kind, task_type, count(*) FROM fang_tasks GROUP BY state, kind, task_type;
INSERT INTO job_hours (hour, first_number, last_number)
SELECT date_trunc('hour', created_at), min(number), max(number) FROM fang_tasks GROUP BY 1
ON CONFLICT DO NOTHING;

-- Two days of minutes and ninety of hours, for every kind.
INSERT INTO job_pace (at, hourly, kind, measure, bucket, n)
SELECT at, hourly, kind, measure, bucket, 7
FROM (
    SELECT generate_series(date_trunc('minute', now() - interval '2 days'), now(), interval '1 minute') AS at, false AS hourly
    UNION ALL
    SELECT generate_series(date_trunc('hour', now() - interval '90 days'), now(), interval '1 hour'), true
) AS times, (SELECT DISTINCT kind FROM mix) AS kinds, unnest(ARRAY['wait', 'run']) AS measure, generate_series(28, 36, 4) AS bucket
ON CONFLICT DO NOTHING;

ANALYZE;
