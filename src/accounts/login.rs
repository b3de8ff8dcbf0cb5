//! Coming back: by username or verified address, with the password.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::lock;
use super::password::{PasswordCheck, Passwords};
use super::proof::{Fingerprint, Proof};
use super::security_log::{self, SecurityEvent};
use super::session;
use super::throttle::{self, Brake, ClientNetwork, Key};
use super::two_factor::{self, Code, CodeCheck, Vault};
use crate::config::AccountsConfig;
use crate::error::Error;

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is them, as far as the password tells and for as long as the account stays as it is.
    Welcome(Proof),
    /// The password is theirs; a code has to show that it is them.
    CodeWanted(Halfway),
    /// It is them, and they may not come in; the text says why.
    Suspended(String),
    /// Wrong name or wrong password: which of them is not told.
    Refused,
}

/// Somebody whose password was right, and whose code is still missing. Only the browser keeps it, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halfway {
    /// Which account.
    pub account: i64,
    /// Of the stored password: another one means to begin again.
    fingerprint: Fingerprint,
    /// Free again once they are in.
    brakes: Vec<Brake>,
    until: DateTime<Utc>,
}

/// Minutes between password and code.
const PATIENCE_MINUTES: i64 = 10;

struct Found {
    id: i64,
    password_hash: Option<String>,
    suspension: Option<String>,
    two_factor: bool,
}

/// Who tries to come in, as far as the request tells.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// Where they are.
    pub network: &'a ClientNetwork,
    /// Their browser, by its sealed cookie.
    pub browser: &'a Known,
}

/// A browser, and the accounts that were logged in with it before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// A random number of the browser, which it gets with its first account.
    pub browser: Uuid,
    /// The latest first.
    pub accounts: Vec<i64>,
}

/// Tries a name and a password. Known and unknown names take the same work. `TooFast` after too many failures
/// from this network, for this name, or both; none of these keeps a member out of a browser that was theirs before.
pub async fn attempt(
    pool: &PgPool,
    passwords: &Passwords,
    config: &AccountsConfig,
    who: &str,
    password: &str,
    caller: Caller<'_>,
) -> Result<Outcome, Error> {
    let who = who.trim().to_lowercase();
    // Connections are not held while passwords are hashed.
    let (found, brakes) = {
        let mut conn = pool.acquire().await?;
        let found = find(&mut conn, &who).await?;
        let brakes = brakes(config, &who, found.as_ref(), caller);
        // Taken before it is known to be a failure: of many attempts at once each counts.
        let taken = throttle::take_all(&mut conn, &brakes).await;
        if matches!(taken, Err(Error::TooFast { .. })) {
            let account = found.as_ref().map(|found| found.id);
            let (event, network) = (SecurityEvent::LoginBraked, &caller.network.network);
            security_log::record_failure(&mut conn, event, account, network).await?;
        }
        taken?;
        (found, brakes)
    };
    let account = found.as_ref().map(|found| found.id);
    let stored = found.as_ref().and_then(|found| found.password_hash.as_deref());
    let verdict = passwords.verify(password, stored).await?;
    let (Some(found), PasswordCheck::Right(fresh)) = (found, verdict) else {
        let mut conn = pool.acquire().await?;
        let (event, network) = (SecurityEvent::LoginFailed, &caller.network.network);
        security_log::record_failure(&mut conn, event, account, network).await?;
        return Ok(Outcome::Refused);
    };
    if let Some(fresh) = &fresh {
        rehash(&mut *pool.acquire().await?, &found, fresh).await?;
    }
    // The brake holds on: a right password is one guess of many until it has let somebody in.
    let hash = fresh.or(found.password_hash).unwrap_or_default();
    Ok(match found.suspension {
        Some(why) => Outcome::Suspended(why),
        None if found.two_factor => Outcome::CodeWanted(Halfway {
            account: found.id,
            fingerprint: Fingerprint::of(&hash),
            brakes,
            until: Utc::now() + Duration::minutes(PATIENCE_MINUTES),
        }),
        None => Outcome::Welcome(Proof::of_password(found.id, &hash, brakes)),
    })
}

/// What a code has shown of somebody whose password was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Second {
    /// It is them, in this transaction.
    Welcome(Proof),
    /// The code does not show it.
    Refused(CodeCheck),
    /// The password is worth nothing any more: they begin again.
    Over,
}

