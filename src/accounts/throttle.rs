//! Brakes that hold across restarts and processes, for what is rare and dear: logging in, joining, mail.
//!
//! A brake is a row only while it holds somebody back a little. What is refused writes nothing, what succeeds is given back where
//! only failures count, and [`super::upkeep`] deletes what has run out and bounds the rest.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

use crate::config::Allowance;
use crate::error::Error;

/// What is braked: an action, and for whom. Kept as a hash, so that the table names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    /// A brake that lets so many through.
    pub fn at(self, allowance: Allowance) -> Brake {
        Brake { key: self, allowance }
    }
}

/// A key, and how often what it names may happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// What is braked.
    pub key: Key,
    allowance: Allowance,
}

impl Brake {
    /// Seconds until one turn is back.
    fn turn(&self) -> f64 {
        3600.0 / f64::from(self.allowance.per_hour.get())
    }

    /// Seconds until all of them are.
    fn burst(&self) -> f64 {
        self.turn() * f64::from(self.allowance.burst.get())
    }
}

/// Where a request comes from, as far as brakes care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientNetwork {
    /// An IPv4 /24 or an IPv6 /64.
    pub network: String,
    /// The site that an IPv6 network belongs to: the /48, which has 65,536 of them.
    pub site: Option<String>,
}

/// How much more a /48 may do than one of its networks. Many providers give a customer a part of a /48, which is a street then and
/// needs more than a house; some give a whole one, and 65,536 budgets would be none.
const SITE_FACTOR: u32 = 8;

impl ClientNetwork {
    /// The brakes of one action on this network and on its site, which has an allowance of its own.
    pub fn brakes(&self, action: &str, allowance: Allowance) -> Vec<Brake> {
        let near = Key::new(action, &[&self.network]).at(allowance);
        let site = self.site.as_ref().map(|site| Key::new(action, &[site]).at(allowance.times(SITE_FACTOR)));
        std::iter::once(near).chain(site).collect()
    }
}

/// Takes one turn. `TooFast` when there is none left, and then nothing was taken.
pub async fn take(conn: &mut PgConnection, key: &Key, allowance: Allowance) -> Result<(), Error> {
    take_all(conn, &[key.clone().at(allowance)]).await
}

/// Takes one turn at each of these brakes, whose keys differ. `TooFast` when one of them has none left, and then nothing was taken
/// and nothing written.
pub async fn take_all(conn: &mut PgConnection, brakes: &[Brake]) -> Result<(), Error> {
    let mut tx = conn.begin().await?;
    let (taken, wait) = try_all(&mut tx, brakes).await?;
    if taken == brakes.len() {
        tx.commit().await?;
        return Ok(());
    }
    // Others have taken the last turn at one of them between our look and our hand.
    tx.rollback().await?;
    Err(too_fast(wait.unwrap_or_else(|| brakes.iter().map(Brake::turn).fold(0.0, f64::max))))
}

/// How many turns were taken, and the seconds to wait when one of the brakes had none left.
/// One row a brake: the generic cell rate algorithm, in which `until` says when all turns are back. Rows are locked in the order of
/// their keys.
async fn try_all(conn: &mut PgConnection, brakes: &[Brake]) -> Result<(usize, Option<f64>), sqlx::Error> {
    let (keys, turns, bursts) = columns(brakes);
    let tried = sqlx::query!(
        r#"
        WITH asked AS MATERIALIZED (
            SELECT key, make_interval(secs => turn) AS turn, make_interval(secs => burst) AS burst
            FROM unnest($1::text[], $2::float8[], $3::float8[]) AS asked (key, turn, burst)
        ), spent AS MATERIALIZED (
            SELECT until + turn - burst - now() AS wait FROM throttles JOIN asked USING (key)
            WHERE greatest(until, now()) + turn > now() + burst
        ), taken AS (
            INSERT INTO throttles AS t (key, until)
            SELECT key, now() + turn FROM asked WHERE NOT EXISTS (SELECT FROM spent) ORDER BY key
            ON CONFLICT (key) DO UPDATE SET until = greatest(t.until, now()) + (excluded.until - now())
                WHERE greatest(t.until, now()) + (excluded.until - now())
                    <= now() + (SELECT burst FROM asked WHERE asked.key = t.key)
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM taken) AS "taken!",
               (SELECT extract(epoch FROM max(wait))::float8 FROM spent) AS wait
        "#,
        &keys,
        &turns,
        &bursts
    )
    .fetch_one(conn)
    .await?;
    Ok((usize::try_from(tried.taken).unwrap_or_default(), tried.wait))
}

/// Gives a turn back at each of these brakes, on which only failures count.
pub async fn give_back(conn: &mut PgConnection, brakes: &[Brake]) -> Result<(), sqlx::Error> {
    let (keys, turns, _) = columns(brakes);
    sqlx::query!(
        "
        WITH held AS MATERIALIZED (
            SELECT t.key, t.until - make_interval(secs => turn) AS until
            FROM throttles t JOIN unnest($1::text[], $2::float8[]) AS given (key, turn) USING (key)
            ORDER BY t.key FOR UPDATE OF t
        ), gone AS (
            DELETE FROM throttles t USING held WHERE t.key = held.key AND held.until <= now()
        )
        UPDATE throttles t SET until = held.until FROM held WHERE t.key = held.key AND held.until > now()
        ",
        &keys,
        &turns
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Gives all turns back, as after a success.
pub async fn clear(conn: &mut PgConnection, key: &Key) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM throttles WHERE key = $1", key.0).execute(conn).await.map(drop)
}

/// Deletes brakes that no longer brake, and beyond so many rows those that would be the next to run out: whoever has many networks
/// can fill no disk.
pub async fn prune(conn: &mut PgConnection, rows: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM throttles WHERE until < now()").execute(&mut *conn).await?;
    sqlx::query!(
        "DELETE FROM throttles WHERE key IN (
             SELECT key FROM throttles ORDER BY until LIMIT greatest(0, (SELECT count(*) FROM throttles) - $1))",
        rows
    )
    .execute(conn)
    .await
    .map(drop)
}

fn columns(brakes: &[Brake]) -> (Vec<String>, Vec<f64>, Vec<f64>) {
    let keys = brakes.iter().map(|brake| brake.key.0.clone()).collect();
    (keys, brakes.iter().map(Brake::turn).collect(), brakes.iter().map(Brake::burst).collect())
}

fn too_fast(seconds: f64) -> Error {
    let minutes = (seconds / 60.0).ceil().max(1.0) as u64;
    let wait = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    Error::TooFast {
        message: format!("That was tried too often in a short time. Wait {wait}, then try again."),
        retry_after: minutes * 60,
    }
}
