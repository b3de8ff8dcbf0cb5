//! What an operation would do, before it is started: how many jobs of which kind, a few of them, what becomes of what they are
//! about, and what stands in the way.

use std::time::Duration;

use serde::Serialize;
use sqlx::PgConnection;

use super::{Operation, Verb, effects};
use crate::mail;
use crate::queue::{JobKind, JobState};
use crate::secret::redact;
use crate::submissions::revival;

/// Jobs shown.
const SAMPLES: i64 = 10;

/// Jobs of one kind in one lane, as the snapshot saw them.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// What they do.
    pub kind: String,
    /// What they wait in.
    pub lane: String,
    /// Their state.
    pub state: JobState,
    /// Were they put aside?
    pub discarded: bool,
    /// How many.
    pub count: i64,
    /// What will be done with them, in words.
    pub effect: String,
}

/// One of the jobs.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    /// Its number.
    pub job: i64,
    /// What it does.
    pub kind: String,
    /// Its state when it was looked at.
    pub state: JobState,
    /// Its attempt then.
    pub attempt: i32,
    /// The first line of its error.
    pub error: Option<String>,
}

/// What would be done.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// By kind, lane and state.
    pub groups: Vec<Group>,
    /// Old ones, new ones, and some between them.
    pub samples: Vec<Sample>,
    /// How many have a name under which another job waits already: these are refused.
    pub clashes: i64,
    /// What else is known to be refused, in sentences.
    pub refusals: Vec<String>,
    /// How long the jobs will take together, once they run; nothing when nobody knows.
    pub expected_seconds: Option<u64>,
}

/// What an operation that was prepared would do.
pub async fn preview(conn: &mut PgConnection, operation: &Operation) -> Result<Preview, sqlx::Error> {
    let groups = groups(conn, operation).await?;
    let retried = operation.verb == Verb::Retry;
    Ok(Preview {
        samples: samples(conn, operation).await?,
        clashes: if retried { clashes(conn, operation.number).await? } else { 0 },
        refusals: if retried { refusals(conn, operation.number).await? } else { Vec::new() },
        expected_seconds: if retried { expected(conn, &groups).await? } else { None },
        groups,
    })
}

async fn groups(conn: &mut PgConnection, operation: &Operation) -> Result<Vec<Group>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT kind, lane, before ->> 'state' AS "state!", before ->> 'discarded' IS NOT NULL AS "discarded!", count(*) AS "count!"
           FROM operation_jobs WHERE operation = $1
           GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4"#,
        operation.number
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let state = JobState::from(row.state);
            let effect = effect(operation, &row.kind, state, row.discarded);
            Group { kind: row.kind, lane: row.lane, state, discarded: row.discarded, count: row.count, effect }
        })
        .collect())
}

/// What is done with such jobs.
fn effect(operation: &Operation, kind: &str, state: JobState, discarded: bool) -> String {
    if let Err(why) = operation.verb.fits(state, discarded) {
        return format!("refused: {}", why.trim_start_matches("It ").trim_end_matches('.'));
    }
    let kind = kind.parse::<JobKind>().ok();
    let value = operation.value.as_deref().unwrap_or_default();
    match (operation.verb, kind) {
        (Verb::Retry | Verb::Cancel, None) => "refused: this program does not know the kind".to_owned(),
        (Verb::Retry, Some(kind)) => format!("they wait again with all their attempts; {}", effects::revived(kind)),
        (Verb::Cancel, Some(kind)) => effects::cancelled(kind).to_owned(),
        (Verb::RunNow, _) => "they are due at once".to_owned(),
        (Verb::Discard, _) => "they are put aside: nobody is alerted of them".to_owned(),
        (Verb::Restore, _) => "they count as failed again".to_owned(),
        (Verb::Stop, Some(JobKind::RunOperation)) => "refused: stop the operation instead".to_owned(),
        (Verb::Stop, Some(JobKind::MoveThumbnails | JobKind::DeleteVotes)) => {
            "their workers end them within some seconds; they count as failed, since somebody relies on them".to_owned()
        }
        (Verb::Stop, Some(kind)) => format!("their workers end them within some seconds; {}", effects::cancelled(kind)),
        (Verb::Stop, None) => "their workers end them within some seconds".to_owned(),
        (Verb::MoveLane, _) => format!("they wait in the lane {value}"),
        (Verb::SetPriority, _) => format!("they get the priority {value}"),
        (Verb::Undo, _) => "they become what they were, unless something has happened to them since".to_owned(),
    }
}

