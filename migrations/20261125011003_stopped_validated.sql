-- Added NOT VALID, so that nobody waited; reading the rows holds up nobody.
ALTER TABLE job_attempts VALIDATE CONSTRAINT job_attempts_outcome_check;
