//! Does everything agree that no constraint of the database holds? `docs/invariants.md` lists what is looked at.

use sqlx::PgConnection;

use crate::{accounts, db, finding, mail, operations, queue, ratings, submissions};

/// In words, everything that disagrees in the database; empty when all is well. `stage` hears what is looked at next.
///
/// Reads whole tables, in little memory, and changes nothing. Run it in one repeatable-read transaction, or what happens
/// meanwhile looks like a fault.
pub async fn database(
    conn: &mut PgConnection,
    stage: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<String>, sqlx::Error> {
    stage("ratings");
    let mut wrong = ratings::check::check(conn).await?;
    stage("photos");
    wrong.extend(submissions::check::check(conn).await?);
    stage("words");
    wrong.extend(finding::check::check(conn).await?);
    stage("accounts");
    wrong.extend(accounts::check::check(conn).await?);
    stage("mails");
    wrong.extend(mail::check::check(conn).await?);
    stage("jobs");
    wrong.extend(queue::check::check(conn).await?);
    stage("operations");
    wrong.extend(operations::check::check(conn).await?);
    stage("indexes and constraints");
    wrong.extend(db::check::check(conn).await?);
    Ok(wrong)
}
