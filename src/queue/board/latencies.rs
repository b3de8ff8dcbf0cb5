//! How long jobs wait and run, from the histograms in `job_pace`. Bucket k counts what took less than 2^(k/4) ms.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// What is measured of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// From when it was due until it started.
    Wait,
    /// From its start to its end.
    Run,
    /// The same of those that failed, which `Run` has too.
    Failed,
}

impl Measure {
    /// As stored.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Wait => "wait",
            Measure::Run => "run",
            Measure::Failed => "failed",
        }
    }
}

/// How often something took how long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<i16, i64>);

impl Histogram {
    /// So many more in a bucket.
    pub fn add(&mut self, bucket: i16, n: i64) {
        *self.0.entry(bucket).or_default() += n.max(0);
    }

    /// How many were measured.
    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    /// In seconds: so much (0.95 is p95) took no longer. The middle of its bucket, so no more than 9 % off. Nothing of nothing.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let total = self.total();
        let rank = ((share * total as f64).ceil() as i64).clamp(1, total.max(1));
        let mut below = 0;
        let bucket = self.0.iter().find_map(|(bucket, n)| {
            below += n;
            (below >= rank).then_some(*bucket)
        })?;
        Some(((f64::from(bucket) - 0.5) / 4.0).exp2() / 1000.0)
    }
}

/// What a kind's jobs took within a time, and in the time before that.
#[derive(Debug, Clone, Default)]
pub struct Period {
    pub now: Histogram,
    pub before: Histogram,
}

/// Waits and runs of every kind, by kind and measure.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    hour: HashMap<(String, &'static str), Period>,
    day: HashMap<(String, &'static str), Period>,
}

impl Latencies {
    /// Within the last hour.
    pub fn hour(&self, kind: &str, measure: Measure) -> Period {
        self.hour.get(&(kind.to_owned(), measure.name())).cloned().unwrap_or_default()
    }

    /// Within the last 24 hours.
    pub fn day(&self, kind: &str, measure: Measure) -> Period {
        self.day.get(&(kind.to_owned(), measure.name())).cloned().unwrap_or_default()
    }
}

/// Of all kinds, of the last hour (by minutes) and the last day (by hours, the current one included).
pub async fn latencies(conn: &mut PgConnection) -> Result<Latencies, sqlx::Error> {
    let now = Utc::now();
    Ok(Latencies {
        hour: periods(conn, false, floor(now, TimeDelta::minutes(1)), TimeDelta::minutes(1), 60).await?,
        day: periods(conn, true, floor(now, TimeDelta::hours(1)), TimeDelta::hours(1), 24).await?,
    })
}

/// Waits and runs of each kind of which attempts ended within the last hour, by kind.
pub async fn last_hour(conn: &mut PgConnection) -> Result<BTreeMap<String, [Histogram; 2]>, sqlx::Error> {
    let minute = TimeDelta::minutes(1);
    let mut kinds: BTreeMap<String, [Histogram; 2]> = BTreeMap::new();
    for ((kind, measure), period) in periods(conn, false, floor(Utc::now(), minute), minute, 60).await? {
        if period.now.total() > 0 {
            kinds.entry(kind).or_default()[usize::from(measure == Measure::Run.name())] = period.now;
        }
    }
    Ok(kinds)
}

/// How many attempts of each kind ended a minute, over the last ten minutes.
pub async fn ended_per_minute(conn: &mut PgConnection) -> Result<HashMap<String, f64>, sqlx::Error> {
    let last = floor(Utc::now(), TimeDelta::minutes(1));
    let periods = periods(conn, false, last, TimeDelta::minutes(1), 10).await?;
    let runs = periods.into_iter().filter(|((_, measure), _)| *measure == Measure::Run.name());
    Ok(runs.map(|((kind, _), period)| (kind, period.now.total() as f64 / 10.0)).collect())
}

/// How many attempts ended in each of so many minutes, finished or not. Each minute is looked up by index.
pub async fn ended(conn: &mut PgConnection, start: DateTime<Utc>, minutes: i32) -> Result<Vec<i64>, sqlx::Error> {
    let moments: Vec<_> = (0..minutes).map(|after| start + TimeDelta::minutes(after.into())).collect();
    sqlx::query_scalar!(
        r#"
        SELECT coalesce(p.n, 0) AS "n!"
        FROM unnest($1::timestamptz[]) WITH ORDINALITY AS m (at, place), LATERAL (
            SELECT sum(n)::bigint AS n FROM (
                SELECT n FROM job_pace WHERE NOT hourly AND at = m.at AND measure = 'run' OFFSET 0
            ) AS minute
        ) AS p
        ORDER BY m.place
        "#,
        &moments
    )
    .fetch_all(conn)
    .await
}

