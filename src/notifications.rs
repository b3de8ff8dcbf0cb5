//! What each mail says, and who gets it: found out when it is sent, from what is true then.

mod awaited_photos;
mod digest;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, Postgres, Transaction};

use crate::accounts::throttle::{self, Key};
use crate::accounts::token::{self, Purpose};
use crate::accounts::{self, Account, recovery, settings, two_factor};
use crate::error::Error;
use crate::mail::unsubscribe::{OptionalMail, Subscription};
use crate::mail::{Mail, Mailer, Notification, PendingMail};
use crate::reports::Reason;
use crate::reports::decisions::{self, Verdict};
use crate::submissions::{self, SubmissionState};

/// What became of a mail that was owed.
#[derive(Debug)]
pub enum Composed {
    /// It is ready to be sent.
    Mail(Box<Mail>),
    /// Skipped is to have it; the text says why, without naming anybody.
    Skipped(&'static str),
}

use Composed::Skipped;

/// Writes what we owe. A secret in it is made here and stored as a hash only; it is good from the commit on.
pub async fn compose(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    pending: &PendingMail,
) -> Result<Composed, Error> {
    match &*pending.notification {
        Notification::VerifyEmail { account } => verify_email(tx, mailer, pending, *account).await,
        Notification::ChangeEmail { account, address } => change_email(tx, mailer, pending, *account, address).await,
        Notification::ResetPassword { address } => reset_password(tx, mailer, pending, address).await,
        Notification::EmailChanged { account, address } => {
            let Some(account) = accounts::find(tx, *account).await? else { return Ok(GONE) };
            let data = json!({ "name": account.username, "when": moment(pending.created_at) });
            mail(mailer, "email-changed", address, data)
        }
        Notification::PasswordChanged { account } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let data = json!({ "name": account.display_name, "when": moment(pending.created_at) });
            mail(mailer, "password-changed", &address, data)
        }
        Notification::TwoFactorChanged { account, on } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let data = json!({ "name": account.display_name, "on": on, "when": moment(pending.created_at) });
            mail(mailer, "two-factor", &address, data)
        }
        Notification::RecoveryCodeUsed { account } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let two_factor::TwoFactorState::On { recovery_codes, .. } = two_factor::state(tx, account.id).await? else {
                return Ok(Skipped("two-factor is off by now"));
            };
            let data =
                json!({ "name": account.display_name, "left": recovery_codes, "when": moment(pending.created_at) });
            mail(mailer, "recovery-code", &address, data)
        }
        Notification::NewBrowser { account, browser, network } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let when = moment(pending.created_at);
            let data = json!({ "name": account.display_name, "browser": browser, "network": network, "when": when });
            mail(mailer, "new-browser", &address, data)
        }
        Notification::DeletionPlanned { account } => {
            let Some((account, address)) = reader(tx, *account).await? else { return Ok(UNREAD) };
            let Some(due) = account.deletion_due_at else { return Ok(Skipped("the deletion was taken back")) };
            mail(mailer, "deletion", &address, json!({ "name": account.display_name, "due": moment(due) }))
        }
        Notification::PhotoReady { submission } | Notification::PhotoFailed { submission } => {
            photo(tx, mailer, *submission).await
        }
        Notification::PhotoModerated { decision, title, undone } => {
            photo_moderated(tx, mailer, *decision, title, *undone).await
        }
        Notification::Digest { account, week } => digest::compose(tx, mailer, *account, *week).await,
        Notification::AwaitedPhotos { account, behind, described } => {
            awaited_photos::compose(tx, mailer, *account, *behind, *described).await
        }
    }
}

const GONE: Composed = Skipped("the account is gone");
const UNREAD: Composed = Skipped("the account is gone, or nobody has shown that they read its address");
const UNWANTED: Composed = Skipped("the account does not want such mails");
const TOO_MANY: Composed = Skipped("this address has had too many such mails in a short time");

/// Before the address is known to be its owner's, nothing that the sender of a form chose freely stands in the mail: it would
/// let anybody write to anybody through us. A username is harmless.
async fn verify_email(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    pending: &PendingMail,
    account: i64,
) -> Result<Composed, Error> {
    let Some(account) = accounts::find(tx, account).await? else { return Ok(GONE) };
    let Some(address) = account.email.filter(|_| !account.email_verified) else {
        return Ok(Skipped("there is no address to verify"));
    };
    if !allowed(tx, mailer, pending, &address).await? {
        return Ok(TOO_MANY);
    }
    if let Some(owner) = accounts::find_by_address(tx, &address).await? {
        return taken(mailer, pending, &owner, "join");
    }
    let token = token::mint(tx, account.id, Purpose::VerifyEmail, &address).await?;
    let link = mailer.link(&format!("/verify/{}", token.to_hex()));
    mail(mailer, "verify", &address, json!({ "name": account.username, "link": link }))
}

