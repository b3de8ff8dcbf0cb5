//! Logging in.

pub mod code;

use std::iter;

use rocket::form::FromForm;
use rocket::time::Duration;
use rocket::{Route, get, post, routes};
use serde_json::json;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::answers::Answer;
use super::answers::form::FormView;
use super::answers::return_to::{local_path, with_return};
use super::answers::view::View;
use super::guards::app::App;
use super::guards::csrf::Guarded;
use super::guards::visitor::{COOKIE_DAYS, Visitor};
use crate::accounts::login::{Caller, Known, Outcome, attempt};
use crate::accounts::proof::Proof;
use crate::accounts::session::{self, Browser, Login};
use crate::accounts::throttle::ClientNetwork;
use crate::error::{Error, FieldError};
use crate::metrics::{AccountEvent, recorder};
use crate::ratings::merge::merge;
use crate::ratings::raters;

pub fn routes() -> Vec<Route> {
    routes![new, create, code::new, code::create]
}

/// The sealed cookie that says who has logged in with this browser.
const KNOWN: &str = "known";

/// The most of them that it remembers.
const KNOWN_ACCOUNTS: usize = 5;

/// Said when what was compared is not what is stored any more.
const CHANGED: &str = "Something about this account has changed just now. Log in again.";

/// What the form sends.
#[derive(FromForm)]
pub struct LoginForm<'r> {
    who: &'r str,
    password: &'r str,
    remember: Option<&'r str>,
    next: &'r str,
}

/// The form; who is logged in already goes on.
#[get("/login?<next>")]
pub fn new(next: Option<&str>, visitor: Visitor<'_>) -> Answer {
    let next = next.unwrap_or_default();
    if visitor.member().is_some() {
        return Answer::to(local_path(next).unwrap_or("/"));
    }
    Answer::Page(page(&LoginForm { who: "", password: "", remember: None, next }.view(&visitor), false))
}

/// Logs in, and goes back to where they were.
#[post("/login", data = "<form>")]
pub async fn create(
    form: Guarded<LoginForm<'_>>,
    mut visitor: Visitor<'_>,
    network: ClientNetwork,
    browser: Browser,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, passwords, .. } = app;
    let typed = form.0;
    let remember = typed.remember.is_some();
    let mut view = typed.view(&visitor);
    typed.add_missing(&mut view);
    if !view.is_valid() {
        return Ok(Answer::Page(page(&view, remember)));
    }
    let caller = Caller { network: &network, browser: &remembered_accounts(&visitor) };
    let outcome = attempt(db.pool(), passwords, &config.accounts, typed.who, typed.password, caller).await?;
    let message = match outcome {
        Outcome::Welcome(proof) => {
            let before = visitor.anonymous_id().0;
            let new_session = NewSession { proof: &proof, browser: &browser, begun_by: before, remembered: remember };
            if start_session(db.begin().await?, &mut visitor, new_session).await? {
                return Ok(Answer::to(local_path(typed.next).unwrap_or("/")));
            }
            CHANGED.to_owned()
        }
        Outcome::CodeWanted(halfway) => {
            code::ask(&visitor, halfway, remember, local_path(typed.next));
            return Ok(Answer::to("/login/code"));
        }
        Outcome::Suspended(why) => format!("This account is suspended. {why}"),
        Outcome::Refused => {
            recorder().account(AccountEvent::LoginRefused);
            // Its field comes back empty.
            view.add_error(FieldError { field: "password", message: "Enter your password again.".into() });
            "The name or the password is wrong. Check both, or ask for a new password.".to_owned()
        }
    };
    view.add_error(FieldError { field: "who", message });
    Ok(Answer::Page(page(&view, remember)))
}

/// A session that is to be started.
#[derive(Clone, Copy)]
pub struct NewSession<'a> {
    /// What they have shown.
    pub proof: &'a Proof,
    /// What is known of their browser.
    pub browser: &'a Browser,
    /// The same when a form is sent twice, and only then.
    pub begun_by: Uuid,
    /// Did they ask to stay logged in?
    pub remembered: bool,
}

/// Logs this browser in, and ends the transaction: a fresh session, a fresh visitor, and the votes that were cast without a
/// name come along. False when the proof no longer holds, and then nothing changed.
pub async fn start_session(
    mut tx: Transaction<'_, Postgres>,
    visitor: &mut Visitor<'_>,
    new_session: NewSession<'_>,
) -> Result<bool, Error> {
    let NewSession { proof, browser, begun_by, remembered } = new_session;
    let account = proof.account();
    let known = remembered_accounts(visitor).accounts.contains(&account);
    let Some(token) = session::start(&mut tx, proof, Login { browser, known, begun_by, remembered }).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let rater = raters::ensure(&mut tx, account).await?;
    let mut merged = false;
    match visitor.member() {
        Some(before) => drop(session::end(&mut tx, before.account.id, before.id).await?),
        None => {
            let from = visitor.rater(&mut tx).await?.id;
            merged = merge(&mut tx, from, rater).await?.ratings > 0;
        }
    }
    proof.release(&mut tx).await?;
    tx.commit().await?;
    recorder().account(AccountEvent::LoggedIn);
    if merged {
        recorder().account(AccountEvent::Merged);
    }
    remember_account(visitor, account);
    visitor.log_in(&token, remembered);
    Ok(true)
}

/// The accounts that have been logged in with this browser.
fn remembered_accounts(visitor: &Visitor<'_>) -> Known {
    visitor.cookies.kept(KNOWN).unwrap_or_else(|| Known { browser: Uuid::new_v4(), accounts: vec![] })
}

/// The browser remembers, also once it is logged out, that this member has been in it.
fn remember_account(visitor: &Visitor<'_>, account: i64) {
    let Known { browser, accounts } = remembered_accounts(visitor);
    let others = accounts.into_iter().filter(|&other| other != account);
    let accounts = iter::once(account).chain(others).take(KNOWN_ACCOUNTS).collect();
    let known = Known { browser, accounts };
    visitor.cookies.keep(KNOWN, &known, Duration::days(COOKIE_DAYS));
}

impl LoginForm<'_> {
    fn view(&self, visitor: &Visitor<'_>) -> FormView {
        FormView::of(visitor)
            .field("who", self.who)
            .field("password", "")
            .field("next", local_path(self.next).unwrap_or_default())
    }

    /// What was left empty is no wrong guess, and costs none.
    fn add_missing(&self, view: &mut FormView) {
        if self.who.trim().is_empty() {
            view.add_error(FieldError { field: "who", message: "Enter your username or your email address.".into() });
        }
        if self.password.is_empty() {
            view.add_error(FieldError { field: "password", message: "Enter your password.".into() });
        }
    }
}

fn page(form: &FormView, remember: bool) -> View {
    let join = with_return("/join", form.value("next"));
    form.page("login/new", json!({ "remember": remember, "join": join }))
}
