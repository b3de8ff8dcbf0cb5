-- no-transaction
-- When jobs failed. Only what fails pays for it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS fang_tasks_failed_lately ON fang_tasks (updated_at, number)
    WHERE state = 'failed';
