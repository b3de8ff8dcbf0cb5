//! How long a kind of job rests after a run that took long, from the history of its attempts.

use std::time::Duration;

use sqlx::PgConnection;

use super::JobKind;

/// The rest that is not over yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    /// How long the run took.
    pub took: Duration,
    /// How long jobs of the kind should still wait.
    pub left: Duration,
}

/// After an attempt that took a second or more, finished or not, the kind rests for `factor` times as long. Nothing when it
/// need not.
pub async fn left(conn: &mut PgConnection, kind: JobKind, factor: u32) -> Result<Option<Rest>, sqlx::Error> {
    // The three newest jobs in each state. An order by kind and number has but one index: that on state, kind and number. Were
    // the kind compared by `=`, the planner would see that the order is one of numbers alone, and could walk those of all jobs.
    let longest = sqlx::query!(
        r#"
        SELECT extract(epoch FROM a.ended_at - a.started_at)::double precision AS "took!",
            extract(epoch FROM a.ended_at + $2 * (a.ended_at - a.started_at) - clock_timestamp())::double precision AS "left!"
        FROM unnest(enum_range(NULL::fang_task_state)) AS g (state), LATERAL (
            SELECT t.number FROM fang_tasks t
            WHERE t.state = g.state AND t.kind >= $1 AND t.kind <= $1
            ORDER BY t.kind DESC, t.number DESC LIMIT 3
        ) AS recent
        JOIN job_attempts a ON a.job = recent.number
        WHERE a.outcome IN ('finished', 'failed', 'lost') AND a.ended_at - a.started_at >= interval '1 second'
        ORDER BY 2 DESC LIMIT 1
        "#,
        kind.name(),
        f64::from(factor),
    )
    .fetch_optional(conn)
    .await?;
    let length = |seconds| Duration::try_from_secs_f64(seconds).ok().filter(|length| !length.is_zero());
    Ok(longest.and_then(|run| Some(Rest { took: length(run.took)?, left: length(run.left)? })))
}
