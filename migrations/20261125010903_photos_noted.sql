CREATE TRIGGER note_photo AFTER UPDATE OF ordinal ON submissions FOR EACH ROW
    WHEN (OLD.ordinal IS DISTINCT FROM NEW.ordinal) EXECUTE FUNCTION note_photo();
