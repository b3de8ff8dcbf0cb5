ALTER TABLE fang_tasks
    ADD error_group bigint, -- of `error_message`, while it is there
    ADD stop_requested_at timestamptz, -- somebody asked the attempt that runs to end
    ADD operation bigint; -- the last operation that touched it
