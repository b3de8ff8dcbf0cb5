-- Whoever has left may do nothing, and does not leave a second time.
ALTER TABLE accounts
    ADD CONSTRAINT accounts_deleted
        CHECK (deleted_at IS NULL OR (role = 'member' AND deletion_due_at IS NULL)) NOT VALID;
