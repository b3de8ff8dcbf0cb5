//! Messages: written in the transaction that makes them necessary, sent, and noted as sent.

use chrono::{DateTime, Utc};
use log::warn;
use serde_json::{Value, json};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::outlets::Outlets;
use super::record::{News, Told};
use crate::config::AlertsConfig;
use crate::health::words::count;

/// Sent in one round at most, so that it ends before the next.
const AT_ONCE: i64 = 3;

/// A message that could not be sent for so many hours is given up; its alert is still open, or long over.
const PATIENCE_HOURS: i32 = 24;

/// One message about all that is new, reminded of and over.
pub(super) async fn write(
    tx: &mut Transaction<'_, Postgres>,
    news: &News,
    outlets: &Outlets,
) -> Result<(), sqlx::Error> {
    if news.is_empty() {
        return Ok(());
    }
    keep(tx, &data(news), outlets.mails(), outlets.posts()).await
}

/// One that only shows that messages arrive. It goes out with the next round.
/// False when nobody is to get any.
pub async fn write_test(
    tx: &mut Transaction<'_, Postgres>,
    who: &str,
    config: &AlertsConfig,
) -> Result<bool, sqlx::Error> {
    let (mail, post) = (!config.mail_to().is_empty(), config.webhook().is_some());
    if !mail && !post {
        return Ok(false);
    }
    let subject = "Test: alerts arrive here";
    let text = format!("{subject}. {who} asked for this message; nothing is wrong.");
    let data = json!({ "kind": "test", "subject": subject, "text": text, "asked_by": who, "alerts": [] });
    keep(tx, &data, mail, post).await?;
    Ok(true)
}

async fn keep(tx: &mut Transaction<'_, Postgres>, data: &Value, mail: bool, post: bool) -> Result<(), sqlx::Error> {
    sqlx::query!("INSERT INTO alert_messages (data, mail_owed, post_owed) VALUES ($1, $2, $3)", data, mail, post)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// What templates and webhooks are given.
fn data(news: &News) -> Value {
    let kind = if !news.new.is_empty() {
        "new"
    } else if !news.still.is_empty() {
        "still"
    } else {
        "resolved"
    };
    let alert = |state: &'static str| {
        move |told: &Told| {
            json!({
                "state": state,
                "rule": told.rule,
                "subject": told.subject,
                "words": told.words,
                "path": told.link,
                "since": told.seen_at,
            })
        }
    };
    let new = news.new.iter().map(alert("new"));
    let still = news.still.iter().map(alert("still"));
    let resolved = news.resolved.iter().map(alert("resolved"));
    let alerts: Vec<Value> = new.chain(still).chain(resolved).collect();
    json!({ "kind": kind, "subject": subject(news, kind), "text": text(&alerts), "alerts": alerts })
}

fn subject(news: &News, kind: &str) -> String {
    let (prefix, told) = match kind {
        "new" => ("Alert", &news.new),
        "still" => ("Still", &news.still),
        _ => ("Over", &news.resolved),
    };
    match told.as_slice() {
        [one] => format!("{prefix}: {}", one.words.trim_end_matches('.')),
        [first, rest @ ..] => {
            let more = count(rest.len() as i64, "other", "others");
            format!("{prefix}: {}, and {more}", first.words.trim_end_matches('.'))
        }
        [] => prefix.to_owned(),
    }
}

/// A line for each.
fn text(alerts: &[Value]) -> String {
    let line = |alert: &Value| {
        let state = match alert["state"].as_str() {
            Some("still") => "Still: ",
            Some("resolved") => "Over: ",
            _ => "",
        };
        format!("{state}{}", alert["words"].as_str().unwrap_or_default())
    };
    alerts.iter().map(line).collect::<Vec<_>>().join("\n")
}

struct Owed {
    id: i64,
    message_id: Uuid,
    data: Value,
    written_at: DateTime<Utc>,
    mail_owed: bool,
    post_owed: bool,
}

/// Sends what is owed, each by both ways at once. What fails is tried again in the next round.
pub(super) async fn deliver(conn: &mut PgConnection, outlets: &Outlets) -> Result<(), sqlx::Error> {
    let owed = sqlx::query_as!(
        Owed,
        "SELECT id, message_id, data, written_at, mail_owed, post_owed FROM alert_messages
         WHERE mail_owed OR post_owed ORDER BY id LIMIT $1",
        AT_ONCE
    )
    .fetch_all(&mut *conn)
    .await?;
    for message in owed {
        let mail = async {
            match message.mail_owed {
                true => Some(outlets.mail(&message.data, message.message_id, message.written_at).await),
                false => None,
            }
        };
        let post = async {
            match message.post_owed {
                true => Some(outlets.post(&message.data, message.message_id).await),
                false => None,
            }
        };
        let (mailed, posted) = tokio::join!(mail, post);
        for (way, outcome) in [("mail", &mailed), ("webhook", &posted)] {
            if let Some(Err(cause)) = outcome {
                warn!("an alert could not be sent by {way}: {cause}");
            }
        }
        note(conn, message.id, mailed, posted).await?;
    }
    Ok(())
}

async fn note(
    conn: &mut PgConnection,
    id: i64,
    mailed: Option<Result<(), String>>,
    posted: Option<Result<(), String>>,
) -> Result<(), sqlx::Error> {
    let error = |outcome: &Option<Result<(), String>>| outcome.as_ref().and_then(|sent| sent.as_ref().err()).cloned();
    sqlx::query!(
        "UPDATE alert_messages
         SET mail_owed = mail_owed AND NOT $2 AND written_at > now() - make_interval(hours => $6),
             mailed_at = CASE WHEN $2 THEN now() ELSE mailed_at END,
             mail_error = CASE WHEN $2 THEN NULL ELSE coalesce($3, mail_error) END,
             post_owed = post_owed AND NOT $4 AND written_at > now() - make_interval(hours => $6),
             posted_at = CASE WHEN $4 THEN now() ELSE posted_at END,
             post_error = CASE WHEN $4 THEN NULL ELSE coalesce($5, post_error) END
         WHERE id = $1",
        id,
        matches!(mailed, Some(Ok(()))),
        error(&mailed),
        matches!(posted, Some(Ok(()))),
        error(&posted),
        PATIENCE_HOURS
    )
    .execute(conn)
    .await
    .map(drop)
}
