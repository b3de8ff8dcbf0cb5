-- no-transaction
-- `fang_tasks_claimed` does what it did, kind by kind. While it is there, the planner may choose it and step over all that waits.
DROP INDEX CONCURRENTLY IF EXISTS fang_tasks_waiting;
