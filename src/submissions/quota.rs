//! How many photos a member may upload in a day.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use crate::config::UploadsConfig;
use crate::error::Error;

/// What a member has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Photos uploaded within the last 24 hours, whatever became of them.
    pub used: i64,
    /// Photos allowed in 24 hours.
    pub limit: i64,
    /// When the oldest of them no longer counts.
    pub next: Option<DateTime<Utc>>,
}

impl Quota {
    /// How many more are allowed now.
    pub fn left(&self) -> i64 {
        (self.limit - self.used).max(0)
    }
}

/// What an account has left.
pub async fn of(conn: &mut PgConnection, owner: i64, config: &UploadsConfig) -> Result<Quota, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT (a.created_at > now() - make_interval(days => $2)) AS "new!", s.count AS "count!", s.oldest
           FROM accounts a CROSS JOIN LATERAL (
               SELECT count(*) AS count, min(created_at) AS oldest FROM (
                   SELECT created_at FROM submissions WHERE owner = a.id ORDER BY id DESC LIMIT $3
               ) newest WHERE created_at > now() - interval '1 day') s
           WHERE a.id = $1 AND a.deleted_at IS NULL"#,
        owner,
        config.new_account_days,
        config.per_day.max(config.per_day_when_new)
    )
    .fetch_one(conn)
    .await?;
    Ok(Quota {
        used: row.count,
        limit: if row.new { config.per_day_when_new } else { config.per_day },
        next: row.oldest.map(|oldest| oldest + chrono::TimeDelta::days(1)),
    })
}

/// Refuses one photo too many. Those of one account are counted one after the other until the commit, however many come at once.
pub(super) async fn take(tx: &mut Transaction<'_, Postgres>, owner: i64, config: &UploadsConfig) -> Result<(), Error> {
    lock(tx, owner).await?;
    let quota = of(tx, owner, config).await?;
    if quota.left() > 0 {
        return Ok(());
    }
    let next = quota.next.unwrap_or_else(Utc::now);
    Err(Error::TooFast {
        message: format!(
            "You have sent in {} {} in the last 24 hours, and that is as many as we take for now.",
            quota.used,
            if quota.used == 1 { "photo" } else { "photos" }
        ),
        retry_after: u64::try_from((next - Utc::now()).num_seconds()).unwrap_or(0).max(1),
    })
}

/// Until the commit nobody else uploads for this account.
pub(super) async fn lock(tx: &mut Transaction<'_, Postgres>, owner: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('uploads', $1))", owner)
        .execute(&mut **tx)
        .await
        .map(drop)
}
