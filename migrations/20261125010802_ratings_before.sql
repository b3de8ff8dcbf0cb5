-- Somebody's ratings older than a mark, newest first. Read along their index whatever the planner believes: where it thinks that a
-- rater has few ratings, it would read all of them by the primary key and sort them.
CREATE FUNCTION ratings_before(of_rater uuid, before timestamptz, before_submission bigint, most bigint)
RETURNS TABLE (submission bigint, score smallint, created_at timestamptz, changed_at timestamptz)
STABLE LANGUAGE sql
SET enable_sort = off SET enable_incremental_sort = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
    SELECT r.submission, r.score, r.created_at, r.changed_at FROM ratings r
    WHERE r.rater = of_rater AND (r.created_at, r.submission) < (before, before_submission)
    ORDER BY r.created_at DESC, r.submission DESC LIMIT most
$$;
