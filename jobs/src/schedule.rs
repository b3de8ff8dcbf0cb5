//! Every recurring job, and the ticking. Any number of processes tick; each tick happens once.

use std::time::Duration;

use log::warn;
use ratemyderp::config::JobsConfig;
use ratemyderp::queue::{self, Job};
use sqlx::PgPool;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A job that recurs.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// What to do. The schedule has the name of its kind.
    pub job: Job,
    /// How often; ticks are at whole multiples of it since `from`.
    pub every: Duration,
    /// A moment of a tick, counted from the beginning of 1970 (UTC), a Thursday.
    pub from: Duration,
}

impl Schedule {
    /// Its name, the same in every process.
    pub fn name(&self) -> &'static str {
        self.job.kind().name()
    }
}

/// All of them.
pub fn all(config: &JobsConfig) -> Vec<Schedule> {
    let every = |seconds: u32| Duration::from_secs(seconds.max(1).into());
    let from_midnight = |job, every| Schedule { job, every, from: Duration::ZERO };
    vec![
        // After a run that took long it rests first: `rank_rest_factor`.
        from_midnight(Job::RankPhotos, every(config.rank_every_seconds)),
        from_midnight(Job::DeleteOldRecords, HOUR / 6),
        from_midnight(Job::DeleteAccounts, HOUR),
        from_midnight(Job::DeleteDiscardedBlobs, HOUR / 6),
        from_midnight(Job::DeleteOrphanedBlobs, DAY),
        // Mondays at six in the morning, UTC.
        Schedule { job: Job::QueueDigests, every: 7 * DAY, from: 4 * DAY + 6 * HOUR },
    ]
}

/// Ticks for as long as it is polled. Ticks that passed while nobody was there are not made up for.
pub async fn run(pool: PgPool, schedules: Vec<Schedule>) {
    let shortest = schedules.iter().map(|schedule| schedule.every).min();
    let Some(shortest) = shortest else { return };
    let mut looks = tokio::time::interval((shortest / 2).clamp(Duration::from_millis(250), Duration::from_secs(5)));
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        for schedule in &schedules {
            if let Err(error) = tick(&pool, schedule).await {
                warn!("the schedule {} could not tick: {error}", schedule.name());
            }
        }
    }
}

/// Enqueues the schedule's job unless that was done for the current tick, by the database's clock.
pub async fn tick(pool: &PgPool, schedule: &Schedule) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let tick = sqlx::query_scalar!(
        r#"
        INSERT INTO schedules (name, tick)
        VALUES ($1, date_bin(make_interval(secs => $2), now(), to_timestamp($3)))
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
