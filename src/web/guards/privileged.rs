//! Pages for moderators, observers and operators only.

use std::sync::atomic::{AtomicBool, Ordering};

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket_db_pools::Database;

use super::limits::Network;
use super::session::{self, CurrentSession};
use crate::accounts::audit::Actor;
use crate::accounts::security_log::{self, SecurityEvent};
use crate::accounts::{Account, Role, two_factor};
use crate::config::Config;
use crate::error::Error;
use crate::web::db::Db;

/// Somebody who keeps the site running. Members are told what they are told of a page that does not exist, strangers are sent
/// to log in, and operators without two-factor to set it up. Observers may not do this either.
pub struct Operator(Actor);

impl Operator {
    /// Whom the audit log names.
    pub fn actor(&self) -> &Actor {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Operator {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        match admit(request, Role::operates).await {
            Ok(account) => {
                Outcome::Success(Operator(Actor { account: Some(account.id), name: account.username.clone() }))
            }
            Err(refused) => Outcome::Error(refused),
        }
    }
}

/// Somebody who may look at everything that operators see, and change nothing; every operator may too.
pub struct Observer;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Observer {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        match admit(request, Role::observes).await {
            Ok(_) => Outcome::Success(Observer),
            Err(refused) => Outcome::Error(refused),
        }
    }
}

/// Anybody who may do more than a member: the page shows each what they may see.
pub struct Staff(Role);

impl Staff {
    pub fn role(&self) -> Role {
        self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Staff {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        match admit(request, Role::is_privileged).await {
            Ok(account) => Outcome::Success(Staff(account.role)),
            Err(refused) => Outcome::Error(refused),
        }
    }
}

/// Somebody who looks after what others send in; whoever keeps the site running is one too. The rest is told as above.
pub struct Moderator(i64);

impl Moderator {
    pub fn account(&self) -> i64 {
        self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Moderator {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        match admit(request, Role::moderates).await {
            Ok(account) => Outcome::Success(Moderator(account.id)),
            Err(refused) => Outcome::Error(refused),
        }
    }
}

/// Was this page, which is for few, opened by a password alone? Then it says so.
#[derive(Default)]
pub struct PasswordOnly(AtomicBool);

impl PasswordOnly {
    pub fn of(request: &Request<'_>) -> bool {
        request.local_cache(PasswordOnly::default).0.load(Ordering::Relaxed)
    }
}

/// May the web process start like that? Passwords alone may guard privileged pages while somebody tries things out; a
/// release build refuses.
pub fn may_start(two_factor_required: bool, debug_build: bool) -> Result<(), String> {
    if two_factor_required || debug_build {
        return Ok(());
    }
    Err("accounts.two_factor_required is off: only a debug build starts like that. Switch it on, or leave it out."
        .into())
}

/// The account of whoever is asking, if they have this right.
async fn admit<'r>(request: &'r Request<'_>, has_right: fn(Role) -> bool) -> Result<&'r Account, (Status, Error)> {
    let session = match session::current(request).await {
        CurrentSession(Ok(Some(session))) => session,
        CurrentSession(Ok(None)) => return Err((Status::Unauthorized, Error::NotFound)),
        CurrentSession(Err(())) => return Err(away()),
    };
    if !has_right(session.account.role) {
        note_refusal(request, session.account.id).await.map_err(|_| away())?;
        return Err((Status::NotFound, Error::NotFound));
    }
    let account = &session.account;
    if is_guarded(request, account.id).await.map_err(|_| away())? {
        return Ok(account);
    }
    if request.rocket().state::<Config>().is_none_or(|config| config.accounts.two_factor_required) {
        return Err((Status::PreconditionRequired, Error::NotFound));
    }
    request.local_cache(PasswordOnly::default).0.store(true, Ordering::Relaxed);
    Ok(account)
}

async fn note_refusal(request: &Request<'_>, account: i64) -> Result<(), Error> {
    let db = Db::fetch(request.rocket()).ok_or(Error::Busy)?;
    let network = Network::of(request).to_string();
    let (mut conn, event) = (db.acquire().await?, SecurityEvent::RightsRefused);
    security_log::record_failure(&mut conn, event, Some(account), &network).await?;
    Ok(())
}

async fn is_guarded(request: &Request<'_>, account: i64) -> Result<bool, Error> {
    let db = Db::fetch(request.rocket()).ok_or(Error::Busy)?;
    let mut conn = db.acquire().await?;
    Ok(two_factor::is_on(&mut conn, account).await?)
}

fn away() -> (Status, Error) {
    (Status::ServiceUnavailable, Error::Busy)
}

#[cfg(test)]
mod tests {
    use super::may_start;

    #[test]
    fn a_release_build_does_not_start_without_two_factor_for_privileged_pages() {
        assert!(may_start(true, true).is_ok() && may_start(true, false).is_ok() && may_start(false, true).is_ok());
        assert!(may_start(false, false).is_err_and(|why| why.contains("two_factor_required")));
    }
}
