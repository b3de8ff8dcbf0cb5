ALTER TABLE job_progress ADD updated_at timestamptz; -- when it last came further
