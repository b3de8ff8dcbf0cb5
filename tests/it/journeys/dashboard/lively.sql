-- Three hours of a site that lives, for pictures: waves, some chance, a deploy and a disk that was full for a while.
CREATE TEMP TABLE grid AS
SELECT t AS at, sin(extract(epoch FROM t) / 700) AS wave, sin(extract(epoch FROM t) / 170) AS ripple, random() AS chance, random() AS luck
FROM generate_series(date_bin('10 seconds', now() - interval '3 hours', 'epoch'), now(), '10 seconds') t
WHERE t < now() - interval '38 minutes' OR t > now() - interval '34 minutes';

INSERT INTO metric_points (measurement, at, tags, fields, gauge)
SELECT m, at, tags::jsonb || '{"instance": "web-0"}', fields, false
FROM grid, LATERAL (VALUES
    ('up', '{}', '{"up": 1}'::jsonb),
    ('vote', '{"via": "htmx", "by": "member"}', jsonb_build_object('n', (9 + 5 * wave + 4 * chance)::int, 'first', (luck * 1.4)::int,
        's03', (1 + chance)::int, 's05', (1 + luck)::int, 's07', (2 + wave + chance)::int, 's08', (3 + wave)::int, 's10', (1 + luck)::int)),
    ('vote', '{"via": "form", "by": "visitor"}', jsonb_build_object('n', (2 + wave + 2 * luck)::int, 'first', luck::int, 's09', (1 + luck)::int)),
    ('visit', '{"event": "first_card"}', jsonb_build_object('n', (1.2 + 2 * chance)::int)),
    ('visit', '{"event": "share"}', jsonb_build_object('n', (chance * 0.62)::int)),
    ('visit', '{"event": "arrival"}', jsonb_build_object('n', (luck * 0.9)::int)),
    ('visit', '{"event": "report"}', jsonb_build_object('n', (luck * 0.52)::int)),
    ('account', '{"event": "joined"}', jsonb_build_object('n', (chance * 0.58)::int)),
    ('account', '{"event": "verified"}', jsonb_build_object('n', (luck * 0.55)::int)),
    ('account', '{"event": "merged"}', jsonb_build_object('n', (luck * 0.53)::int)),
    ('photo', '{"event": "submitted"}', jsonb_build_object('n', (chance * 0.7)::int)),
    ('photo', '{"event": "ready"}', jsonb_build_object('n', (luck * 0.68)::int, 'b10', (luck * 0.66)::int, 'b11', (chance * 0.9)::int, 'b12', (chance * 0.55)::int)),
    ('refusal', '{"reason": "too_large"}', jsonb_build_object('n', (chance * 0.54)::int)),
    ('refusal', '{"reason": "duplicate"}', jsonb_build_object('n', (luck * 0.53)::int)),
    ('answer', '{"part": "vote", "status": "2xx"}', jsonb_build_object('n', 12 + (5 * wave)::int, 'b02', 7, 'b03', (4 + 2 * wave)::int, 'b04', (1 + chance)::int, 'b05', (chance * 0.7)::int)),
    ('answer', '{"part": "rest", "status": "2xx"}', jsonb_build_object('n', 60 + (20 * wave + 10 * chance)::int, 'b02', 30, 'b03', (20 + 10 * wave)::int, 'b05', (2 + 2 * luck)::int)),
    ('answer', '{"part": "rest", "status": "4xx"}', jsonb_build_object('n', (3 * luck)::int, 'b01', (3 * luck)::int)),
    ('answer', '{"part": "rest", "status": "5xx"}', jsonb_build_object('n', (chance * 0.53)::int, 'b06', (chance * 0.53)::int)),
    ('http', '{"route": "GET /", "status": "2xx"}', '{"n": 31, "b03": 31}'),
    ('http', '{"route": "POST /submissions/<id>/rating", "status": "2xx"}', '{"n": 12, "b03": 11, "b04": 1}')
) AS f (m, tags, fields);

INSERT INTO metric_points (measurement, at, tags, fields, gauge)
SELECT 'up', at, '{"instance": "jobs-0"}', '{"up": 1}', false FROM grid;

INSERT INTO metric_points (measurement, at, tags, fields, gauge)
SELECT 'job', at, '{"instance": "jobs-0", "kind": "make_thumbnails", "outcome": "finished"}', jsonb_build_object('n', (1 + 2 * chance)::int), false FROM grid;

