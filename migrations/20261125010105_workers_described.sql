ALTER TABLE workers
    ADD version text, -- of the program
    ADD kinds text[], -- the kinds of jobs that it knows
    ADD rss_bytes bigint, -- resident memory when it was last seen
    ADD quiet_at timestamptz; -- since when it takes no new jobs, because an operator asked for that
