-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS board_species_by_trend ON board_photos (species, period, since, trend DESC, submission) WHERE trend IS NOT NULL;
