-- From here on every change of photos is counted, whichever process makes it.
CREATE TRIGGER count_added_photos AFTER INSERT ON submissions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_photos();

CREATE TRIGGER count_deleted_photos AFTER DELETE ON submissions
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_photos();

CREATE TRIGGER count_changed_photos AFTER UPDATE ON submissions
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_changed_photos();
