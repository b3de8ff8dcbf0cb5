-- The same for members.
CREATE FUNCTION note_member_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO words_to_write (account) VALUES (NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER note_new_member_words AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION note_member_words();

CREATE TRIGGER note_member_words AFTER UPDATE OF username, display_name, deleted_at ON accounts FOR EACH ROW
WHEN ((OLD.username, OLD.display_name, OLD.deleted_at) IS DISTINCT FROM (NEW.username, NEW.display_name, NEW.deleted_at))
EXECUTE FUNCTION note_member_words();

UPDATE words_written SET last_account = (SELECT coalesce(max(id), 0) FROM accounts);
