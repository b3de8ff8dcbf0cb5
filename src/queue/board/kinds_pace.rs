//! How long the jobs of each kind waited and ran within the last hour.

use std::collections::BTreeMap;

use chrono::{DurationRound, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// Of how many, and in seconds: half of them, 95 and 99 of a hundred took no longer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    pub count: i64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
}

/// A kind of which attempts ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindPace {
    pub kind: String,
    /// From when they were due until they started.
    pub wait: Option<Percentiles>,
    /// From their start to their end.
    pub run: Option<Percentiles>,
}

/// By kind. Each minute of the histograms is looked up by index.
pub async fn kinds_pace(conn: &mut PgConnection) -> Result<Vec<KindPace>, sqlx::Error> {
    let minute = TimeDelta::minutes(1);
    let now = Utc::now().duration_trunc(minute).unwrap_or_default();
    let moments: Vec<_> = (0..60).map(|back| now - minute * back).collect();
    let rows = sqlx::query!(
        r#"
        SELECT p.kind AS "kind!", p.measure AS "measure!", p.bucket AS "bucket!", sum(p.n)::bigint AS "n!"
        FROM unnest($1::timestamptz[]) AS m (at), LATERAL (
            SELECT kind, measure, bucket, n FROM job_pace WHERE NOT hourly AND at = m.at OFFSET 0
        ) AS p
        GROUP BY p.kind, p.measure, p.bucket
        ORDER BY p.kind, p.measure, p.bucket
        "#,
        &moments
    )
    .fetch_all(conn)
    .await?;
    let mut kinds: BTreeMap<String, [Vec<(i16, i64)>; 2]> = BTreeMap::new();
    for row in rows {
        let measures = kinds.entry(row.kind).or_default();
        measures[usize::from(row.measure == "run")].push((row.bucket, row.n));
    }
    let pace = |(kind, [wait, run]): (String, [Vec<(i16, i64)>; 2])| KindPace {
        kind,
        wait: percentiles(&wait),
        run: percentiles(&run),
    };
    Ok(kinds.into_iter().map(pace).collect())
}

/// From a histogram, its buckets in ascending order. Bucket k has what took less than 2^(k/4) ms and no less than the one before.
fn percentiles(buckets: &[(i16, i64)]) -> Option<Percentiles> {
    let count: i64 = buckets.iter().map(|(_, n)| n).sum();
    let quantile = |share: f64| {
        let rank = (share * count as f64).ceil() as i64;
        let mut below = 0;
        let (bucket, _) = buckets.iter().find(|(_, n)| {
            below += n;
            below >= rank.max(1)
        })?;
        // The middle of the bucket: no more than 9 % off.
        Some(((f64::from(*bucket) - 0.5) / 4.0).exp2() / 1000.0)
    };
    Some(Percentiles { count, p50: quantile(0.5)?, p95: quantile(0.95)?, p99: quantile(0.99)? })
}

#[cfg(test)]
mod tests {
    use super::percentiles;

    #[test]
    fn percentiles_are_within_nine_percent_of_what_was_measured() {
        let bucket = |ms: i16| ((f64::from(ms).log2() * 4.0).floor() + 1.0) as i16;
        let mut buckets: Vec<(i16, i64)> = Vec::new();
        for ms in 1..=1000 {
            match buckets.last_mut() {
                Some((last, n)) if *last == bucket(ms) => *n += 1,
                _ => buckets.push((bucket(ms), 1)),
            }
        }
        let all = percentiles(&buckets).unwrap_or_else(|| unreachable!("there are some"));
        for (found, seconds) in [(all.p50, 0.5), (all.p95, 0.95), (all.p99, 0.99)] {
            assert!((found / seconds - 1.0).abs() < 0.1, "{found} for {seconds}");
        }
        assert_eq!((all.count, percentiles(&[])), (1000, None));
    }
}