/// May they still enter their code? Not after ten minutes, nor once the password was changed, two-factor switched off or
/// the account suspended: then they begin again.
pub async fn is_halfway(conn: &mut PgConnection, halfway: &Halfway) -> Result<bool, sqlx::Error> {
    Ok(Utc::now() < halfway.until
        && halfway.fingerprint.is_current(conn, halfway.account).await?
        && two_factor::is_on(conn, halfway.account).await?)
}

/// Tries a code. Of a form that is sent twice the second one finds its code used, and counts all the same.
pub async fn complete(
    tx: &mut Transaction<'_, Postgres>,
    vault: &Vault,
    halfway: &Halfway,
    code: &Code,
    begun_by: Uuid,
) -> Result<Second, Error> {
    // The account is locked before its code, as by everybody who changes how it is guarded.
    lock::account(tx, halfway.account).await?;
    if !is_halfway(tx, halfway).await? {
        return Ok(Second::Over);
    }
    let account = halfway.account;
    let verdict = two_factor::verify(tx, vault, account, code, Utc::now()).await?;
    let good = match verdict {
        CodeCheck::Right | CodeCheck::Recovered => true,
        CodeCheck::Used => session::just_started(tx, account, begun_by).await?,
        CodeCheck::Wrong => false,
    };
    if !good {
        return Ok(Second::Refused(verdict));
    }
    Ok(Second::Welcome(Proof::with_code(account, halfway.fingerprint.clone(), halfway.brakes.clone())))
}

/// Is this the account's password? For what a member confirms with it, in a transaction that asks the proof again; nothing
/// when it is not. `TooFast` after too many attempts.
pub async fn confirm(
    pool: &PgPool,
    passwords: &Passwords,
    config: &AccountsConfig,
    account: i64,
    password: &str,
) -> Result<Option<Proof>, Error> {
    let key = Key::new("confirm", &[&account.to_string()]);
    let stored = {
        let mut conn = pool.acquire().await?;
        throttle::take(&mut conn, &key, config.logins_per_name_and_network).await?;
        sqlx::query_scalar!("SELECT password_hash FROM accounts WHERE id = $1", account).fetch_one(&mut *conn).await?
    };
    match (passwords.verify(password, stored.as_deref()).await?, stored) {
        (PasswordCheck::Right(_), Some(stored)) => {
            // The form may have other faults: whoever knows the password is not braked for those.
            throttle::clear(&mut *pool.acquire().await?, &key).await?;
            Ok(Some(Proof::of_password(account, &stored, vec![])))
        }
        _ => {
            let (mut conn, event) = (pool.acquire().await?, SecurityEvent::ConfirmationFailed);
            security_log::record(&mut conn, event, Some(account), None).await?;
            Ok(None)
        }
    }
}

/// What holds this attempt back; a success gives all turns back at the first.
fn brakes(config: &AccountsConfig, who: &str, found: Option<&Found>, caller: Caller<'_>) -> Vec<Brake> {
    let known = found.filter(|found| caller.browser.accounts.contains(&found.id));
    if let Some(known) = known {
        let parts = [known.id.to_string(), caller.browser.browser.to_string()];
        let key = Key::new("login in known browser", &[&parts[0], &parts[1]]);
        return vec![key.at(config.logins_per_known_browser)];
    }
    let here = Key::new("login", &[who, &caller.network.network]).at(config.logins_per_name_and_network);
    let mut brakes = vec![here, Key::new("login as", &[who]).at(config.logins_per_name)];
    brakes.extend(caller.network.brakes("login from", config.logins_per_network));
    brakes
}

/// No username holds an `@`, every address does: one of the two finds nothing.
async fn find(conn: &mut PgConnection, who: &str) -> Result<Option<Found>, sqlx::Error> {
    // PostgreSQL knows no text with this character, so nobody is called that.
    if who.contains('\0') {
        return Ok(None);
    }
    sqlx::query_as!(
        Found,
        r#"SELECT id, password_hash, suspension,
                  EXISTS (SELECT FROM two_factor t WHERE t.account = a.id AND confirmed_at IS NOT NULL) AS "two_factor!"
           FROM accounts a
           WHERE deleted_at IS NULL
             AND (username = $1 OR (lower(email) = $1 AND email_verified_at IS NOT NULL))"#,
        who
    )
    .fetch_optional(conn)
    .await
}

/// Unless the password was changed in the meantime.
async fn rehash(conn: &mut PgConnection, found: &Found, fresh: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE accounts SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
        found.id,
        fresh,
        found.password_hash
    )
    .execute(conn)
    .await
    .map(drop)
}
