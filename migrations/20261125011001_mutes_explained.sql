ALTER TABLE error_group_notes
    ADD muted_reason text, -- why nobody is alerted
    ADD unmuted_at timestamptz, -- when that was over last
    ADD unmuted_why text; -- who ended it and why, or what changed
