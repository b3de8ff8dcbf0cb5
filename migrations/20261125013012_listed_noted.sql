CREATE TRIGGER note_listed_photo AFTER UPDATE OF ordinal, species ON submissions FOR EACH ROW
    WHEN ((OLD.ordinal, OLD.species) IS DISTINCT FROM (NEW.ordinal, NEW.species)) EXECUTE FUNCTION note_listed_photo();
