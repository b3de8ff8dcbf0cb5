-- The figures of one photo, of the last thirty days on which anything happened to it: `heat` is what happened, half as much for every
-- `half_life` days that it was before the last of them. A share counts like `share` ratings, and an arrival like `arrival`. In this form
-- PostgreSQL puts it into the statement that asks, instead of calling it for each photo; the one before (`reach_figures`) is to go in a
-- later release.
CREATE FUNCTION reach_of(photo bigint, share bigint, arrival bigint, half_life double precision)
RETURNS TABLE (
    last date, heat double precision, usual double precision, happened bigint, passed_on bigint, views bigint
) STABLE LANGUAGE sql AS $$
    SELECT max(latest), sum(weight * 2 ^ ((day - latest) / half_life)),
           coalesce(sum(weight) FILTER (WHERE day <= latest - 3), 0) / greatest(max(latest) - 3 - min(day) + 1, 7)::double precision,
           coalesce(sum(weight), 0)::bigint, coalesce(sum(shares + arrivals), 0)::bigint, coalesce(sum(ratings + seen), 0)::bigint
    FROM (SELECT day, ratings, shares, arrivals, d.views AS seen, ratings + share * shares + arrival * arrivals AS weight,
                 max(day) OVER () AS latest
          FROM (SELECT * FROM submission_days WHERE submission = photo ORDER BY day DESC LIMIT 30) AS d) AS days
$$;

-- How much happens to a photo beside what is usual, as a power of two, and weighed so that the order stays true on later days.
CREATE FUNCTION board_trend(
    shown boolean, happened bigint, heat double precision, usual double precision, last date, at_least bigint,
    calm_day double precision, half_life double precision, first_day date
) RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN shown AND happened >= at_least
         THEN ln(heat / (usual + calm_day)) / ln(2::double precision) + (last - first_day) / half_life END;

-- Shares and arrivals by a hundred views, with so many pretended views that brought nobody.
CREATE FUNCTION board_viral(shown boolean, passed_on bigint, views bigint, pretended double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN shown AND passed_on > 0 THEN 100 * passed_on / (views + pretended) END;
