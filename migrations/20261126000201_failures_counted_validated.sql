ALTER TABLE job_pace VALIDATE CONSTRAINT job_pace_measure_check;
