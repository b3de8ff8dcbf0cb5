//! Name and words about oneself.

use rocket::form::FromForm;
use rocket::{get, post};
use serde_json::json;
use sqlx::{PgConnection, Postgres, Transaction};

use crate::accounts::profile::{self, About};
use crate::accounts::{Account, DisplayName, settings};
use crate::error::Error;
use crate::submissions::avatars;
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::submissions::photo::thumbnail;

/// What the form sends.
#[derive(FromForm)]
pub struct ProfileForm<'r> {
    display_name: &'r str,
    about: &'r str,
    public: Option<&'r str>,
    votes: Option<&'r str>,
    /// A photo's number; empty for a drawn face. Nothing from a page that was opened before there was the question.
    avatar: Option<&'r str>,
}

#[get("/settings/profile")]
pub async fn edit(member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let account = member.account();
    let mut conn = db.acquire().await?;
    let chosen = avatars::find(&mut conn, account.id).await?.map(|avatar| avatar.submission);
    let form = FormView::of(&visitor).field("display_name", &account.display_name).field("about", &account.about);
    let shown = Shown { public: member.settings.profile_public, votes: member.settings.show_own_votes, chosen };
    page(&mut conn, &form, &member, shown).await
}

#[post("/settings/profile", data = "<form>")]
pub async fn update(
    form: Guarded<ProfileForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let typed = form.0;
    let (public, votes) = (typed.public.is_some(), typed.votes.is_some());
    let mut view = FormView::of(&visitor).field("display_name", typed.display_name).field("about", typed.about);
    let display_name = view.check(DisplayName::parse(typed.display_name))?;
    let about = view.check(About::parse(typed.about))?;
    let avatar = view.check(typed.avatar.map(number).transpose())?;
    let account = member.account().id;
    let mut tx = db.begin().await?;
    let shown = match avatar {
        Some(Some(avatar)) => view.check(choose(&mut tx, account, avatar).await?)?,
        known => known.map(drop),
    };
    let (Some(display_name), Some(about), Some(())) = (display_name, about, shown) else {
        let chosen = avatars::find(&mut tx, account).await?.map(|avatar| avatar.submission);
        tx.rollback().await?;
        let mut conn = db.acquire().await?;
        return Ok(Answer::Page(page(&mut conn, &view, &member, Shown { public, votes, chosen }).await?));
    };
    profile::save(&mut tx, account, &display_name, &about).await?;
    let mut chosen = member.settings.clone();
    (chosen.profile_public, chosen.show_own_votes) = (public, votes);
    settings::save(&mut tx, account, &chosen).await?;
    tx.commit().await?;
    visitor.say("Your profile is saved.");
    Ok(Answer::to("/settings"))
}

/// The photo that a form names; nothing for a drawn face.
fn number(typed: &str) -> Result<Option<i64>, Error> {
    if typed.is_empty() {
        return Ok(None);
    }
    typed.parse().map(Some).map_err(|_| no_photo())
}

/// Twice an error: the outer one is the database's.
async fn choose(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    avatar: Option<i64>,
) -> Result<Result<(), Error>, sqlx::Error> {
    Ok(if avatars::choose(tx, account, avatar).await? { Ok(()) } else { Err(no_photo()) })
}

fn no_photo() -> Error {
    Error::invalid("avatar", "Choose one of your photos that are on show, or the drawn face.")
}

/// What the form is filled with, besides what was typed.
struct Shown {
    public: bool,
    votes: bool,
    /// The photo that they are shown with.
    chosen: Option<i64>,
}

async fn page(conn: &mut PgConnection, form: &FormView, member: &Member, shown: Shown) -> Result<View, Error> {
    let Account { id, username, .. } = member.account();
    let avatars: Vec<_> = avatars::choices(conn, *id)
        .await?
        .into_iter()
        .map(|avatar| {
            let src = thumbnail(avatar.rendition_key, &avatar.rendition_sizes);
            json!({ "id": avatar.submission, "title": avatar.title, "src": src, "chosen": shown.chosen == Some(avatar.submission) })
        })
        .collect();
    let data = json!({
        "username": username, "public": shown.public, "votes": shown.votes, "avatars": avatars, "drawn": shown.chosen.is_none(),
    });
    Ok(form.page("settings/profile", data))
}
