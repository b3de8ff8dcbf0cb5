-- Votes and reports that come late, for somebody who has logged in since, are written for the heir. So the heir is held as well: otherwise
-- another merge into the same account would not see them, and fail where both have the same photo. These locks are apart from those of
-- `rater_lock`, and are taken after all of them, in ascending order too; whose heir somebody is stands fast by then.
CREATE FUNCTION heir_lock(rater uuid) RETURNS bigint IMMUTABLE STRICT LANGUAGE sql AS $$
    SELECT uuid_hash_extended(rater, 1)
$$;

-- Until the end of the transaction none of these raters is merged, and nobody into their heirs; gives those that were, into whom, and
-- whether that was a minute ago at most. Each statement sees what was committed while the one before it waited.
CREATE OR REPLACE FUNCTION hold_raters(wanted uuid[])
RETURNS TABLE (merged uuid, into_rater uuid, account bigint, in_time boolean)
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(held.lock)
    FROM (SELECT DISTINCT rater_lock(w.id) AS lock FROM unnest(wanted) w (id) ORDER BY 1) held;
    RETURN QUERY
        SELECT gone.id, heir.id, heir.account, gone.merged_at > clock_timestamp() - interval '1 minute'
        FROM raters gone JOIN raters heir ON heir.id = gone.merged_into
        WHERE gone.id = ANY (wanted);
    IF FOUND THEN
        PERFORM pg_advisory_xact_lock_shared(held.lock)
        FROM (SELECT DISTINCT heir_lock(gone.merged_into) AS lock FROM raters gone
              WHERE gone.id = ANY (wanted) AND gone.merged_into IS NOT NULL ORDER BY 1) held;
    END IF;
END
$$;
