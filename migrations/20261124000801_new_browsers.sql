-- Whoever has logged in before is told when somebody does with a browser that is new to the account.
ALTER TABLE accounts ADD logged_in_at timestamptz;

UPDATE accounts a SET logged_in_at = (SELECT max(created_at) FROM sessions s WHERE s.account = a.id);
