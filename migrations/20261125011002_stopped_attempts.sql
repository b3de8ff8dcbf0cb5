-- An attempt can be ended because an operator asked for that.
-- NOT VALID, since every row that is there fits: the table is not read under a lock.
ALTER TABLE job_attempts
    DROP CONSTRAINT job_attempts_outcome_check,
    ADD CONSTRAINT job_attempts_outcome_check
        CHECK (outcome IN ('finished', 'failed', 'lost', 'returned', 'postponed', 'stopped')) NOT VALID;
