-- no-transaction
-- Failed jobs with the same error. Only what fails pays for it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS fang_tasks_failed_alike ON fang_tasks (error_group, number)
    WHERE state = 'failed';
