-- no-transaction
-- From which number on photos were sent in since a moment.
CREATE INDEX CONCURRENTLY IF NOT EXISTS submissions_by_time ON submissions (created_at);