/// Each moment is looked up by index, however much else there is.
async fn periods(
    conn: &mut PgConnection,
    hourly: bool,
    last: DateTime<Utc>,
    step: TimeDelta,
    steps: i32,
) -> Result<HashMap<(String, &'static str), Period>, sqlx::Error> {
    let moments: Vec<_> = (0..2 * steps).map(|back| last - step * back).collect();
    let split = last - step * (steps - 1);
    let rows = sqlx::query!(
        r#"
        SELECT p.kind, p.measure, p.bucket, m.at >= $3 AS "recent!", sum(p.n)::bigint AS "n!"
        FROM unnest($2::timestamptz[]) AS m (at), LATERAL (
            SELECT kind, measure, bucket, n FROM job_pace WHERE hourly = $1 AND at = m.at OFFSET 0
        ) AS p
        GROUP BY p.kind, p.measure, p.bucket, 4
        "#,
        hourly,
        &moments,
        split,
    )
    .fetch_all(conn)
    .await?;
    let mut periods: HashMap<_, Period> = HashMap::new();
    for row in rows {
        let period = periods.entry((row.kind, measure_of(&row.measure))).or_default();
        let histogram = if row.recent { &mut period.now } else { &mut period.before };
        histogram.add(row.bucket, row.n);
    }
    Ok(periods)
}

/// A kind's histograms over time.
#[derive(Debug, Clone)]
pub struct PaceHistory {
    /// When the first interval begins.
    pub start: DateTime<Utc>,
    pub step: TimeDelta,
    /// One for each interval, the current one last.
    pub intervals: Vec<Histogram>,
    /// Of as long a time before.
    pub before: Histogram,
}

/// What of the past is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Hour,
    Day,
    Week,
}

impl Span {
    /// The grain in which it is kept, how many grains an interval has, and how many intervals there are.
    fn shape(self) -> (bool, TimeDelta, i32, i32) {
        match self {
            Span::Hour => (false, TimeDelta::minutes(1), 2, 30),
            Span::Day => (false, TimeDelta::minutes(1), 30, 48),
            Span::Week => (true, TimeDelta::hours(1), 3, 56),
        }
    }
}

/// One kind's waits or runs over time.
pub async fn pace_history(
    conn: &mut PgConnection,
    kind: &str,
    measure: Measure,
    span: Span,
) -> Result<PaceHistory, sqlx::Error> {
    let (hourly, grain, grains, count) = span.shape();
    let step = grain * grains;
    let start = floor(Utc::now(), step) - step * (count - 1);
    // Minutes are kept for two days: a day can be compared with the one before.
    let moments: Vec<_> = (-grains * count..grains * count).map(|after| start + grain * after).collect();
    let rows = sqlx::query!(
        r#"
        SELECT m.at AS "at!", p.bucket, p.n
        FROM unnest($2::timestamptz[]) AS m (at), LATERAL (
            SELECT bucket, n FROM job_pace
            WHERE hourly = $1 AND at = m.at AND kind = $3 AND measure = $4 OFFSET 0
        ) AS p
        "#,
        hourly,
        &moments,
        kind,
        measure.name(),
    )
    .fetch_all(conn)
    .await?;
    let mut intervals = vec![Histogram::default(); usize::try_from(count).unwrap_or_default()];
    let mut before = Histogram::default();
    for row in rows {
        let index = (row.at - start).num_seconds().div_euclid(step.num_seconds().max(1));
        let interval = usize::try_from(index).ok().and_then(|index| intervals.get_mut(index));
        interval.unwrap_or(&mut before).add(row.bucket, row.n);
    }
    Ok(PaceHistory { start, step, intervals, before })
}

fn measure_of(stored: &str) -> &'static str {
    let measure = [Measure::Wait, Measure::Run, Measure::Failed].into_iter().find(|measure| measure.name() == stored);
    measure.unwrap_or(Measure::Run).name()
}

fn floor(at: DateTime<Utc>, step: TimeDelta) -> DateTime<Utc> {
    at.duration_trunc(step).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_within_nine_percent_of_what_was_measured() {
        let mut all = Histogram::default();
        let bucket = |ms: f64| ((ms.log2() * 4.0).floor() + 1.0) as i16;
        for ms in 1..=1000 {
            all.add(bucket(f64::from(ms)), 1);
        }
        for (share, seconds) in [(0.5, 0.5), (0.95, 0.95), (0.99, 0.99)] {
            let quantile = all.quantile(share).unwrap();
            assert!((quantile / seconds - 1.0).abs() < 0.1, "{share}: {quantile}");
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
    }
}
