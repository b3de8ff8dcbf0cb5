//! Which mails a member gets beyond those about the account itself.

use rocket::form::FromForm;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::settings;
use crate::config::Config;
use crate::error::Error;
use crate::web::csrf::{self, Guarded};
use crate::web::db::Db;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::member::Member;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct MailsForm<'r> {
    photos: Option<&'r str>,
    digest: Option<&'r str>,
}

/// The form.
#[get("/settings/mails")]
pub fn edit(member: Member, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    let data = json!({
        "csrf": csrf::token(keys, &visitor),
        "photos": member.settings.mail_photos,
        "digest": member.settings.mail_digest,
        "verified": member.account().email_verified,
    });
    View::new("settings/mails", data)
}

/// Stores it.
#[post("/settings/mails", data = "<form>")]
pub async fn update(
    form: Guarded<MailsForm<'_>>,
    member: Member,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    let mut chosen = member.settings.clone();
    (chosen.mail_photos, chosen.mail_digest) = (form.0.photos.is_some(), form.0.digest.is_some());
    let mut tx = db.begin().await?;
    settings::save(&mut tx, member.account().id, &chosen).await?;
    tx.commit().await?;
    say(jar, config, "Your choice of mails is saved.");
    Ok(Redirect::to("/settings"))
}
