-- no-transaction
-- How many reports somebody made in the last hour, found by time first. An index that begins with the rater, beside the
-- primary key, lets the planner take it for the question whether they reported one photo, and so read all their reports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS reports_by_time ON reports (created_at, rater);
