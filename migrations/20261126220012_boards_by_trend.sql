-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS board_photos_by_trend ON board_photos (period, since, trend DESC, submission) WHERE trend IS NOT NULL AND ratings > 0;
