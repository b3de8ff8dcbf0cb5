//! Setting up two-factor: the password, then a key for the app, then a first code, then the recovery codes.

pub mod off;
mod qr;
pub mod recovery;

use chrono::Utc;
use rocket::http::{ContentType, Status};
use rocket::response::Redirect;
use rocket::{Responder, State, get, post};
use serde_json::json;

use crate::accounts::two_factor::{self, Code, CodeCheck};
use crate::accounts::{proof, session};
use crate::config::Config;
use crate::error::Error;
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::keys::Keys;
use crate::web::login::code::{CodeForm, complaint};
use crate::web::settings::confirmation::{self, ConfirmForm};

/// A picture that is never stored.
#[derive(Responder)]
pub struct Picture {
    svg: (ContentType, String),
    cache: rocket::http::Header<'static>,
}

/// How things stand, and what can be done about it.
#[get("/settings/two-factor")]
pub async fn show(
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
) -> Result<View, Error> {
    let form = FormView::of(&visitor).field("password", "").field("code", "");
    page(&form, &member, db, keys, config).await
}

/// Makes a key, once the password has shown that it is really them.
#[post("/settings/two-factor", data = "<form>")]
pub async fn create(
    form: Guarded<ConfirmForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, keys, .. } = app;
    let mut view = FormView::of(&visitor).field("password", "").field("code", "");
    if two_factor::is_on(&mut *db.acquire().await?, member.account().id).await? {
        return Err(Error::Conflict("Two-factor is on already.".into()));
    }
    let Some(mut tx) = confirmation::confirm(form.0.typed(), &mut view, &member, app).await? else {
        return Ok(Answer::Page(page(&view, &member, db, keys, config).await?));
    };
    two_factor::begin(&mut tx, &keys.vault, member.account().id).await?;
    tx.commit().await?;
    Ok(Answer::to("/settings/two-factor"))
}

/// Forgets the key that waits for its first code.
#[post("/settings/two-factor/abandon", data = "<_pressed>")]
pub async fn abandon(_pressed: Pressed, member: Member, db: &Db) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    two_factor::abandon(&mut tx, member.account().id).await?;
    tx.commit().await?;
    Ok(Redirect::to("/settings"))
}

/// The first code: two-factor is on, and browsers that came in without it are logged out.
#[post("/settings/two-factor/confirm", data = "<form>")]
pub async fn confirm(
    form: Guarded<CodeForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, keys, .. } = app;
    let account = member.account().id;
    let mut view = FormView::of(&visitor).field("password", "").field("code", "");
    let mut tx = db.begin().await?;
    // Whoever set it up may have been logged out meanwhile by a new password.
    if !proof::is_in(&mut tx, account, member.id).await? {
        return Ok(Answer::to("/settings/two-factor"));
    }
    // Sent twice, or after the key was given up: how things stand is on the page. Of a doubled click the browser drops the
    // first answer, and the codes with it.
    if two_factor::pending(&mut tx, &keys.vault, account).await?.is_none() {
        if two_factor::is_on(&mut tx, account).await? {
            visitor.say("Two-factor is on. If you have not seen your recovery codes, make new ones.");
        }
        return Ok(Answer::to("/settings/two-factor"));
    }
    if let Some(code) = view.check(Code::parse(form.0.code))? {
        if let Some(codes) = two_factor::confirm(&mut tx, &keys.vault, account, &code, Utc::now()).await? {
            session::end_others(&mut tx, account, Some(member.id)).await?;
            tx.commit().await?;
            recovery::keep(&visitor, account, &codes);
            visitor.say("Two-factor is on. All other browsers are logged out.");
            return Ok(Answer::to("/settings/two-factor/recovery-codes"));
        }
        view.add_error(complaint(CodeCheck::Wrong));
    }
    drop(tx);
    Ok(Answer::Page(page(&view, &member, db, keys, config).await?))
}

/// The key as a picture for the app's camera, while it waits for its first code.
#[get("/settings/two-factor/qr.svg")]
pub async fn picture(member: Member, db: &Db, keys: &State<Keys>, config: &State<Config>) -> Result<Picture, Error> {
    let account = member.account();
    let pending = two_factor::pending(&mut *db.acquire().await?, &keys.vault, account.id).await?;
    let url = pending.ok_or(Error::NotFound)?.url(site(config), &account.username)?;
    let cache = rocket::http::Header::new("Cache-Control", "no-store");
    Ok(Picture { svg: (ContentType::SVG, qr::svg(&url)?), cache })
}

async fn page(form: &FormView, member: &Member, db: &Db, keys: &Keys, config: &Config) -> Result<View, Error> {
    let account = member.account();
    let mut conn = db.acquire().await?;
    let status = if form.is_valid() { Status::Ok } else { Status::UnprocessableEntity };
    if let Some(key) = two_factor::pending(&mut conn, &keys.vault, account.id).await? {
        let url = key.url(site(config), &account.username)?;
        let data = json!({ "form": form, "key": key.in_groups(), "url": url });
        return Ok(View::new("settings/two_factor/pending", data).status(status).secret());
    }
    let needed = config.accounts.two_factor_required && account.role.is_privileged();
    let data = match two_factor::state(&mut conn, account.id).await? {
        two_factor::TwoFactorState::On { since, recovery_codes } => {
            let data = json!({ "since": since, "recovery_codes": recovery_codes, "needed": needed });
            return Ok(View::new("settings/two_factor/on", data));
        }
        _ => json!({ "form": form, "needed": needed, "role": account.role.name() }),
    };
    Ok(View::new("settings/two_factor/off", data).status(status))
}

/// The site's name in apps: what stands in the address bar.
fn site(config: &Config) -> &str {
    config.site.url.split_once("://").map_or(config.site.url.as_str(), |(_, host)| host)
}
