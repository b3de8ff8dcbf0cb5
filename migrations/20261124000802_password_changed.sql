-- When the password was last replaced: mails that were asked for before are not sent after it.
ALTER TABLE accounts ADD COLUMN password_changed_at timestamptz;
