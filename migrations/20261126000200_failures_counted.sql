-- Of the attempts that ran, how many failed: by minute and hour, as long as they ran.
ALTER TABLE job_pace DROP CONSTRAINT job_pace_measure_check,
    ADD CONSTRAINT job_pace_measure_check CHECK (measure IN ('wait', 'run', 'failed')) NOT VALID;