async fn change_email(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    pending: &PendingMail,
    account: i64,
    address: &str,
) -> Result<Composed, Error> {
    // Whoever asked may have been the one because of whom it was changed.
    if recovery::is_changed_since(tx, account, pending.created_at).await? {
        return Ok(Skipped("the password was changed since it was asked for"));
    }
    let Some(account) = accounts::find(tx, account).await? else { return Ok(GONE) };
    if !allowed(tx, mailer, pending, address).await? {
        return Ok(TOO_MANY);
    }
    match accounts::find_by_address(tx, address).await? {
        Some(owner) if owner.id != account.id => return taken(mailer, pending, &owner, "change"),
        _ => {}
    }
    let token = token::mint(tx, account.id, Purpose::ChangeEmail, address).await?;
    let link = mailer.link(&format!("/verify/{}", token.to_hex()));
    mail(mailer, "change", address, json!({ "name": account.username, "link": link }))
}

async fn reset_password(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    pending: &PendingMail,
    address: &str,
) -> Result<Composed, Error> {
    let Some(account) = accounts::find_by_address(tx, address).await? else {
        return Ok(Skipped("no account has this address"));
    };
    let Some(address) = &account.email else { return Ok(GONE) };
    if !allowed(tx, mailer, pending, address).await? {
        return Ok(TOO_MANY);
    }
    let token = token::mint(tx, account.id, Purpose::ResetPassword, address).await?;
    let link = mailer.link(&format!("/password/reset/{}", token.to_hex()));
    let data = json!({ "name": account.display_name, "username": account.username, "link": link });
    mail(mailer, "reset", address, data)
}

/// The address belongs to somebody already, and they alone learn that it was typed.
fn taken(mailer: &Mailer, pending: &PendingMail, owner: &Account, how: &str) -> Result<Composed, Error> {
    let Some(address) = &owner.email else { return Ok(GONE) };
    let data = json!({
        "name": owner.display_name,
        "username": owner.username,
        "joining": how == "join",
        "when": moment(pending.created_at),
    });
    mail(mailer, "taken", address, data)
}

async fn photo(tx: &mut Transaction<'_, Postgres>, mailer: &Mailer, submission: i64) -> Result<Composed, Error> {
    let Some(photo) = submissions::find(tx, submission).await? else { return Ok(Skipped("the photo is gone")) };
    let Some((account, address)) = subscriber(tx, photo.owner, OptionalMail::Photos).await? else {
        return Ok(UNWANTED);
    };
    let (name, reason) = match photo.state {
        SubmissionState::Ready if photo.votable() => ("photo-ready", None),
        SubmissionState::Ready => return Ok(Skipped("the photo is not on show")),
        SubmissionState::Failed => ("photo-failed", photo.failure),
        SubmissionState::Pending => return Ok(Skipped("the photo is being worked on again")),
    };
    let data = json!({
        "name": account.display_name,
        "title": photo.title,
        "reason": reason,
        "link": mailer.link(&format!("/submissions/{}", photo.id)),
    });
    let ends = Subscription { account: account.id, mails: OptionalMail::Photos };
    Ok(Composed::Mail(Box::new(mailer.compose(name, &address, Some(ends), data)?)))
}

/// The owner is told what was decided and why. What was taken back before they were told needs no mail.
async fn photo_moderated(
    tx: &mut Transaction<'_, Postgres>,
    mailer: &Mailer,
    decision: i64,
    title: &str,
    undone: bool,
) -> Result<Composed, Error> {
    let Some(decision) = decisions::find(tx, decision).await? else { return Ok(Skipped("the decision is gone")) };
    if decision.undone_at.is_some() && !undone {
        return Ok(Skipped("the decision was taken back"));
    }
    let Some((account, address)) = reader(tx, decision.owner).await? else { return Ok(UNREAD) };
    let hidden = decision.verdict == Verdict::Hidden && !undone || decision.verdict == Verdict::Shown && undone;
    let data = json!({
        "name": account.display_name,
        "title": title,
        "removed": decision.verdict == Verdict::Removed,
        "hidden": hidden,
        "reason": decision.reason.map(Reason::label).filter(|_| !undone),
        "words": if undone { "" } else { &decision.words },
        "link": mailer.link(&format!("/submissions/{}", decision.submission)),
    });
    mail(mailer, "photo-moderated", &address, data)
}

fn mail(mailer: &Mailer, name: &str, to: &str, data: serde_json::Value) -> Result<Composed, Error> {
    Ok(Composed::Mail(Box::new(mailer.compose(name, to, None, data)?)))
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
    mails: OptionalMail,
) -> Result<Option<(Account, String)>, sqlx::Error> {
    if settings::wants(conn, account, mails).await? { reader(conn, account).await } else { Ok(None) }
}

/// Strangers can cause only so many mails to one address. Repeating an attempt is no new mail.
async fn allowed(
    conn: &mut PgConnection,
    mailer: &Mailer,
    pending: &PendingMail,
    address: &str,
) -> Result<bool, Error> {
    if pending.attempts > 1 {
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
