-- Figures of a busy site for so many days (:days), as processes and roll-ups would have left them: every series moved in every step.
CREATE TEMP TABLE series AS
SELECT 'vote' AS measurement, jsonb_build_object('by', a, 'via', b) AS tags,
    '{n,changed,refused,first,s01,s02,s03,s04,s05,s06,s07,s08,s09,s10}'::text[] AS fields, false AS gauge
FROM unnest('{visitor,member}'::text[]) a, unnest('{htmx,form}'::text[]) b
UNION ALL
SELECT 'answer', jsonb_build_object('part', a, 'status', b), '{n,ms,b00,b01,b02,b03,b04,b05,b06,b07,b08,b09,b10,b11}', false
FROM unnest('{vote,rest}'::text[]) a, unnest('{2xx,3xx,4xx,5xx}'::text[]) b
UNION ALL
SELECT 'http', jsonb_build_object('route', 'GET /' || a, 'status', b), '{n,ms,b00,b01,b02,b03,b04,b05}', false
FROM generate_series(1, 120) a, unnest('{2xx,4xx}'::text[]) b
UNION ALL
SELECT 'visit', jsonb_build_object('event', a), '{n}', false FROM unnest('{card,first_card,view,share,arrival,report}'::text[]) a
UNION ALL
SELECT 'account', jsonb_build_object('event', a), '{n}', false
FROM unnest('{joined,verified,logged_in,login_refused,password_reset,merged,left}'::text[]) a
UNION ALL
SELECT 'photo', jsonb_build_object('event', a), '{n,b08,b09,b10,b11,b12,b13}', false
FROM unnest('{submitted,ready,refused,failed,hidden,removed}'::text[]) a
UNION ALL
SELECT 'up', jsonb_build_object('instance', a), '{up}', false FROM unnest('{web-0,web-1,jobs-0}'::text[]) a
UNION ALL
SELECT 'active', '{}', '{m5,h1,h24,returning,m5_max,h1_max,h24_max,returning_max}', true
UNION ALL
SELECT 'total', '{}', '{photos,described,rated10,ratings,accounts,raters,photos_max,described_max,rated10_max}', true;

CREATE FUNCTION pg_temp.figures(names text[], seed bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
    'SELECT jsonb_object_agg(name, 1 + (seed * 7919 + place * 104729) % 997) FROM unnest(names) WITH ORDINALITY AS f (name, place)';

INSERT INTO metric_hours (measurement, at, tags, fields, gauge)
SELECT measurement, at, tags, pg_temp.figures(fields, extract(epoch FROM at)::bigint / 3600), gauge
FROM series, generate_series(date_trunc('hour', now()) - interval '1 day' * :days, now(), '1 hour') AS at
ON CONFLICT DO NOTHING;

INSERT INTO metric_three_hours (measurement, at, tags, fields, gauge)
SELECT measurement, at, tags, pg_temp.figures(fields, extract(epoch FROM at)::bigint / 10800), gauge
FROM series, generate_series(date_bin('3 hours', now() - interval '1 day' * :days, 'epoch'), now(), '3 hours') AS at
WHERE measurement <> 'http'
ON CONFLICT DO NOTHING;

INSERT INTO metric_minutes (measurement, at, tags, fields, gauge)
SELECT measurement, at, tags, pg_temp.figures(fields, extract(epoch FROM at)::bigint / 60), gauge
FROM series, generate_series(date_trunc('minute', now()) - least(interval '1 day' * :days, '2 days 1 hour'), now(), '1 minute') AS at
WHERE measurement <> 'http'
ON CONFLICT DO NOTHING;

INSERT INTO metric_points (measurement, at, tags, fields, gauge)
SELECT measurement, at, CASE WHEN gauge THEN tags ELSE '{"instance": "web-0"}' || tags END,
    pg_temp.figures(fields, extract(epoch FROM at)::bigint / 10), gauge
FROM series, generate_series(date_bin('10 seconds', now() - interval '2 hours 5 minutes', 'epoch'), now(), '10 seconds') AS at
WHERE measurement <> 'http'
ON CONFLICT DO NOTHING;

DROP FUNCTION pg_temp.figures;
DROP TABLE series;
ANALYZE metric_hours, metric_three_hours, metric_minutes, metric_points;
