//! The ticking of schedules, and what else has to happen every minute though no job may do it: jobs could not say how the
//! queue does when the queue does badly. Any number of processes tick; each tick happens once.

use std::time::{Duration, Instant};

use log::{info, warn};
use ratemyderp::queue;
use ratemyderp::queue::schedules::Schedule;
use sqlx::PgPool;

use crate::minutely;

/// Between two looks, at most.
const LONGEST: Duration = Duration::from_secs(5);

/// Between two rounds of what happens every minute.
const MINUTE: Duration = Duration::from_secs(60);

/// Ticks for as long as it is polled. Ticks that passed while nobody was there are not made up for.
pub async fn run(pool: PgPool, schedules: Vec<Schedule>) {
    let shortest = schedules.iter().map(|schedule| schedule.every).min();
    let look = shortest.map_or(LONGEST, |shortest| (shortest / 2).clamp(Duration::from_millis(250), LONGEST));
    let mut looks = tokio::time::interval(look);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round: Option<Instant> = None;
    loop {
        looks.tick().await;
        if let Err(error) = end_pauses(&pool).await {
            warn!("pauses whose time has come could not be ended: {error}");
        }
        for schedule in &schedules {
            if let Err(error) = tick(&pool, schedule).await {
                warn!("the schedule {} could not tick: {error}", schedule.name());
            }
        }
        if round.is_none_or(|last| last.elapsed() >= MINUTE) {
            round = Some(Instant::now());
            minutely::run(&pool).await;
        }
    }
}

async fn end_pauses(pool: &PgPool) -> Result<(), sqlx::Error> {
    for what in queue::pauses::end_due(&mut *pool.acquire().await?).await? {
        info!("the pause of the {what} is over");
    }
    Ok(())
}

/// Enqueues the schedule's job unless that was done for the current tick, by the database's clock, or the schedule is paused.
pub async fn tick(pool: &PgPool, schedule: &Schedule) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let tick = sqlx::query_scalar!(
        r#"
        INSERT INTO schedules (name, tick)
        SELECT $1, date_bin(make_interval(secs => $2), now(), to_timestamp($3))
        WHERE NOT EXISTS (SELECT FROM paused_schedules WHERE name = $1)
        ON CONFLICT (name, tick) DO NOTHING
        RETURNING tick
        "#,
        schedule.name(),
        schedule.every.as_secs_f64(),
        schedule.from.as_secs_f64(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(tick) = tick {
        let job = queue::enqueue(&mut tx, schedule.job.clone()).await?;
        sqlx::query!("UPDATE schedules SET job = $3 WHERE name = $1 AND tick = $2", schedule.name(), tick, job.number,)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(tick.is_some())
}
