-- One row: what the last ranking job worked with. Every figure in `standings` and `ladder` is exact for it.
CREATE TABLE generation (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    number bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    -- score = (weight * mean + sum) / (weight + count); uncertainty = 1.96 * sqrt(variance / (count + weight))
    mean double precision NOT NULL DEFAULT 5.5,
    weight double precision NOT NULL DEFAULT 5,
    variance double precision NOT NULL DEFAULT 5,
    photos bigint NOT NULL DEFAULT 0
);

INSERT INTO generation DEFAULT VALUES;

-- Written by the ranking job alone, for rated photos that may be voted on. count and sum are what the score was worked out from.
CREATE TABLE standings (
    submission bigint PRIMARY KEY,
    score double precision NOT NULL,
    count bigint NOT NULL CHECK (count >= 1),
    sum bigint NOT NULL
);

CREATE INDEX standings_by_score ON standings (score DESC, submission);

-- About a thousand scores with the number of photos above each: a rank is the nearest rung above plus a short index count.
CREATE TABLE ladder (
    score double precision PRIMARY KEY,
    above bigint NOT NULL
);

-- The rank that a score has in this generation: 1 + photos with a higher score. From the nearest rung at or above it
-- the rows in between are counted in the index.
CREATE FUNCTION rank_of(wanted double precision) RETURNS bigint STABLE LANGUAGE sql AS $$
    SELECT 1 + coalesce(rung.above, 0)
             + (SELECT count(*) FROM standings s
                WHERE s.score > wanted AND s.score <= coalesce(rung.score, 'Infinity'))
    FROM (SELECT 1) one
         LEFT JOIN (SELECT l.score, l.above FROM ladder l WHERE l.score >= wanted ORDER BY l.score LIMIT 1) rung ON true
$$;
