//! What each letter says, and who gets it: found out when it is sent, from what is true then.

mod digest;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, Postgres, Transaction};

use crate::accounts::throttle::{self, Key};
use crate::accounts::token::{self, Purpose};
use crate::accounts::{self, Account, recovery, settings, two_factor};
use crate::error::Error;
use crate::mail::unsubscribe::{Optional, Subscription};
use crate::mail::{Letter, Mail, Mailer, Owed};
use crate::submissions;

/// What became of a letter.
#[derive(Debug)]
pub enum Written {
    /// It is ready to be sent.
    Mail(Box<Mail>),
    /// Nobody is to have it; the text says why, without naming anybody.
    Nobody(&'static str),
}

use Written::Nobody;

/// Writes what we owe. A secret in it is made here and stored as a hash only; it is good from the commit on.
pub async fn write(tx: &mut Transaction<'_, Postgres>, mailer: &Mailer, owed: &Owed) -> Result<Written, Error> {
    match &*owed.letter {
        Letter::VerifyEmail { account } => verify_email(tx, mailer, owed, *account).await,
        Letter::ChangeEmail { account, address } => change_email(tx, mailer, owed, *account, address).await,
        Letter::ResetPassword { address } => reset_password(tx, mailer, owed, address).await,
        Letter::EmailChanged { account, address } => {
            let Some(account) = accounts::find(tx, *account).await? else { return Ok(GONE) };
            let data = json!({ "name": account.username, "when": moment(owed.created_at) });
            mail(mailer, "email-changed", address, data)
        }
        Letter::PasswordChanged { account } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let data = json!({ "name": account.display_name, "when": moment(owed.created_at) });
            mail(mailer, "password-changed", &address, data)
        }
        Letter::TwoFactorChanged { account, on } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let data = json!({ "name": account.display_name, "on": on, "when": moment(owed.created_at) });
            mail(mailer, "two-factor", &address, data)
        }
        Letter::RecoveryCodeUsed { account } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let two_factor::State::On { recovery_codes, .. } = two_factor::state(tx, account.id).await? else {
                return Ok(Nobody("two-factor is off by now"));
            };
            let data = json!({ "name": account.display_name, "left": recovery_codes, "when": moment(owed.created_at) });
            mail(mailer, "recovery-code", &address, data)
        }
        Letter::NewBrowser { account, browser, network } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let when = moment(owed.created_at);
            let data = json!({ "name": account.display_name, "browser": browser, "network": network, "when": when });
            mail(mailer, "new-browser", &address, data)
        }
        Letter::DeletionPlanned { account } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let Some(due) = account.deletion_due_at else { return Ok(Nobody("the deletion was taken back")) };
            mail(mailer, "deletion", &address, json!({ "name": account.display_name, "due": moment(due) }))
        }
        Letter::PhotoReady { submission } | Letter::PhotoFailed { submission } => photo(tx, mailer, *submission).await,
        Letter::Digest { account, week } => digest::write(tx, mailer, *account, *week).await,
    }
}

const GONE: Written = Nobody("the account is gone");
const UNREAD: Written = Nobody("the account is gone, or nobody has shown that they read its address");
const UNWANTED: Written = Nobody("the account does not want such mails");
const TOO_MANY: Written = Nobody("this address has had too many such mails in a short time");

/// Before the address is known to be its owner's, nothing that the sender of a form chose freely stands in the mail: it would
/// let anybody write to anybody through us. A username is harmless.
async fn verify_email(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    owed: &Owed,
    account: i64,
) -> Result<Written, Error> {
    let Some(account) = accounts::find(tx, account).await? else { return Ok(GONE) };
    let Some(address) = account.email.filter(|_| !account.email_verified) else {
        return Ok(Nobody("there is no address to verify"));
    };
    if !allowed(tx, mailer, owed, &address).await? {
        return Ok(TOO_MANY);
    }
    if let Some(owner) = accounts::find_by_address(tx, &address).await? {
        return taken(mailer, owed, &owner, "join");
    }
    let token = token::mint(tx, account.id, Purpose::VerifyEmail, &address).await?;
    let link = mailer.link(&format!("/verify/{}", token.to_hex()));
    mail(mailer, "verify", &address, json!({ "name": account.username, "link": link }))
}

