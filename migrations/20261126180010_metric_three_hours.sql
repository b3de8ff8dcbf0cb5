-- Hours added up by threes, which is what a chart of thirty days draws: a page reads a third of what it did. Kept for ever. Addresses
-- are not among them: they are many, and no chart of a month is about them.
CREATE TABLE metric_three_hours (
    measurement text NOT NULL,
    at timestamptz NOT NULL,
    tags jsonb NOT NULL,
    fields jsonb NOT NULL,
    gauge boolean NOT NULL,
    PRIMARY KEY (measurement, at, tags)
);

-- What there is already, as far back as pages look; the roll-up goes on from there.
INSERT INTO metric_three_hours (measurement, at, tags, fields, gauge)
SELECT measurement, bin, tags, jsonb_object_agg(key, value), gauge
FROM (
    SELECT measurement, gauge, date_bin('3 hours', at, 'epoch') AS bin, tags, key,
        CASE WHEN NOT gauge THEN sum(value::numeric)
             WHEN key LIKE '%\_max' THEN max(value::numeric)
             ELSE avg(value::numeric) END AS value
    FROM metric_hours, jsonb_each_text(fields) AS field (key, value)
    WHERE measurement <> 'http' AND at >= date_bin('3 hours', now() - interval '61 days', 'epoch')
    GROUP BY 1, 2, 3, 4, 5
) AS added
GROUP BY measurement, bin, tags, gauge;
