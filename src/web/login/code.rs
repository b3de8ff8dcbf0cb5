//! The second step of logging in, where two-factor is on. Until it is taken there is no session: the browser holds a sealed
//! cookie that says whose password was right.

use rocket::form::FromForm;
use rocket::time::Duration;
use rocket::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{NewSession, start_session};
use crate::accounts::login::{self, Halfway, Second};
use crate::accounts::security_log::{self, SecurityEvent};
use crate::accounts::session::Browser;
use crate::accounts::two_factor::{self, Code, CodeCheck};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::return_to::local_path;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::visitor::Visitor;

const COOKIE: &str = "halfway";

/// Minutes for which the cookie is kept; whether it is still good is known to the domain alone.
const KEPT_MINUTES: i64 = 15;

/// What the cookie holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    halfway: Halfway,
    remember: bool,
    next: Option<String>,
    /// New for every right password, so that nobody else's code can be taken for this browser's second click.
    begun_by: Uuid,
}

/// What the form sends.
#[derive(FromForm)]
pub struct CodeForm<'r> {
    /// As it was typed.
    pub code: &'r str,
}

/// The browser is asked for a code on the next page.
pub fn ask(visitor: &Visitor<'_>, halfway: Halfway, remember: bool, next: Option<&str>) {
    let kept = Kept { halfway, remember, next: next.map(str::to_owned), begun_by: Uuid::new_v4() };
    visitor.cookies.keep(COOKIE, &kept, Duration::minutes(KEPT_MINUTES));
}

/// The form; without a right password before it there is nothing to enter a code for.
#[get("/login/code")]
pub async fn new(visitor: Visitor<'_>, db: &Db) -> Result<Answer, Error> {
    match kept(&visitor, db).await? {
        Some(_) => Ok(Answer::Page(page(&form(&visitor)))),
        None => Ok(again(&visitor)),
    }
}

/// Logs in, and goes back to where they were.
#[post("/login/code", data = "<form>")]
pub async fn create(
    form: Guarded<CodeForm<'_>>,
    mut visitor: Visitor<'_>,
    browser: Browser,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, keys, .. } = app;
    let Some(kept) = kept(&visitor, db).await? else {
        return Ok(again(&visitor));
    };
    let mut view = self::form(&visitor);
    let Some(code) = view.check(Code::parse(form.0.code))? else {
        return Ok(Answer::Page(page(&view)));
    };
    let account = kept.halfway.account;
    throttle(db, account, config, &browser).await?;
    let mut tx = db.begin().await?;
    // Of a doubled click the browser shows the second answer alone: it leads where the first one did.
    let proof = match login::complete(&mut tx, &keys.vault, &kept.halfway, &code, kept.begun_by).await? {
        Second::Welcome(proof) => proof,
        Second::Refused(verdict) => {
            drop(tx);
            note(db, SecurityEvent::CodeFailed, account, &browser).await?;
            view.add_error(complaint(verdict));
            return Ok(Answer::Page(page(&view)));
        }
        Second::Over => return Ok(again(&visitor)),
    };
    if let (Code::Recovery(_), two_factor::TwoFactorState::On { recovery_codes, .. }) =
        (&code, two_factor::state(&mut tx, account).await?)
    {
        visitor.say(&recovered(recovery_codes));
    }
    let Kept { begun_by, remember: remembered, .. } = kept;
    if !start_session(tx, &mut visitor, NewSession { proof: &proof, browser: &browser, begun_by, remembered }).await? {
        return Ok(again(&visitor));
    }
    visitor.cookies.forget(COOKIE);
    Ok(Answer::to(kept.next.as_deref().and_then(local_path).unwrap_or("/")))
}

async fn throttle(db: &Db, account: i64, config: &Config, browser: &Browser) -> Result<(), Error> {
    let allowance = config.accounts.codes_per_account;
    let taken = two_factor::throttle_codes(&mut *db.acquire().await?, account, allowance).await;
    if matches!(taken, Err(Error::TooFast { .. })) {
        note(db, SecurityEvent::CodeBraked, account, browser).await?;
    }
    taken
}

async fn note(db: &Db, event: SecurityEvent, account: i64, browser: &Browser) -> Result<(), Error> {
    let mut conn = db.acquire().await?;
    security_log::record_failure(&mut conn, event, Some(account), &browser.network).await?;
    Ok(())
}

/// What is wrong with a code that was refused.
pub fn complaint(refused: CodeCheck) -> FieldError {
    let message = match refused {
        CodeCheck::Used => {
            "This code was used already. Enter the next one that the app shows, or another recovery code."
        }
        _ => {
            "This code is wrong. Enter the one that the app shows now; if it stays wrong, set the clock of your phone right."
        }
    };
    FieldError { field: "code", message: message.into() }
}

async fn kept(visitor: &Visitor<'_>, db: &Db) -> Result<Option<Kept>, Error> {
    let Some(kept) = visitor.cookies.kept::<Kept>(COOKIE).filter(|_| visitor.member().is_none()) else {
        return Ok(None);
    };
    let good = login::is_halfway(&mut *db.acquire().await?, &kept.halfway).await?;
    Ok(Some(kept).filter(|_| good))
}

/// To the beginning; who has come in already, as by a doubled click, goes on from there.
fn again(visitor: &Visitor<'_>) -> Answer {
    if visitor.cookies.kept::<Kept>(COOKIE).is_some() && visitor.member().is_none() {
        visitor.cookies.forget(COOKIE);
        visitor.say("That took too long, or something about your account has changed. Log in again.");
    }
    Answer::to("/login")
}

fn recovered(left: i64) -> String {
    match left {
        0 => "That was your last recovery code. Make new ones under Settings, Two-factor.".into(),
        1 => "You used a recovery code. One is left: make new ones under Settings, Two-factor.".into(),
        left => format!("You used a recovery code. {left} are left."),
    }
}

fn form(visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("code", "")
}

fn page(form: &FormView) -> View {
    form.page("login/code", json!({}))
}
