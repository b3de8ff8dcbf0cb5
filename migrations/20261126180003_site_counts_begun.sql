-- What was there before anything was counted: what one snapshot counts, less what it sees counted already. Reads the tables and
-- holds up nobody.
INSERT INTO site_counts (what, n)
SELECT what, sum(n)
FROM (
    SELECT 'photos' AS what, count(*) AS n FROM submissions WHERE ordinal IS NOT NULL
    UNION ALL
    SELECT 'described', count(*) FROM submissions WHERE described_ordinal IS NOT NULL
    UNION ALL
    SELECT 'accounts', count(*) FROM accounts WHERE deleted_at IS NULL
    UNION ALL
    SELECT what, -sum(n) FROM site_count_deltas GROUP BY what
) AS counted
GROUP BY what;
