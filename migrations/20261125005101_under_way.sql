-- What was under way while somebody logged in is theirs for a minute, and not for as long as the row stays.
DROP FUNCTION hold_raters(uuid[]);

-- Until the end of the transaction none of these raters is merged; gives those that were, into whom, and whether that was a
-- minute ago at most. The locks are taken in ascending order. The second statement sees what was committed while the first one
-- waited, as one statement would not.
CREATE FUNCTION hold_raters(wanted uuid[]) RETURNS TABLE (merged uuid, into_rater uuid, account bigint, in_time boolean)
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(held.lock)
    FROM (SELECT DISTINCT rater_lock(w.id) AS lock FROM unnest(wanted) w (id) ORDER BY 1) held;
    RETURN QUERY
        SELECT gone.id, heir.id, heir.account, gone.merged_at > clock_timestamp() - interval '1 minute'
        FROM raters gone JOIN raters heir ON heir.id = gone.merged_into
        WHERE gone.id = ANY (wanted);
END
$$;
