-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS board_species_by_viral ON board_photos (species, period, since, viral DESC, submission) WHERE viral IS NOT NULL;
