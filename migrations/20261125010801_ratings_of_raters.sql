-- no-transaction
-- What somebody has rated, newest first, however much that is. Nothing in it changes when a rating does, so changes stay HOT.
CREATE INDEX CONCURRENTLY IF NOT EXISTS ratings_of_raters ON ratings (rater, created_at, submission);
