-- Notes which photos are to be found by other words. Only what comes into sight, leaves it, or is in sight and gets other words counts.
CREATE FUNCTION note_photo_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO words_to_write (submission) VALUES (NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER note_new_photo_words AFTER INSERT ON submissions FOR EACH ROW
WHEN (NEW.ordinal IS NOT NULL) EXECUTE FUNCTION note_photo_words();

CREATE TRIGGER note_photo_words AFTER UPDATE OF ordinal, title, species, alt_text ON submissions FOR EACH ROW
WHEN ((OLD.ordinal IS NULL) <> (NEW.ordinal IS NULL)
      OR NEW.ordinal IS NOT NULL AND (OLD.title, OLD.species, OLD.alt_text) IS DISTINCT FROM (NEW.title, NEW.species, NEW.alt_text))
EXECUTE FUNCTION note_photo_words();

-- Whatever was there before.
UPDATE words_written SET last_photo = (SELECT coalesce(max(id), 0) FROM submissions);
