-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS board_photos_by_viral ON board_photos (period, since, viral DESC, submission) WHERE viral IS NOT NULL AND ratings > 0;
