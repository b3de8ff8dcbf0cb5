-- pgbench's peer of a job that finds nothing to do: one is claimed and ended, and nothing else is kept.
UPDATE fang_tasks SET state = 'in_progress', updated_at = now()
WHERE id = (
    SELECT id FROM fang_tasks
    WHERE state IN ('new', 'retried') AND task_type = 'images' AND kind = 'move_thumbnails' AND scheduled_at <= now()
    ORDER BY task_type, kind, priority, scheduled_at, number LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id AS job \gset
UPDATE fang_tasks SET state = 'finished', updated_at = now() WHERE id = :job;
