-- The figures of one photo, of the last thirty days on which anything happened to it. `heat` is what happened, half as much for every two days
-- that it was before the last of them.
CREATE FUNCTION reach_figures(
    photo bigint, OUT last date, OUT heat double precision, OUT usual double precision, OUT happened bigint, OUT passed_on bigint,
    OUT views bigint
) STABLE LANGUAGE sql AS $$
    SELECT max(latest), sum(weight * 2 ^ ((day - latest) / 2.0::double precision)),
           coalesce(sum(weight) FILTER (WHERE day <= latest - 3), 0) / greatest(max(latest) - 3 - min(day) + 1, 7)::double precision,
           coalesce(sum(weight), 0)::bigint, coalesce(sum(shares + arrivals), 0)::bigint, coalesce(sum(ratings + seen), 0)::bigint
    FROM (SELECT day, ratings, shares, arrivals, d.views AS seen, ratings + 5 * shares + 2 * arrivals AS weight, max(day) OVER () AS latest
          FROM (SELECT * FROM submission_days WHERE submission = photo ORDER BY day DESC LIMIT 30) AS d) AS days
$$;
