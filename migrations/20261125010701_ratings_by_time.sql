-- no-transaction
-- Who voted lately, without reading every rating. Ratings are stored as they come, so a few pages of index find a day.
CREATE INDEX CONCURRENTLY IF NOT EXISTS ratings_by_time ON ratings USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
