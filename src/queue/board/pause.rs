//! What is paused, and what operators wrote about it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// Why something waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pause {
    pub since: DateTime<Utc>,
    /// A username, or who was at the command line; nothing for a pause by an older program.
    pub by: Option<String>,
    pub reason: Option<String>,
    /// When it ends by itself.
    pub until: Option<DateTime<Utc>>,
}

impl Pause {
    /// As in `paused since 25 November, 12:00 UTC by anna, until 25 November, 14:00 UTC: “the server is down”`.
    pub fn words(&self) -> String {
        let moment = |at: DateTime<Utc>| at.format("%-d %B, %H:%M UTC").to_string();
        let mut text = format!("paused since {}", moment(self.since));
        if let Some(by) = &self.by {
            text += &format!(" by {by}");
        }
        if let Some(until) = self.until {
            text += &format!(", until {}", moment(until));
        }
        if let Some(reason) = &self.reason {
            text += &format!(": “{reason}”");
        }
        text
    }
}

/// A lane, kind or schedule that is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paused {
    /// `lane`, `kind` or `schedule`.
    pub noun: String,
    pub name: String,
    #[serde(flatten)]
    pub pause: Pause,
}

/// All that is paused, by noun and name.
pub async fn all_paused(conn: &mut PgConnection) -> Result<Vec<Paused>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        SELECT 'lane' AS "noun!", name AS "name!", paused_at AS "since!", paused_by AS by, reason, resume_at AS until
        FROM lanes WHERE paused_at IS NOT NULL
        UNION ALL SELECT 'kind', kind, paused_at, paused_by, reason, resume_at FROM paused_kinds
        UNION ALL SELECT 'schedule', name, paused_at, paused_by, reason, resume_at FROM paused_schedules
        ORDER BY 1, 2
        "#
    )
    .fetch_all(conn)
    .await?;
    let paused = rows.into_iter().map(|row| Paused {
        noun: row.noun,
        name: row.name,
        pause: Pause { since: row.since, by: row.by, reason: row.reason, until: row.until },
    });
    Ok(paused.collect())
}
