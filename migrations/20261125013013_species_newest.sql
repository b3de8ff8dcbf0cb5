-- no-transaction
-- The newest photos of a species.
CREATE INDEX CONCURRENTLY IF NOT EXISTS submissions_by_species ON submissions (lower(species), ordinal) WHERE ordinal IS NOT NULL;
