-- From here on every change of jobs is counted, whichever process makes it.
CREATE TRIGGER count_added_jobs AFTER INSERT ON fang_tasks
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_jobs();

CREATE TRIGGER count_deleted_jobs AFTER DELETE ON fang_tasks
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_jobs();

CREATE TRIGGER count_changed_jobs AFTER UPDATE ON fang_tasks
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_changed_jobs();
