-- What was there before anything was counted: what one snapshot counts, less what it sees counted already. Reads the table and
-- holds up nobody.
INSERT INTO job_counts (state, kind, lane, n)
SELECT state, kind, lane, sum(n)
FROM (
    SELECT state, kind, task_type AS lane, count(*) AS n FROM fang_tasks GROUP BY state, kind, task_type
    UNION ALL
    SELECT state, kind, lane, -sum(n) FROM job_count_deltas GROUP BY state, kind, lane
) AS counted
GROUP BY state, kind, lane;
