//! What becomes of findings, round by round.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, Transaction};

use super::Finding;

/// Rounds without it after which an alert is resolved.
const MISSED: i16 = 2;

/// What has to be told after a round.
#[derive(Debug, Default)]
pub(super) struct News {
    pub new: Vec<Told>,
    /// Told hours ago, and still so.
    pub still: Vec<Told>,
    pub resolved: Vec<Told>,
}

impl News {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.still.is_empty() && self.resolved.is_empty()
    }
}

/// An alert in a message.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub rule: String,
    pub subject: String,
    pub words: String,
    pub link: String,
    pub seen_at: DateTime<Utc>,
}

struct Open {
    id: i64,
    rule: String,
    subject: String,
    words: String,
    link: String,
    seen_at: DateTime<Utc>,
    fired_at: Option<DateTime<Utc>>,
    told_at: Option<DateTime<Utc>>,
    missed: i16,
    silenced: bool,
}

impl Open {
    fn told(&self, now: Option<&Finding>) -> Told {
        Told {
            rule: self.rule.clone(),
            subject: self.subject.clone(),
            words: now.map_or(&self.words, |finding| &finding.words).clone(),
            link: now.map_or(&self.link, |finding| &finding.link).clone(),
            seen_at: self.seen_at,
        }
    }
}

/// Notes what this round has seen, and says what is to be told. Whoever calls it holds the lock.
pub(super) async fn note(
    tx: &mut Transaction<'_, Postgres>,
    findings: &[Finding],
    remind: Option<TimeDelta>,
) -> Result<News, sqlx::Error> {
    let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(&mut **tx).await?;
    let open = open(tx).await?;
    let mut news = News::default();
    for alert in &open {
        match findings.iter().find(|finding| finding.rule == alert.rule && finding.subject == alert.subject) {
            Some(finding) => seen_again(tx, alert, finding, now, remind, &mut news).await?,
            None => not_seen(tx, alert, &mut news).await?,
        }
    }
    for finding in findings.iter().filter(|finding| !finding.implied) {
        if !open.iter().any(|alert| finding.rule == alert.rule && finding.subject == alert.subject) {
            begin(tx, finding).await?;
        }
    }
    Ok(news)
}

async fn open(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<Open>, sqlx::Error> {
    sqlx::query_as!(
        Open,
        r#"
        SELECT a.id, a.rule, a.subject, a.words, a.link, a.seen_at, a.fired_at, a.told_at, a.missed,
            s.until IS NOT NULL AS "silenced!"
        FROM alerts a LEFT JOIN alert_silences s ON s.rule = a.rule AND s.subject = a.subject AND s.until > now()
        WHERE a.resolved_at IS NULL
        ORDER BY a.id
        "#
    )
    .fetch_all(&mut **tx)
    .await
}

async fn begin(tx: &mut Transaction<'_, Postgres>, finding: &Finding) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO alerts (rule, subject, words, link) VALUES ($1, $2, $3, $4)",
        finding.rule,
        finding.subject,
        finding.words,
        finding.link
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The second round in a row fires.
async fn seen_again(
    tx: &mut Transaction<'_, Postgres>,
    alert: &Open,
    finding: &Finding,
    now: DateTime<Utc>,
    remind: Option<TimeDelta>,
    news: &mut News,
) -> Result<(), sqlx::Error> {
    let fires = alert.fired_at.is_some() || !finding.implied;
    let tell = fires && !alert.silenced;
    let told = match alert.told_at {
        None if tell => {
            news.new.push(alert.told(Some(finding)));
            true
        }
        Some(told) if tell && remind.is_some_and(|after| now - told >= after) => {
            news.still.push(alert.told(Some(finding)));
            true
        }
        _ => false,
    };
    sqlx::query!(
        "UPDATE alerts
         SET words = $2, link = $3, missed = 0, fired_at = coalesce(fired_at, CASE WHEN $4 THEN now() END),
             told_at = CASE WHEN $5 THEN now() ELSE told_at END
         WHERE id = $1",
        alert.id,
        finding.words,
        finding.link,
        fires,
        told
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// What never fired is forgotten; what did is resolved when it was not seen twice.
async fn not_seen(tx: &mut Transaction<'_, Postgres>, alert: &Open, news: &mut News) -> Result<(), sqlx::Error> {
    if alert.fired_at.is_none() {
        return sqlx::query!("DELETE FROM alerts WHERE id = $1", alert.id).execute(&mut **tx).await.map(drop);
    }
    let over = alert.missed + 1 >= MISSED;
    if over && alert.told_at.is_some() && !alert.silenced {
        news.resolved.push(alert.told(None));
    }
    sqlx::query!(
        "UPDATE alerts SET missed = missed + 1, resolved_at = CASE WHEN $2 THEN now() END WHERE id = $1",
        alert.id,
        over
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
