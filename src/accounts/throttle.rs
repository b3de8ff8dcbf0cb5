//! Brakes that hold across restarts and processes, for what is rare and dear: logging in, joining, mail.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::config::Allowance;
use crate::error::Error;

/// What is braked: an action, and for whom. Kept as a hash, so that the table names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// `action` names the brake, `parts` whom it is for.
    pub fn new(action: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Key(format!("{action}:{}", hex::encode(&hash.finalize()[..16])))
    }
}

/// Takes one turn. `TooFast` when there is none left, and then nothing was taken.
/// One row and one statement: the generic cell rate algorithm, in which `until` says when all turns are back.
pub async fn take(conn: &mut PgConnection, key: &Key, allowance: Allowance) -> Result<(), Error> {
    let turn = 3600.0 / f64::from(allowance.per_hour.get());
    let burst = turn * f64::from(allowance.burst.get());
    let taken = sqlx::query_scalar!(
        "INSERT INTO throttles AS t (key, until) VALUES ($1, now() + make_interval(secs => $2))
         ON CONFLICT (key) DO UPDATE SET until = greatest(t.until, now()) + make_interval(secs => $2)
             WHERE greatest(t.until, now()) + make_interval(secs => $2) <= now() + make_interval(secs => $3)
         RETURNING true",
        key.0,
        turn,
        burst
    )
    .fetch_optional(&mut *conn)
    .await?;
    if taken.is_some() { Ok(()) } else { Err(too_fast(turn)) }
}

/// Gives all turns back, as after a success.
pub async fn clear(conn: &mut PgConnection, key: &Key) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM throttles WHERE key = $1", key.0).execute(conn).await.map(drop)
}

fn too_fast(turn: f64) -> Error {
    let minutes = (turn / 60.0).ceil().max(1.0) as u64;
    let wait = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    Error::TooFast {
        message: format!("That was tried too often in a short time. Wait {wait}, then try again."),
        retry_after: minutes * 60,
    }
}
