//! Which mails a member gets beyond those about the account itself.

use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::settings;
use crate::error::Error;
use crate::ratings::awaited_photos;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct MailsForm<'r> {
    photos: Option<&'r str>,
    digest: Option<&'r str>,
}

#[get("/settings/mails")]
pub async fn edit(member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let waits = awaited_photos::since(&mut *db.acquire().await?, member.account().id).await?.is_some();
    let data = json!({
        "csrf": visitor.form_token(),
        "photos": member.settings.mail_photos,
        "digest": member.settings.mail_digest,
        "verified": member.account().email_verified,
        "waits": waits,
    });
    Ok(View::new("settings/mails", data))
}

#[post("/settings/mails", data = "<form>")]
pub async fn update(
    visitor: Visitor<'_>,
    form: Guarded<MailsForm<'_>>,
    member: Member,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut chosen = member.settings.clone();
    (chosen.mail_photos, chosen.mail_digest) = (form.0.photos.is_some(), form.0.digest.is_some());
    let mut tx = db.begin().await?;
    settings::save(&mut tx, member.account().id, &chosen).await?;
    tx.commit().await?;
    visitor.say("Your choice of mails is saved.");
    Ok(Redirect::to("/settings"))
}
