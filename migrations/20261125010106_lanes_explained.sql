ALTER TABLE lanes
    ADD paused_by text, -- who paused it: a username, or who was at the command line
    ADD reason text, -- why
    ADD resume_at timestamptz, -- when its jobs go on by themselves
    ADD concurrency integer CHECK (concurrency >= 1); -- at most so many of its jobs run at once, over all processes; nothing: no limit
