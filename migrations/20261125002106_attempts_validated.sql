-- Added NOT VALID, so that nobody waited; reading the rows holds up nobody. `ratemyderp check` names constraints that are not.
ALTER TABLE job_attempts VALIDATE CONSTRAINT job_attempts_outcome_check;
