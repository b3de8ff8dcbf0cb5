-- Somebody who voted without a name and then logged in. Their votes are the account's now; the row stays for a day, so that
-- a vote that was still under way finds its way.
ALTER TABLE raters
    ADD merged_into uuid,
    ADD merged_at timestamptz,
    ADD CONSTRAINT raters_merged_without_account CHECK (merged_into IS NULL OR account IS NULL),
    ADD CONSTRAINT raters_merged_once CHECK ((merged_into IS NULL) = (merged_at IS NULL));

CREATE INDEX raters_merged ON raters (merged_into) WHERE merged_into IS NOT NULL;

-- What a transaction locks before it writes in somebody's name. It lives in memory: a row lock would be one more write for
-- every vote.
CREATE FUNCTION rater_lock(rater uuid) RETURNS bigint IMMUTABLE STRICT LANGUAGE sql AS $$
    SELECT uuid_hash_extended(rater, 0)
$$;

-- Until the end of the transaction none of these raters is merged; gives those that were, and into whom. The locks are taken
-- in ascending order. The second statement sees what was committed while the first one waited, as one statement would not.
CREATE FUNCTION hold_raters(wanted uuid[]) RETURNS TABLE (merged uuid, into_rater uuid, account bigint)
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(held.lock)
    FROM (SELECT DISTINCT rater_lock(w.id) AS lock FROM unnest(wanted) w (id) ORDER BY 1) held;
    RETURN QUERY
        SELECT gone.id, heir.id, heir.account FROM raters gone JOIN raters heir ON heir.id = gone.merged_into
        WHERE gone.id = ANY (wanted);
END
$$;