async fn change_email(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    owed: &Owed,
    account: i64,
    address: &str,
) -> Result<Written, Error> {
    // Whoever asked may have been the one because of whom it was changed.
    if recovery::is_changed_since(tx, account, owed.created_at).await? {
        return Ok(Nobody("the password was changed since it was asked for"));
    }
    let Some(account) = accounts::find(tx, account).await? else { return Ok(GONE) };
    if !allowed(tx, mailer, owed, address).await? {
        return Ok(TOO_MANY);
    }
    match accounts::find_by_address(tx, address).await? {
        Some(owner) if owner.id != account.id => return taken(mailer, owed, &owner, "change"),
        _ => {}
    }
    let token = token::mint(tx, account.id, Purpose::ChangeEmail, address).await?;
    let link = mailer.link(&format!("/verify/{}", token.to_hex()));
    mail(mailer, "change", address, json!({ "name": account.username, "link": link }))
}

async fn reset_password(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    owed: &Owed,
    address: &str,
) -> Result<Written, Error> {
    let Some(account) = accounts::find_by_address(tx, address).await? else {
        return Ok(Nobody("no account has this address"));
    };
    let Some(address) = &account.email else { return Ok(GONE) };
    if !allowed(tx, mailer, owed, address).await? {
        return Ok(TOO_MANY);
    }
    let token = token::mint(tx, account.id, Purpose::ResetPassword, address).await?;
    let link = mailer.link(&format!("/password/reset/{}", token.to_hex()));
    let data = json!({ "name": account.display_name, "username": account.username, "link": link });
    mail(mailer, "reset", address, data)
}

/// The address belongs to somebody already, and they alone learn that it was typed.
fn taken(mailer: &Mailer, owed: &Owed, owner: &Account, how: &str) -> Result<Written, Error> {
    let Some(address) = &owner.email else { return Ok(GONE) };
    let data = json!({
        "name": owner.display_name,
        "username": owner.username,
        "joining": how == "join",
        "when": moment(owed.created_at),
    });
    mail(mailer, "taken", address, data)
}

async fn photo(tx: &mut Transaction<'_, Postgres>, mailer: &Mailer, submission: i64) -> Result<Written, Error> {
    let Some(photo) = submissions::find(tx, submission).await? else { return Ok(Nobody("the photo is gone")) };
    let Some((account, address)) = subscriber(tx, photo.owner, Optional::Photos).await? else { return Ok(UNWANTED) };
    let (name, reason) = match photo.state {
        submissions::State::Ready if photo.votable() => ("photo-ready", None),
        submissions::State::Ready => return Ok(Nobody("the photo is not on show")),
        submissions::State::Failed => ("photo-failed", photo.failure),
        submissions::State::Pending => return Ok(Nobody("the photo is being worked on again")),
    };
    let data = json!({
        "name": account.display_name,
        "title": photo.title,
        "reason": reason,
        "link": mailer.link(&format!("/submissions/{}", photo.id)),
    });
    let ends = Subscription { account: account.id, mails: Optional::Photos };
    Ok(Written::Mail(Box::new(mailer.compose(name, &address, Some(ends), data)?)))
}

fn mail(mailer: &Mailer, name: &str, to: &str, data: serde_json::Value) -> Result<Written, Error> {
    Ok(Written::Mail(Box::new(mailer.compose(name, to, None, data)?)))
}

/// An account with an address that its owner reads.
async fn reader(conn: &mut PgConnection, account: i64) -> Result<Option<(Account, String)>, sqlx::Error> {
    let account = accounts::find(conn, account).await?.filter(|account| account.email_verified);
    Ok(account.and_then(|account| account.email.clone().map(|address| (account, address))))
}

/// The same, if it wants such mails.
async fn subscriber(
    conn: &mut PgConnection,
    account: i64,
    mails: Optional,
) -> Result<Option<(Account, String)>, sqlx::Error> {
    if settings::wants(conn, account, mails).await? { reader(conn, account).await } else { Ok(None) }
}

/// Strangers can cause only so many mails to one address. Repeating an attempt is no new mail.
async fn allowed(conn: &mut PgConnection, mailer: &Mailer, owed: &Owed, address: &str) -> Result<bool, Error> {
    if owed.attempts > 1 {
        return Ok(true);
    }
    let key = Key::new("mail sent to", &[&address.to_lowercase()]);
    match throttle::take(conn, &key, mailer.unasked_per_address).await {
        Ok(()) => Ok(true),
        Err(Error::TooFast { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y at %H:%M UTC").to_string()
}
