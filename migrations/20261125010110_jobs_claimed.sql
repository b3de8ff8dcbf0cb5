-- no-transaction
-- What a worker takes next, lane by lane and kind by kind: a kind that is paused, unknown to the worker or flooded is not stepped over.
CREATE INDEX CONCURRENTLY IF NOT EXISTS fang_tasks_claimed ON fang_tasks (task_type, kind, priority, scheduled_at, number)
    WHERE state IN ('new', 'retried');
