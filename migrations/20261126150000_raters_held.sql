-- The same as before, with one plan for any number of raters: each is looked up apart, and the planner does not see how many there are.
-- It planned anew for each batch, as it took the plan for one rater to be cheaper than that for ten.
CREATE OR REPLACE FUNCTION hold_raters(wanted uuid[])
RETURNS TABLE (merged uuid, into_rater uuid, account bigint, in_time boolean)
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(held.lock)
    FROM (SELECT DISTINCT rater_lock(w.id) AS lock FROM unnest((SELECT wanted)) w (id) ORDER BY 1) held;
    RETURN QUERY
        SELECT gone.id, heir.id, heir.account, gone.merged_at > clock_timestamp() - interval '1 minute'
        FROM unnest((SELECT wanted)) w (id)
             CROSS JOIN LATERAL (SELECT * FROM raters WHERE raters.id = w.id AND raters.merged_into IS NOT NULL OFFSET 0) gone
             CROSS JOIN LATERAL (SELECT * FROM raters WHERE raters.id = gone.merged_into OFFSET 0) heir;
    IF FOUND THEN
        PERFORM pg_advisory_xact_lock_shared(held.lock)
        FROM (SELECT DISTINCT heir_lock(gone.merged_into) AS lock FROM raters gone
              WHERE gone.id = ANY (wanted) AND gone.merged_into IS NOT NULL ORDER BY 1) held;
    END IF;
END
$$;
