-- no-transaction
-- What a worker ran. It only ever adds at the end of its own part, so that it costs starts of jobs little.
CREATE INDEX CONCURRENTLY IF NOT EXISTS job_attempts_worker ON job_attempts (worker, job);
