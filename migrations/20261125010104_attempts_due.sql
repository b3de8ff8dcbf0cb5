ALTER TABLE job_attempts
    ADD due_at timestamptz, -- when it could have started: it waited from then on; nothing for attempts of older programs
    ADD error_group bigint; -- of `error`
