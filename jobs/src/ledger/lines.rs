//! Writing down what handlers said.

use std::sync::Arc;

use sqlx::PgPool;

use super::Held;
use crate::claim::Claim;

/// Writes what these attempts have said since the last time. What cannot be written is kept for the next time.
pub(crate) async fn write(pool: &PgPool, held: impl IntoIterator<Item = &Arc<Held>>) -> Result<(), sqlx::Error> {
    let said: Vec<_> = held
        .into_iter()
        .map(|held| (&held.claim, held.claim.lines.take()))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    if said.is_empty() {
        return Ok(());
    }
    let lines = || said.iter().flat_map(|(claim, lines)| lines.iter().map(move |line| (*claim, line)));
    let jobs: Vec<_> = lines().map(|(claim, _): (&Claim, _)| claim.number).collect();
    let attempts: Vec<_> = lines().map(|(claim, _)| claim.attempt).collect();
    let numbers: Vec<_> = lines().map(|(_, line)| line.n).collect();
    let times: Vec<_> = lines().map(|(_, line)| line.at).collect();
    let texts: Vec<_> = lines().map(|(_, line)| line.text.clone()).collect();
    let written = sqlx::query!(
        "INSERT INTO job_lines (job, attempt, n, at, text)
         SELECT * FROM unnest($1::bigint[], $2::integer[], $3::smallint[], $4::timestamptz[], $5::text[])
         ON CONFLICT DO NOTHING",
        &jobs,
        &attempts,
        &numbers,
        &times,
        &texts
    )
    .execute(pool)
    .await;
    match written {
        Ok(_) => Ok(()),
        Err(error) => {
            said.into_iter().for_each(|(claim, lines)| claim.lines.give_back(lines));
            Err(error)
        }
    }
}
