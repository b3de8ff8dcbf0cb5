//! The statements: one for each path. Each reads at most a window of its index in its order, and stops when enough matches. What
//! ends a window is compared column by column: by `(a, b) > (x, y)` PostgreSQL finds a beginning, but at an end it walks on to the
//! next `a`, without a word in the rows that it counts. By `a = x` the order would be that of `b` alone, and the planner could
//! walk the numbers of all jobs; `a = ANY(ARRAY[x])` leaves it the one index that has the order `a, b`.

use sqlx::PgConnection;

use super::path::Path;
use super::reach::{Reach, Row};
use super::rest::Rest;
use crate::queue::JobState;

/// `$from` gives rows `t` of the window in their order, with `key` as their moment. Lines of a common table are made as they are
/// asked for, so that nothing is read after the last match.
macro_rules! look {
    ($conn:expr, $rest:expr, $wanted:expr, $window:expr, $from:tt $(, $bind:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"
            WITH looked AS MATERIALIZED (SELECT row_number() OVER () AS pos, w.* FROM ("# + $from + r#") AS w),
            matching AS MATERIALIZED (
                SELECT * FROM looked
                WHERE ($1::text IS NULL OR state::text = $1) AND ($2::text IS NULL OR kind = $2)
                AND ($3::text IS NULL OR task_type = $3) AND ($4::bigint IS NULL OR error_group = $4)
                AND ($5::bigint IS NULL OR submission = $5) AND ($6::bigint IS NULL OR account = $6)
                AND ($7::integer IS NULL OR attempt >= $7) AND ($8::text IS NULL OR error_message ILIKE $8)
                AND ($9::timestamptz IS NULL OR created_at >= $9) AND ($10::timestamptz IS NULL OR created_at < $10)
                AND ($11::timestamptz IS NULL OR (state IN ('finished', 'failed') AND updated_at >= $11))
                AND ($12::timestamptz IS NULL OR (state IN ('finished', 'failed') AND updated_at < $12))
                AND ($13::bigint IS NULL OR EXISTS (
                    SELECT FROM job_attempts a WHERE a.job = number AND a.worker = $13
                ))
                LIMIT $14
            )
            SELECT pos AS "pos!", number AS "number!", key AS "key!", priority AS "priority!", created_at AS "created_at!",
                true AS "matches!"
            FROM matching
            UNION ALL
            (
                SELECT pos, number, key, priority, created_at, false FROM looked
                WHERE (SELECT count(*) FROM matching) < $14 AND $15::bigint > 0 ORDER BY pos DESC LIMIT 1
            )
            "#,
            $rest.state,
            $rest.kind,
            $rest.lane,
            $rest.error,
            $rest.submission,
            $rest.account,
            $rest.attempts,
            $rest.pattern,
            $rest.created.0,
            $rest.created.1,
            $rest.ended.0,
            $rest.ended.1,
            $rest.worker,
            $wanted,
            $window
            $(, $bind)*
        )
        .fetch_all($conn)
        .await
    };
}

/// The next window of a path.
pub async fn look(
    conn: &mut PgConnection,
    (path, reach): (&Path, &Reach),
    rest: &Rest,
    wanted: i64,
    window: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    let before = reach.after.number;
    match path {
        Path::Number => {
            look!(
                conn,
                rest,
                wanted,
                window,
                r#"
            SELECT t.*, t.created_at AS key FROM fang_tasks t
            WHERE t.number < $16 AND t.number > $17 ORDER BY t.number DESC LIMIT $15
            "#,
                before,
                reach.lowest
            )
        }
        Path::Alike(error) => {
            look!(
                conn,
                rest,
                wanted,
                window,
                r#"
            SELECT t.*, t.created_at AS key FROM fang_tasks t
            WHERE t.state = 'failed' AND t.error_group = ANY(ARRAY[$18::bigint]) AND t.number < $16 AND t.number > $17
            ORDER BY t.error_group DESC, t.number DESC LIMIT $15
            "#,
                before,
                reach.lowest,
                error
            )
        }
        Path::Submission(submission) => {
            look!(
                conn,
                rest,
                wanted,
                window,
                r#"
            SELECT t.*, t.created_at AS key FROM fang_tasks t
            WHERE t.submission = ANY(ARRAY[$18::bigint]) AND t.number < $16 AND t.number > $17
            ORDER BY t.submission DESC, t.number DESC LIMIT $15
            "#,
                before,
                reach.lowest,
                submission
            )
        }
        Path::Account(account) => {
            look!(
                conn,
                rest,
                wanted,
                window,
                r#"
            SELECT t.*, t.created_at AS key FROM fang_tasks t
            WHERE t.account = ANY(ARRAY[$18::bigint]) AND t.number < $16 AND t.number > $17
            ORDER BY t.account DESC, t.number DESC LIMIT $15
            "#,
                before,
                reach.lowest,
                account
            )
        }
        Path::Groups(groups) => look_at_groups(conn, (groups, reach), rest, wanted, window).await,
        Path::Waiting(groups) => look_at_waiting(conn, (groups, reach), rest, wanted, window).await,
        Path::FailedLately => look_at_failed(conn, reach, rest, wanted, window).await,
        Path::Worker(worker) => {
            look!(
                conn,
                rest,
                wanted,
                window,
                r#"
            SELECT j.*, j.created_at AS key
            FROM (
                SELECT DISTINCT worker, job FROM job_attempts
                WHERE worker = ANY(ARRAY[$18::bigint]) AND job < $16 AND job > $17
                ORDER BY worker DESC, job DESC LIMIT $15
            ) AS a, LATERAL (SELECT * FROM fang_tasks t WHERE t.number = a.job LIMIT 1) AS j
            ORDER BY a.job DESC
            "#,
                before,
                reach.lowest,
                worker
            )
        }
        Path::Attempts => look_at_attempts(conn, reach, rest, wanted, window).await,
    }
}

