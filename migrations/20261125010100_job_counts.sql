-- How many jobs there are by state, kind and lane, exactly and without reading them: whoever changes jobs adds what changed to
-- `job_count_deltas`, where nobody waits for anybody, and the schedules' ticker adds those up into `job_counts` now and then. What a
-- reader sees of both together is always what they would count.
CREATE TABLE job_counts (
    state fang_task_state NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (state, kind, lane)
);

CREATE TABLE job_count_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state fang_task_state NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    n bigint NOT NULL
);

CREATE FUNCTION count_added_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_count_deltas (state, kind, lane, n)
    SELECT state, kind, task_type, count(*) FROM added GROUP BY state, kind, task_type;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_deleted_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_count_deltas (state, kind, lane, n)
    SELECT state, kind, task_type, -count(*) FROM deleted GROUP BY state, kind, task_type;
    RETURN NULL;
END
$$;

-- A renewed lease changes nothing that is counted, and adds no row.
CREATE FUNCTION count_changed_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_count_deltas (state, kind, lane, n)
    SELECT state, kind, task_type, sum(n)
    FROM (
        SELECT state, kind, task_type, 1 AS n FROM after
        UNION ALL
        SELECT state, kind, task_type, -1 FROM before
    ) AS changed
    GROUP BY state, kind, task_type
    HAVING sum(n) <> 0;
    RETURN NULL;
END
$$;
