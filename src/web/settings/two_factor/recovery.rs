//! Recovery codes: shown right after they were made, and never again. Until they are put away only the member's browser has
//! them, in a sealed cookie.

use rocket::http::{ContentType, Header};
use rocket::response::Redirect;
use rocket::time::Duration;
use rocket::{Responder, State, get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::off::form;
use crate::accounts::two_factor::{self, RecoveryCode};
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
use crate::web::settings::confirmation::{ConfirmForm, confirm};

const COOKIE: &str = "recovery";

/// Minutes for which new codes can be looked at.
const MINUTES: i64 = 15;

/// What the cookie holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    account: i64,
    codes: Vec<String>,
}

/// A file to keep.
#[derive(Responder)]
pub struct File {
    text: (ContentType, String),
    name: Header<'static>,
    cache: Header<'static>,
}

/// New codes are there to be looked at.
pub fn keep(visitor: &Visitor<'_>, account: i64, codes: &[RecoveryCode]) {
    let codes = codes.iter().map(ToString::to_string).collect();
    visitor.cookies.keep(COOKIE, &Kept { account, codes }, Duration::minutes(MINUTES));
}

/// The codes that were just made, or the form that makes new ones.
#[get("/settings/two-factor/recovery-codes")]
pub async fn show(member: Member, visitor: Visitor<'_>, db: &Db) -> Result<Answer, Error> {
    if let Some(codes) = kept(&visitor, &member) {
        let data = json!({ "csrf": visitor.form_token(), "codes": codes });
        return Ok(Answer::Page(View::new("settings/two_factor/codes", data).secret()));
    }
    if !two_factor::is_on(&mut *db.acquire().await?, member.account().id).await? {
        return Ok(Answer::to("/settings/two-factor"));
    }
    Ok(Answer::Page(page(&form(&visitor))))
}

/// The same as a text file.
#[get("/settings/two-factor/recovery-codes.txt")]
pub fn download(member: Member, visitor: Visitor<'_>, config: &State<Config>) -> Result<File, Error> {
    let codes = kept(&visitor, &member).ok_or(Error::NotFound)?;
    let text = format!(
        "Recovery codes of {} at {}\nEach is good once, instead of a code of your app.\n\n{}\n",
        member.account().username,
        config.site.url,
        codes.join("\n")
    );
    Ok(File {
        text: (ContentType::Plain, text),
        name: Header::new("Content-Disposition", "attachment; filename=\"ratemyderp-recovery-codes.txt\""),
        cache: Header::new("Cache-Control", "no-store"),
    })
}

/// Makes new ones; the old ones are worthless.
#[post("/settings/two-factor/recovery-codes", data = "<typed>")]
pub async fn create(
    typed: Guarded<ConfirmForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let mut view = form(&visitor);
    let Some(mut tx) = confirm(typed.0.typed(), &mut view, &member, app).await? else {
        return Ok(Answer::Page(page(&view)));
    };
    let account = member.account().id;
    let codes = two_factor::renew_recovery_codes(&mut tx, account).await?;
    tx.commit().await?;
    keep(&visitor, account, &codes);
    visitor.say("These are your new recovery codes. The old ones are worthless now.");
    Ok(Answer::to("/settings/two-factor/recovery-codes"))
}

/// The member has put them away: the browser forgets them.
#[post("/settings/two-factor/recovery-codes/noted", data = "<_pressed>")]
pub fn noted(_pressed: Pressed, _member: Member, visitor: Visitor<'_>) -> Redirect {
    visitor.cookies.forget(COOKIE);
    visitor.say("Good. Nobody can look at your recovery codes here any more.");
    Redirect::to("/settings/two-factor")
}

fn kept(visitor: &Visitor<'_>, member: &Member) -> Option<Vec<String>> {
    let kept = visitor.cookies.kept::<Kept>(COOKIE)?;
    (kept.account == member.account().id).then_some(kept.codes)
}

fn page(form: &FormView) -> View {
    form.page("settings/two_factor/new_codes", json!({}))
}