async fn look_at_groups(
    conn: &mut PgConnection,
    (groups, reach): (&[(JobState, String)], &Reach),
    rest: &Rest,
    wanted: i64,
    window: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    let states: Vec<String> = groups.iter().map(|(state, _)| state.stored().to_owned()).collect();
    let kinds: Vec<String> = groups.iter().map(|(_, kind)| kind.clone()).collect();
    look!(
        conn,
        rest,
        wanted,
        window,
        r#"
    SELECT newest.*, newest.created_at AS key
    FROM unnest($16::text[], $17::text[]) AS g (state, kind), LATERAL (
        SELECT * FROM fang_tasks t
        WHERE t.state = ANY(ARRAY[g.state::fang_task_state]) AND t.kind = g.kind AND t.number < $18 AND t.number > $19
        ORDER BY t.state DESC, t.number DESC LIMIT $15
    ) AS newest
    ORDER BY newest.number DESC LIMIT $15
    "#,
        &states,
        &kinds,
        reach.after.number,
        reach.lowest
    )
}

async fn look_at_waiting(
    conn: &mut PgConnection,
    (groups, reach): (&[(String, String)], &Reach),
    rest: &Rest,
    wanted: i64,
    window: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    let (lanes, kinds): (Vec<String>, Vec<String>) = groups.iter().cloned().unzip();
    look!(
        conn,
        rest,
        wanted,
        window,
        r#"
    SELECT next.*, next.scheduled_at AS key
    FROM unnest($16::text[], $17::text[]) AS g (lane, kind), LATERAL (
        SELECT * FROM fang_tasks t
        WHERE t.state IN ('new', 'retried')
        AND t.task_type = g.lane AND t.kind = g.kind AND (t.priority, t.scheduled_at, t.number) > ($18, $19, $20)
        ORDER BY t.task_type, t.kind, t.priority, t.scheduled_at, t.number LIMIT $15
    ) AS next
    ORDER BY next.priority, next.scheduled_at, next.number LIMIT $15
    "#,
        &lanes,
        &kinds,
        reach.after.priority.unwrap_or(i16::MIN),
        reach.after.at,
        reach.after.number
    )
}

async fn look_at_failed(
    conn: &mut PgConnection,
    reach: &Reach,
    rest: &Rest,
    wanted: i64,
    window: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    look!(
        conn,
        rest,
        wanted,
        window,
        r#"
    SELECT t.*, t.updated_at AS key FROM fang_tasks t
    WHERE t.state = 'failed' AND (t.updated_at, t.number) < ($16, $17) AND t.updated_at >= $18
    ORDER BY t.updated_at DESC, t.number DESC LIMIT $15
    "#,
        reach.after.at,
        reach.after.number,
        reach.earliest
    )
}

/// A job that began twice within the time stands at its last start.
async fn look_at_attempts(
    conn: &mut PgConnection,
    reach: &Reach,
    rest: &Rest,
    wanted: i64,
    window: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    look!(
        conn,
        rest,
        wanted,
        window,
        r#"
    SELECT j.*, a.started_at AS key
    FROM (
        SELECT job, started_at FROM job_attempts began
        WHERE started_at >= $16 AND started_at <= $17 AND (started_at, job) < ($18, $19)
        AND coalesce((
                SELECT false FROM job_attempts later
                WHERE later.job = began.job AND later.attempt > began.attempt AND later.started_at < $20 LIMIT 1
            ), true)
        ORDER BY started_at DESC, job DESC LIMIT $15
    ) AS a, LATERAL (SELECT * FROM fang_tasks t WHERE t.number = a.job LIMIT 1) AS j
    ORDER BY a.started_at DESC, a.job DESC
    "#,
        reach.slice.0,
        reach.slice.1,
        reach.after.at,
        reach.after.number,
        reach.latest
    )
}
