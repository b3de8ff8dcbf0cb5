//! How PostgreSQL is. Its own views are asked, which differ from version to version, so that nothing here is checked at compile time
//! and nothing that fails matters. Sessions of other roles are seen in full by members of `pg_monitor` alone.

use std::borrow::Cow;
use std::time::Instant;

use chrono::{DateTime, Timelike, Utc};
use sqlx::{FromRow, PgConnection};

use super::super::point::{Point, Value};

/// Counters as they were a round before.
#[derive(Default)]
pub(crate) struct Last(Option<(Instant, Counters)>);

/// What only grows.
#[derive(Clone, FromRow)]
struct Counters {
    xact_commit: i64,
    xact_rollback: i64,
    blks_hit: i64,
    blks_read: i64,
    deadlocks: i64,
    temp_bytes: i64,
    wal_bytes: Option<f64>,
}

/// What is so at this moment.
#[derive(FromRow)]
struct Sessions {
    numbackends: i64,
    max_connections: i64,
    active: i64,
    idle_in_transaction: i64,
    waiting: i64,
    oldest_xact_s: f64,
    xid_percent: f64,
    replica_lag_bytes: f64,
    replica_lag_s: f64,
    slot_lag_bytes: f64,
}

const COUNTERS: &str = "
    SELECT xact_commit, xact_rollback, blks_hit, blks_read, deadlocks, temp_bytes,
        CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END::float8 AS wal_bytes
    FROM pg_stat_database WHERE datname = current_database()";

const SESSIONS: &str = "
    SELECT count(*) AS numbackends, current_setting('max_connections')::bigint AS max_connections,
        count(*) FILTER (WHERE state = 'active') AS active,
        count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,
        count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,
        coalesce(max(extract(epoch FROM now() - xact_start)) FILTER (WHERE pid <> pg_backend_pid()), 0)::float8 AS oldest_xact_s,
        (SELECT max(age(datfrozenxid)) FROM pg_database)::float8 / 20000000 AS xid_percent,
        (SELECT coalesce(max(pg_wal_lsn_diff(sent_lsn, replay_lsn)), 0)::float8 FROM pg_stat_replication) AS replica_lag_bytes,
        (SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 FROM pg_stat_replication) AS replica_lag_s,
        (SELECT coalesce(max(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END, restart_lsn)), 0)::float8
         FROM pg_replication_slots) AS slot_lag_bytes
    FROM pg_stat_activity WHERE backend_type = 'client backend'";

/// Figures of this moment; none where the server does not tell.
pub(crate) async fn points(conn: &mut PgConnection, last: &mut Last, at: DateTime<Utc>) -> Vec<Point> {
    let mut fields: Vec<(Cow<'static, str>, Value)> = Vec::new();
    if let Ok(now) = sqlx::query_as::<_, Sessions>(SESSIONS).fetch_one(&mut *conn).await {
        fields.extend([
            ("numbackends".into(), Value::Whole(now.numbackends)),
            ("max_connections".into(), Value::Whole(now.max_connections)),
            ("active".into(), Value::Whole(now.active)),
            ("idle_in_transaction".into(), Value::Whole(now.idle_in_transaction)),
            ("waiting".into(), Value::Whole(now.waiting)),
            ("oldest_xact_s".into(), Value::Real(now.oldest_xact_s.max(0.0))),
            ("xid_percent".into(), Value::Real(now.xid_percent)),
            ("replica_lag_bytes".into(), Value::Real(now.replica_lag_bytes.max(0.0))),
            ("replica_lag_s".into(), Value::Real(now.replica_lag_s.max(0.0))),
            ("slot_lag_bytes".into(), Value::Real(now.slot_lag_bytes.max(0.0))),
        ]);
    }
    if let Ok(counters) = sqlx::query_as::<_, Counters>(COUNTERS).fetch_one(&mut *conn).await {
        let now = Instant::now();
        if let Some((then, before)) = last.0.replace((now, counters.clone())) {
            fields.extend(rates(&before, &counters, (now - then).as_secs_f64()));
        }
    }
    // The sizes of all files are asked for.
    if at.second() == 0
        && let Ok(size) = sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(conn).await
    {
        fields.push(("size_bytes".into(), Value::Whole(size)));
    }
    if fields.is_empty() { Vec::new() } else { vec![Point::gauge("postgresql", at, vec![], fields)] }
}

/// What was added each second, without what began anew.
fn rates(before: &Counters, now: &Counters, seconds: f64) -> Vec<(Cow<'static, str>, Value)> {
    let rate = |before: f64, now: f64| (now - before).max(0.0) / seconds.max(0.001);
    let count = |before: i64, now: i64| rate(before as f64, now as f64);
    let (hit, read) = (count(before.blks_hit, now.blks_hit), count(before.blks_read, now.blks_read));
    let mut all = vec![
        ("commits_per_s".into(), Value::Real(count(before.xact_commit, now.xact_commit))),
        ("rollbacks_per_s".into(), Value::Real(count(before.xact_rollback, now.xact_rollback))),
        ("deadlocks_per_s".into(), Value::Real(count(before.deadlocks, now.deadlocks))),
        ("temp_per_s".into(), Value::Real(count(before.temp_bytes, now.temp_bytes))),
    ];
    if hit + read > 0.0 {
        all.push(("hit_percent".into(), Value::Real(100.0 * hit / (hit + read))));
    }
    if let (Some(before), Some(now)) = (before.wal_bytes, now.wal_bytes) {
        all.push(("wal_per_s".into(), Value::Real(rate(before, now))));
    }
    all
}
