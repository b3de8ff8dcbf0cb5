-- no-transaction
-- When attempts began: rows are stored in about that order, so that 80 kB of index do for millions.
CREATE INDEX CONCURRENTLY IF NOT EXISTS job_attempts_started ON job_attempts USING brin (started_at)
    WITH (autosummarize = on);
