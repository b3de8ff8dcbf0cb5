//! `delete_old_records`: keeping tables free of what nobody needs.

use log::info;
use ratemyderp::ratings::{boards, brake, double_tap, merge, reach};
use sqlx::PgPool;

use crate::{Claim, Context, Failure};

/// Rows looked at in one statement.
const PAGE: i64 = 5_000;

/// Deletes jobs that finished long ago, failed ones later, with their attempts; workers and ticks of that time; and what
/// is left of raters who logged in.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    let (finished, failed) = (days(ctx.config.keep_finished_days), days(ctx.config.keep_failed_days));
    let gone = delete_jobs(&ctx.pool, finished, failed).await?;
    delete_operations(&ctx.pool, finished.max(failed)).await?;
    delete_workers_and_ticks(&ctx.pool, finished.max(failed)).await?;
    let mut conn = ctx.pool.acquire().await?;
    ratemyderp::accounts::expiry::delete_expired(&mut conn).await?;
    ratemyderp::ratings::weekly_digest::delete_old(&mut conn, 35).await?;
    ratemyderp::mail::delete_old(&mut conn, finished).await?;
    ratemyderp::queue::errors::delete_old(&mut conn, finished.max(failed)).await?;
    ratemyderp::queue::hours::delete_old(&mut conn).await?;
    brake::prune(&mut conn).await?;
    double_tap::prune(&mut conn).await?;
    reach::prune(&mut conn).await?;
    boards::prune::prune(&ctx.pool).await?;
    let forgotten = merge::delete_old(&mut conn).await?;
    claim.say(format!("{gone} old jobs and {forgotten} merged raters deleted"));
    info!("{gone} old jobs and {forgotten} merged raters deleted");
    Ok(())
}

/// Walks from the oldest job to the first that is too young, so that its cost follows what there is to delete. Says how many
/// have gone.
async fn delete_jobs(pool: &PgPool, finished: i32, failed: i32) -> Result<i64, sqlx::Error> {
    let (mut after, mut gone) = (0, 0);
    loop {
        let page = sqlx::query!(
            r#"
            WITH page AS (
                SELECT number, state, updated_at, created_at, discarded_at FROM fang_tasks
                WHERE number > $1
                ORDER BY number LIMIT $2
            ), old AS (
                DELETE FROM fang_tasks t
                USING page
                WHERE t.number = page.number AND t.state IN ('finished', 'failed')
                AND t.updated_at < now() - make_interval(days => CASE
                    WHEN t.state = 'finished' OR t.discarded_at IS NOT NULL THEN $3::integer ELSE $4::integer
                END)
                RETURNING t.number
            ), history AS (
                DELETE FROM job_attempts a USING old WHERE a.job = old.number
            ), advance AS (
                DELETE FROM job_progress p USING old WHERE p.job = old.number
            ), said AS (
                DELETE FROM job_lines l USING old WHERE l.job = old.number
            )
            SELECT max(number) AS last, coalesce(bool_or(created_at > now() - make_interval(days => $3)), true) AS "young!",
                (SELECT count(*) FROM old) AS "gone!"
            FROM page
            "#,
            after,
            PAGE,
            finished,
            failed,
        )
        .fetch_one(pool)
        .await?;
        gone += page.gone;
        match page.last {
            Some(last) if !page.young => after = last,
            _ => return Ok(gone),
        }
    }
}

/// Those that ended long ago, with their snapshots: not one that a job names as the last that touched it.
async fn delete_operations(pool: &PgPool, days: i32) -> Result<(), sqlx::Error> {
    loop {
        let gone = sqlx::query_scalar!(
            r#"
            WITH old AS (
                SELECT o.number FROM operations o
                WHERE o.ended_at < now() - make_interval(days => $1)
                AND NOT EXISTS (SELECT FROM operations u WHERE u.undoes = o.number)
                AND NOT EXISTS (
                    SELECT FROM operation_jobs j JOIN fang_tasks t ON t.number = j.job
                    WHERE j.operation = o.number AND t.operation = o.number
                )
                ORDER BY o.number LIMIT 50
            ), jobs AS (
                DELETE FROM operation_jobs j USING old WHERE j.operation = old.number
            ), gone AS (
                DELETE FROM operations o USING old WHERE o.number = old.number RETURNING o.number
            )
            SELECT count(*) AS "gone!" FROM gone
            "#,
            days
        )
        .fetch_one(pool)
        .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

/// Not a worker that jobs name as their holder, nor the last tick of a schedule: without it, that would tick again.
async fn delete_workers_and_ticks(pool: &PgPool, days: i32) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM workers w WHERE w.seen_at < now() - make_interval(days => $1)
         AND NOT EXISTS (SELECT FROM fang_tasks t WHERE t.state = 'in_progress' AND t.lease_owner = w.number)",
        days
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "DELETE FROM schedules s WHERE s.tick < now() - make_interval(days => $1)
         AND s.tick < (SELECT max(tick) FROM schedules WHERE name = s.name)",
        days
    )
    .execute(pool)
    .await?;
    Ok(())
}