/// The oldest, the newest, and every so many-th between them.
async fn samples(conn: &mut PgConnection, operation: &Operation) -> Result<Vec<Sample>, sqlx::Error> {
    let mut samples = sqlx::query_as!(
        Sample,
        r#"
        WITH numbered AS (
            SELECT job, row_number() OVER (ORDER BY job) - 1 AS place FROM operation_jobs WHERE operation = $1
        ), chosen AS (
            SELECT DISTINCT round(i * ($2::bigint - 1)::numeric / ($3::bigint - 1))::bigint AS place
            FROM generate_series(0, $3::bigint - 1) AS i
        )
        SELECT j.job, j.kind, j.before ->> 'state' AS "state!: String", j.attempt,
            left(split_part(j.before ->> 'error', chr(10), 1), 200) AS error
        FROM chosen JOIN numbered USING (place) JOIN operation_jobs j ON j.operation = $1 AND j.job = numbered.job
        ORDER BY j.job
        "#,
        operation.number,
        operation.counted,
        SAMPLES
    )
    .fetch_all(conn)
    .await?;
    for sample in &mut samples {
        sample.error = sample.error.as_deref().map(|error| redact(error).to_string());
    }
    Ok(samples)
}

/// Jobs whose name is waited under already, or that have the name of an older one of the same operation.
async fn clashes(conn: &mut PgConnection, operation: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM (
            SELECT row_number() OVER (PARTITION BY t.uniq_hash ORDER BY t.number) > 1 AS doubled, EXISTS (
                SELECT FROM fang_tasks w WHERE w.uniq_hash = t.uniq_hash AND w.state IN ('new', 'retried')
            ) AS taken
            FROM operation_jobs j JOIN fang_tasks t ON t.number = j.job
            WHERE j.operation = $1 AND t.uniq_hash IS NOT NULL AND t.state = 'failed'
        ) AS names
        WHERE doubled OR taken
        "#,
        operation
    )
    .fetch_one(conn)
    .await
}

/// What cannot be revived, by what it is about.
async fn refusals(conn: &mut PgConnection, operation: i64) -> Result<Vec<String>, sqlx::Error> {
    let mut sentences = Vec::new();
    let photos = subjects(conn, operation, JobKind::MakeThumbnails, "submission").await?;
    if !photos.is_empty() {
        let there = revival::count(conn, &photos).await?;
        sentences.push(sentence(
            there,
            photos.len(),
            "photos become pending again",
            "have been removed, or their files are gone",
        ));
    }
    let mails = subjects(conn, operation, JobKind::SendMail, "mail").await?;
    if !mails.is_empty() {
        let there = mail::count_owable(conn, &mails).await?;
        sentences.push(sentence(
            there,
            mails.len(),
            "mails are owed again",
            "have been sent after all, or are deleted",
        ));
    }
    Ok(sentences)
}

fn sentence(there: i64, all: usize, become_: &str, otherwise: &str) -> String {
    let gone = i64::try_from(all).unwrap_or(i64::MAX) - there;
    match gone {
        0 => format!("{there} {become_}."),
        gone => format!("{there} {become_}; {gone} {otherwise}: refused."),
    }
}

/// The photos or mails that failed jobs of a kind are about.
async fn subjects(
    conn: &mut PgConnection,
    operation: i64,
    kind: JobKind,
    field: &str,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT DISTINCT (t.metadata -> 'job' ->> $3)::bigint AS "id!"
           FROM operation_jobs j JOIN fang_tasks t ON t.number = j.job
           WHERE j.operation = $1 AND j.kind = $2 AND t.state = 'failed' AND jsonb_typeof(t.metadata -> 'job' -> $3) = 'number'"#,
        operation,
        kind.name(),
        field
    )
    .fetch_all(conn)
    .await
}

/// From the last fifty jobs of each kind, and the workers that are there.
async fn expected(conn: &mut PgConnection, groups: &[Group]) -> Result<Option<u64>, sqlx::Error> {
    let slots = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(slots), 0)::bigint AS "slots!" FROM workers
           WHERE stopped_at IS NULL AND seen_at > now() - interval '1 minute'"#
    )
    .fetch_one(&mut *conn)
    .await?;
    let mut total = Duration::ZERO;
    for group in groups {
        let Some(each) = each(conn, &group.kind).await? else {
            return Ok(None);
        };
        total += each.saturating_mul(u32::try_from(group.count).unwrap_or(u32::MAX));
    }
    Ok((slots > 0).then(|| total.as_secs() / slots.unsigned_abs()))
}

/// How long one takes. Walks the index of states and kinds: the newest finished jobs may all be of other kinds.
async fn each(conn: &mut PgConnection, kind: &str) -> Result<Option<Duration>, sqlx::Error> {
    let seconds = sqlx::query_scalar!(
        "SELECT avg(extract(epoch FROM a.ended_at - a.started_at))::double precision
         FROM (
             SELECT state, kind, number, attempt FROM fang_tasks
             WHERE (state, kind, number) < ('finished', $1, 9223372036854775807)
             ORDER BY state DESC, kind DESC, number DESC LIMIT 50
         ) AS recent JOIN job_attempts a ON a.job = recent.number AND a.attempt = recent.attempt
         WHERE recent.state = 'finished' AND recent.kind = $1 AND a.outcome = 'finished'",
        kind
    )
    .fetch_one(conn)
    .await?;
    Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}