INSERT INTO metric_points (measurement, at, tags, fields, gauge)
SELECT m, at, tags::jsonb, fields, true
FROM grid, LATERAL (VALUES
    ('active', '{}', jsonb_build_object('m5', (14 + 6 * wave)::int, 'h1', (61 + 9 * wave)::int, 'h24', (214 + 6 * ripple)::int, 'returning', 92)),
    ('total', '{}', jsonb_build_object('photos', 1812, 'described', (1460 + 20 * wave)::int, 'rated10', (1322 + 30 * wave)::int)),
    ('standings', '{}', jsonb_build_object('age_s', (30 + 25 * ripple)::int)),
    ('cpu', '{"host": "derp-1", "cpu": "cpu-total"}', jsonb_build_object('usage_idle', 64 - 14 * wave - 5 * chance, 'usage_system', 8 + 3 * ripple, 'usage_iowait', 3 + 2 * luck, 'usage_steal', chance)),
    ('cpu', '{"host": "derp-2", "cpu": "cpu-total"}', jsonb_build_object('usage_idle', 81 - 6 * ripple - 4 * chance, 'usage_system', 5, 'usage_iowait', 1, 'usage_steal', 0)),
    ('system', '{"host": "derp-1"}', jsonb_build_object('load1', 1.4 + wave, 'n_cpus', 4, 'uptime', 912345)),
    ('system', '{"host": "derp-2"}', jsonb_build_object('load1', 0.6 + chance, 'n_cpus', 4, 'uptime', 2112345)),
    ('mem', '{"host": "derp-1"}', jsonb_build_object('used_percent', 61 + 3 * ripple)), ('mem', '{"host": "derp-2"}', jsonb_build_object('used_percent', 43 + wave)),
    ('disk', '{"host": "derp-1", "path": "/"}', jsonb_build_object('used_percent', CASE WHEN at BETWEEN now() - interval '24 minutes' AND now() - interval '13 minutes' THEN 88 ELSE 71 END)),
    ('disk', '{"host": "derp-2", "path": "/var/lib/postgresql"}', '{"used_percent": 54}'),
    ('diskio', '{"host": "derp-1", "name": "all"}', jsonb_build_object('io_percent', 12 + 8 * chance)), ('diskio', '{"host": "derp-2", "name": "all"}', jsonb_build_object('io_percent', 22 + 8 * luck)),
    ('net', '{"host": "derp-1", "interface": "all"}', jsonb_build_object('recv_per_s', 240000 + 90000 * wave, 'sent_per_s', 900000 + 400000 * wave + 90000 * chance, 'errors_per_s', 0, 'drops_per_s', 0)),
    ('net', '{"host": "derp-2", "interface": "all"}', jsonb_build_object('recv_per_s', 90000, 'sent_per_s', 70000, 'errors_per_s', 0, 'drops_per_s', 0.1)),
    ('pressure', '{"host": "derp-1", "resource": "cpu"}', jsonb_build_object('some_avg10', 6 + 5 * wave + 3 * chance, 'full_avg60', 0)),
    ('pressure', '{"host": "derp-1", "resource": "io"}', jsonb_build_object('some_avg10', 2 + 2 * luck, 'full_avg60', 0)),
    ('pressure', '{"host": "derp-1", "resource": "memory"}', '{"some_avg10": 0, "full_avg60": 0}'),
    ('pressure', '{"host": "derp-2", "resource": "cpu"}', '{"some_avg10": 1.5, "full_avg60": 0}'),
    ('procstat', '{"host": "derp-1", "instance": "web-0"}', jsonb_build_object('memory_rss', 61000000 + 3000000 * ripple, 'cpu_usage', 38 + 14 * wave)),
    ('procstat', '{"host": "derp-1", "instance": "jobs-0"}', jsonb_build_object('memory_rss', 88000000 + 9000000 * chance, 'cpu_usage', 22 + 20 * luck)),
    ('cgroup', '{"host": "derp-1", "instance": "web-0"}', jsonb_build_object('memory_current', 74000000 + 3000000 * ripple, 'memory_max', 268435456, 'oom_kill', 0)),
    ('cgroup', '{"host": "derp-1", "instance": "jobs-0"}', jsonb_build_object('memory_current', 190000000 + 40000000 * chance, 'memory_max', 536870912, 'oom_kill', 0)),
    ('postgresql', '{}', jsonb_build_object('numbackends', 18 + (3 * wave)::int, 'max_connections', 100, 'active', (2 + 2 * chance)::int, 'waiting', (luck * 0.6)::int, 'commits_per_s', 42 + 16 * wave, 'rollbacks_per_s', luck, 'hit_percent', 99.2 + 0.4 * ripple, 'oldest_xact_s', 2 * chance, 'xid_percent', 3)),
    ('queue', '{"lane": "images", "state": "new"}', jsonb_build_object('depth', (4 + 4 * ripple)::int, 'oldest_s', 3 + 3 * ripple)),
    ('queue', '{"lane": "mail", "state": "new"}', jsonb_build_object('depth', (1 + chance)::int, 'oldest_s', 1)),
    ('queue', '{"lane": "ranking", "state": "new"}', '{"depth": 1, "oldest_s": 0}')
) AS f (m, tags, fields);
DROP TABLE grid;

INSERT INTO workers (host, pid, slots, version, started_at, kinds) VALUES
    ('derp-1', 77, 8, '0.9.6', now() - interval '2 hours', ARRAY['make_thumbnails', 'send_mail', 'rank_photos']),
    ('derp-1', 78, 8, '0.9.7', now() - interval '34 minutes', ARRAY['make_thumbnails', 'send_mail', 'rank_photos']);
INSERT INTO alerts (rule, subject, words, link, seen_at, fired_at, resolved_at)
VALUES ('disk', '/', 'The disk of / is 88 % full.', '/ops/system#disks', now() - interval '24 minutes', now() - interval '23 minutes', now() - interval '12 minutes');
