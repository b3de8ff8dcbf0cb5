//! How many jobs waited in each lane, minute by minute: from these it is seen whether a lane grows. Whoever looks for alerts adds them.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// How long a sample counts for the moment that is looked for.
const NEAR: TimeDelta = TimeDelta::seconds(150);

/// A lane that was fuller at each look than at the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    pub lane: String,
    /// So many minutes ago this many waited.
    pub minutes: i64,
    pub from: i64,
    pub to: i64,
}

/// Adds how many wait now, once a minute, and forgets what is older than a day.
pub async fn record(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        WITH waiting AS (
            SELECT lane, sum(n)::bigint AS n
            FROM (
                SELECT lane, n FROM job_counts WHERE state IN ('new', 'retried')
                UNION ALL
                SELECT lane, n FROM job_count_deltas WHERE state IN ('new', 'retried')
            ) AS counted
            GROUP BY lane
        ), old AS (
            DELETE FROM lane_samples WHERE at < now() - interval '1 day'
        )
        INSERT INTO lane_samples (at, lane, waiting)
        SELECT date_trunc('minute', now()), lane, n FROM waiting
        ON CONFLICT (at, lane) DO NOTHING
        "#
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Lanes that have grown for so many minutes: fuller at each third of them, by a tenth in all.
pub(super) async fn growth(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    minutes: u32,
) -> Result<Vec<Growth>, sqlx::Error> {
    let whole = TimeDelta::minutes(minutes.max(3).into());
    let rows = sqlx::query!(
        "SELECT at, lane, waiting FROM lane_samples WHERE at >= $1 ORDER BY at DESC, lane LIMIT 10000",
        now - whole - NEAR
    )
    .fetch_all(conn)
    .await?;
    let mut lanes: Vec<&str> = rows.iter().map(|row| row.lane.as_str()).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let growth = lanes.into_iter().filter_map(|lane| {
        let looks: Option<Vec<i64>> = (0..=3)
            .map(|third| {
                let moment = now - whole * (3 - third) / 3;
                let near = |at: DateTime<Utc>| at <= moment && at > moment - NEAR;
                rows.iter().find(|row| row.lane == lane && near(row.at)).map(|row| row.waiting)
            })
            .collect();
        grows(&looks?).map(|(from, to)| Growth { lane: lane.to_owned(), minutes: whole.num_minutes(), from, to })
    });
    Ok(growth.collect())
}

fn grows(looks: &[i64]) -> Option<(i64, i64)> {
    let (from, to) = (*looks.first()?, *looks.last()?);
    let rises = looks.windows(2).all(|pair| pair[0] < pair[1]);
    (rises && to - from >= (from / 10).max(20)).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::grows;

    #[test]
    fn a_lane_grows_when_it_is_fuller_at_each_look() {
        assert_eq!(grows(&[100, 130, 150, 200]), Some((100, 200)));
        assert_eq!(grows(&[100, 130, 120, 200]), None, "a wave that is worked off is none");
        assert_eq!(grows(&[1000, 1001, 1002, 1003]), None, "too little to matter");
        assert_eq!(grows(&[0, 5, 9, 12]), None);
        assert_eq!(grows(&[]), None);
    }
}
