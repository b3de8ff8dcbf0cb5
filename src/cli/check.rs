//! Recounting everything.

use ratemyderp::{mail, queue, ratings, submissions};

use super::Failure;

/// Most complaints printed; the number of all is always said.
const PRINTED: usize = 50;

pub async fn run() -> Result<(), Failure> {
    let (_, pool) = super::start()?;
    // One moment for all recounts, however long they take.
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    let mut wrong = ratings::check::check(&mut tx).await?;
    wrong.extend(submissions::check::check(&mut tx).await?);
    wrong.extend(mail::check::check(&mut tx).await?);
    wrong.extend(queue::check::check(&mut tx).await?);
    tx.commit().await?;
    for complaint in wrong.iter().take(PRINTED) {
        println!("{complaint}");
    }
    if wrong.is_empty() {
        println!("Tallies, deck, standings and queue agree with a recount.");
        return Ok(());
    }
    let things = if wrong.len() == 1 { "thing disagrees" } else { "things disagree" };
    Err(format!("{} {things}.", wrong.len()).into())
}
