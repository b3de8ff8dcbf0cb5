-- The same for accounts.
CREATE TRIGGER count_added_accounts AFTER INSERT ON accounts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_accounts();

CREATE TRIGGER count_deleted_accounts AFTER DELETE ON accounts
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_accounts();

CREATE TRIGGER count_changed_accounts AFTER UPDATE ON accounts
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_changed_accounts();
