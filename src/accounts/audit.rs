//! Who did what to whom with more rights than a member has. Written in the transaction that does it, and never changed.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};

/// Who acts on what belongs to nobody in particular: an account, or somebody at the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Nothing at the command line.
    pub account: Option<i64>,
    /// The username, or who was at the command line, as in `command line (anna)`.
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// An account may do more, or less.
    RoleChanged,
    /// An account may not log in any more.
    Suspended,
    /// It may again.
    Unsuspended,
    /// Logging in to an account no longer takes a code.
    TwoFactorReset,
    /// Reports of a photo of the account were answered: nothing is wrong with it.
    PhotoKept,
    /// A photo of the account was taken out of sight.
    PhotoHidden,
    /// It was brought back.
    PhotoUnhidden,
    /// It was deleted.
    PhotoRemoved,
    /// It only looked like an older one.
    PhotoDistinct,
    /// What was decided about it last was taken back.
    DecisionUndone,
    /// Something was done to jobs: see the operation that the detail names.
    OperationStarted,
    /// It was told to wait.
    OperationHeld,
    /// It was told to go on.
    OperationContinued,
    /// It was ended before its end.
    OperationStopped,
    /// What it did was taken back, by another one.
    OperationUndone,
    /// The jobs of a lane wait.
    LanePaused,
    /// They go on.
    LaneResumed,
    /// More or fewer jobs of a lane may run at once.
    LaneConcurrencyChanged,
    /// The jobs of a kind wait.
    KindPaused,
    /// They go on.
    KindResumed,
    /// A worker takes no new jobs.
    WorkerQuieted,
    /// It does again.
    WorkerUnquieted,
    /// A recurring job was asked for out of turn.
    ScheduleRun,
    /// It does not recur for now.
    SchedulePaused,
    /// It does again.
    ScheduleResumed,
    /// Something was written down about a group of errors.
    ErrorGroupNoted,
    /// Nobody is alerted of it until it changes.
    ErrorGroupMuted,
    /// They are again.
    ErrorGroupUnmuted,
    /// Nobody is told of an alert for a while.
    AlertSilenced,
    /// They are again.
    AlertUnsilenced,
}

impl Action {
    /// As stored, and as read by people.
    pub fn name(self) -> &'static str {
        match self {
            Action::RoleChanged => "role changed",
            Action::Suspended => "suspended",
            Action::Unsuspended => "unsuspended",
            Action::TwoFactorReset => "two-factor reset",
            Action::PhotoKept => "photo kept",
            Action::PhotoHidden => "photo hidden",
            Action::PhotoUnhidden => "photo unhidden",
            Action::PhotoRemoved => "photo removed",
            Action::PhotoDistinct => "photo distinct",
            Action::DecisionUndone => "decision undone",
            Action::OperationStarted => "operation started",
            Action::OperationHeld => "operation held",
            Action::OperationContinued => "operation continued",
            Action::OperationStopped => "operation stopped",
            Action::OperationUndone => "operation undone",
            Action::LanePaused => "lane paused",
            Action::LaneResumed => "lane resumed",
            Action::LaneConcurrencyChanged => "lane concurrency changed",
            Action::KindPaused => "kind paused",
            Action::KindResumed => "kind resumed",
            Action::WorkerQuieted => "worker quieted",
            Action::WorkerUnquieted => "worker unquieted",
            Action::ScheduleRun => "schedule run",
            Action::SchedulePaused => "schedule paused",
            Action::ScheduleResumed => "schedule resumed",
            Action::ErrorGroupNoted => "error group noted",
            Action::ErrorGroupMuted => "error group muted",
            Action::ErrorGroupUnmuted => "error group unmuted",
            Action::AlertSilenced => "alert silenced",
            Action::AlertUnsilenced => "alert unsilenced",
        }
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Later ones have higher numbers.
    pub id: i64,
    pub at: DateTime<Utc>,
    /// Whose username did it; without one it was done on the command line.
    pub actor: Option<String>,
    pub action: String,
    /// To which username.
    pub account: Option<String>,
    /// More about it; may be empty.
    pub detail: String,
}

/// Which part of the log.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// What was done to this account, or by it.
    pub account: Option<i64>,
    /// Only entries before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// Writes a line. Without an actor it is done on the command line.
pub async fn record(
    tx: &mut Transaction<'_, Postgres>,
    actor: Option<i64>,
    action: Action,
    account: i64,
    detail: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO audit_log (actor, action, account, detail) VALUES ($1, $2, $3, $4)",
        actor,
        action.name(),
        account,
        detail
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Writes a line about what is nobody's account: a lane, an operation. Who was at the command line stands in the detail.
pub async fn record_act(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    action: Action,
    detail: &str,
) -> Result<(), sqlx::Error> {
    let detail = if actor.account.is_some() { detail.to_owned() } else { format!("{detail}, by {}", actor.name) };
    sqlx::query!(
        "INSERT INTO audit_log (actor, action, detail) VALUES ($1, $2, $3)",
        actor.account,
        action.name(),
        detail
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The newest entry of a sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAct {
    pub at: DateTime<Utc>,
    /// A username, or `the command line`.
    pub by: String,
    pub detail: String,
}

/// Who did this to a lane, a kind or a worker last, as in `lane mail`, among the newest thousand entries.
pub async fn last_act(conn: &mut PgConnection, action: Action, subject: &str) -> Result<Option<LastAct>, sqlx::Error> {
    sqlx::query_as!(
        LastAct,
        r#"
        SELECT l.at, coalesce(a.username, substring(l.detail FROM ', by (.*)$'), 'the command line') AS "by!", l.detail
        FROM audit_log l LEFT JOIN accounts a ON a.id = l.actor
        WHERE l.id > (SELECT max(id) FROM audit_log) - 1000 AND l.action = $1
            AND (l.detail = $2 OR starts_with(l.detail, $2 || ':') OR starts_with(l.detail, $2 || ','))
        ORDER BY l.id DESC
        LIMIT 1
        "#,
        action.name(),
        subject
    )
    .fetch_optional(conn)
    .await
}

/// Entries of the log, the newest first, with this condition.
macro_rules! entries {
    ($condition:tt, $limit:tt, $($bind:expr),+) => {
        sqlx::query_as!(
            AuditEntry,
            r#"SELECT l.id, l.at, actor.username AS "actor?", l.action, account.username AS "account?", l.detail
               FROM audit_log l
                    LEFT JOIN accounts actor ON actor.id = l.actor
                    LEFT JOIN accounts account ON account.id = l.account
               WHERE "# + $condition + " ORDER BY l.id DESC LIMIT " + $limit,
            $($bind),+
        )
    };
}

/// Reads the log, the newest first.
pub async fn list(conn: &mut PgConnection, filter: &AuditFilter) -> Result<Vec<AuditEntry>, sqlx::Error> {
    let before = filter.before.unwrap_or(i64::MAX);
    match filter.account {
        None => entries!("l.id < $1", "$2", before, filter.limit).fetch_all(conn).await,
        // Two index scans, each of which ends after a page.
        Some(account) => {
            entries!(
                "l.id IN (
                     (SELECT id FROM audit_log WHERE account = $1 AND id < $2 ORDER BY id DESC LIMIT $3)
                     UNION
                     (SELECT id FROM audit_log WHERE actor = $1 AND id < $2 ORDER BY id DESC LIMIT $3))",
                "$3",
                account,
                before,
                filter.limit
            )
            .fetch_all(conn)
            .await
        }
    }
}
