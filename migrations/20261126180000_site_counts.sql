-- How many photos are on show, how many of them are described, and how many accounts there are, exactly and without reading them:
-- whoever changes them adds what changed to `site_count_deltas`, where nobody waits for anybody, and whoever measures adds those up
-- into `site_counts` once a minute. Both together are what a recount would find.
CREATE TABLE site_counts (
    what text PRIMARY KEY,
    n bigint NOT NULL
);

CREATE TABLE site_count_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL,
    n bigint NOT NULL
);

CREATE FUNCTION count_added_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_count_deltas (what, n)
    SELECT what, n
    FROM (SELECT count(ordinal) AS photos, count(described_ordinal) AS described FROM added) AS counted,
         LATERAL (VALUES ('photos', photos), ('described', described)) AS each (what, n)
    WHERE n <> 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_deleted_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_count_deltas (what, n)
    SELECT what, -n
    FROM (SELECT count(ordinal) AS photos, count(described_ordinal) AS described FROM deleted) AS counted,
         LATERAL (VALUES ('photos', photos), ('described', described)) AS each (what, n)
    WHERE n <> 0;
    RETURN NULL;
END
$$;

-- Most changes of a photo change nothing that is counted, and add no row.
CREATE FUNCTION count_changed_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_count_deltas (what, n)
    SELECT what, sum(n)
    FROM (
        SELECT count(ordinal) AS photos, count(described_ordinal) AS described FROM after
        UNION ALL
        SELECT -count(ordinal), -count(described_ordinal) FROM before
    ) AS counted,
         LATERAL (VALUES ('photos', photos), ('described', described)) AS each (what, n)
    GROUP BY what
    HAVING sum(n) <> 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_added_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_count_deltas (what, n) SELECT 'accounts', count(*) FROM added WHERE deleted_at IS NULL;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_deleted_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_count_deltas (what, n) SELECT 'accounts', -count(*) FROM deleted WHERE deleted_at IS NULL;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_changed_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_count_deltas (what, n)
    SELECT 'accounts', sum(n)
    FROM (
        SELECT count(*) AS n FROM after WHERE deleted_at IS NULL
        UNION ALL
        SELECT -count(*) FROM before WHERE deleted_at IS NULL
    ) AS counted
    HAVING sum(n) <> 0;
    RETURN NULL;
END
$$;
