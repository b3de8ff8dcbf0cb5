-- no-transaction
-- `reports_by_time` does its work.
DROP INDEX CONCURRENTLY IF EXISTS reports_recent;
