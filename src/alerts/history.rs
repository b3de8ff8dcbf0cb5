//! Alerts as operators read them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

/// Most alerts that are listed as open.
const MOST: i64 = 200;

/// An alert.
#[derive(Debug, Clone, Serialize)]
pub struct Alert {
    pub id: i64,
    pub rule: String,
    pub subject: String,
    pub words: String,
    pub link: String,
    pub seen_at: DateTime<Utc>,
    /// Nothing while it was seen in one round alone.
    pub fired_at: Option<DateTime<Utc>>,
    pub told_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// Nobody is told of it until then.
    pub silenced_until: Option<DateTime<Utc>>,
    pub silenced_by: Option<String>,
    pub silence: Option<String>,
}

/// Alerts with this condition.
macro_rules! alerts {
    ($condition:tt $(, $bind:expr)*) => {
        sqlx::query_as!(
            Alert,
            r#"SELECT a.id, a.rule, a.subject, a.words, a.link, a.seen_at, a.fired_at, a.told_at, a.resolved_at,
                      s.until AS "silenced_until?", s.silenced_by AS "silenced_by?", s.reason AS "silence?"
               FROM alerts a LEFT JOIN alert_silences s ON s.rule = a.rule AND s.subject = a.subject AND s.until > now()
               WHERE "# + $condition
            $(, $bind)*
        )
    };
}

/// What is wrong now, in the order in which it began; silenced or not.
pub async fn open(conn: &mut PgConnection) -> Result<Vec<Alert>, sqlx::Error> {
    alerts!("a.resolved_at IS NULL AND a.fired_at IS NOT NULL ORDER BY a.fired_at, a.id LIMIT $1", MOST)
        .fetch_all(conn)
        .await
}

/// What is over, the latest end first; only what ended before this one.
pub async fn past(conn: &mut PgConnection, before: Option<i64>, limit: i64) -> Result<Vec<Alert>, sqlx::Error> {
    alerts!(
        "a.resolved_at IS NOT NULL
         AND ($1::bigint IS NULL OR (a.resolved_at, a.id) < (SELECT l.resolved_at, l.id FROM alerts l WHERE l.id = $1))
         ORDER BY a.resolved_at DESC, a.id DESC LIMIT $2",
        before,
        limit
    )
    .fetch_all(conn)
    .await
}

/// An alert as it stands in charts.
#[derive(Debug, Clone)]
pub struct Fired {
    pub rule: String,
    pub words: String,
    pub link: String,
    pub fired_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
}

/// What was wrong at any time since this one, the latest first, in two looks at an index.
pub async fn since(conn: &mut PgConnection, start: DateTime<Utc>, limit: i64) -> Result<Vec<Fired>, sqlx::Error> {
    sqlx::query_as!(
        Fired,
        r#"
        SELECT rule AS "rule!", words AS "words!", link AS "link!", fired_at AS "fired_at!", resolved_at
        FROM (
            (SELECT rule, words, link, fired_at, resolved_at FROM alerts
             WHERE resolved_at IS NULL AND fired_at IS NOT NULL LIMIT $2)
            UNION ALL
            (SELECT rule, words, link, fired_at, resolved_at FROM alerts
             WHERE resolved_at IS NOT NULL AND resolved_at >= $1
             ORDER BY resolved_at DESC, id DESC LIMIT $2)
        ) AS lately
        WHERE fired_at IS NOT NULL
        ORDER BY fired_at DESC LIMIT $2
        "#,
        start,
        limit
    )
    .fetch_all(conn)
    .await
}

/// One alert.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Option<Alert>, sqlx::Error> {
    alerts!("a.id = $1", id).fetch_optional(conn).await
}

/// A message, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    pub written_at: DateTime<Utc>,
    pub data: Value,
    pub mail_owed: bool,
    pub mailed_at: Option<DateTime<Utc>>,
    pub mail_error: Option<String>,
    pub post_owed: bool,
    pub posted_at: Option<DateTime<Utc>>,
    pub post_error: Option<String>,
}

/// The last few messages, the newest first.
pub async fn messages(conn: &mut PgConnection, limit: i64) -> Result<Vec<Message>, sqlx::Error> {
    sqlx::query_as!(
        Message,
        "SELECT written_at, data, mail_owed, mailed_at, mail_error, post_owed, posted_at, post_error
         FROM alert_messages ORDER BY id DESC LIMIT $1",
        limit
    )
    .fetch_all(conn)
    .await
}

/// Who looked last, and when the heartbeat last went out.
#[derive(Debug, Clone, Serialize)]
pub struct LastRound {
    pub looked_at: Option<DateTime<Utc>>,
    pub looked_by: Option<String>,
    pub beaten_at: Option<DateTime<Utc>>,
    pub beat_error: Option<String>,
}

/// The last round; nothing when there was none.
pub async fn last_round(conn: &mut PgConnection) -> Result<Option<LastRound>, sqlx::Error> {
    sqlx::query_as!(LastRound, "SELECT looked_at, looked_by, beaten_at, beat_error FROM alert_rounds")
        .fetch_optional(conn)
        .await
}
