//! Name and words about oneself.

use rocket::form::FromForm;
use rocket::{get, post};
use serde_json::json;
use sqlx::PgConnection;

use crate::accounts::profile::{self, About};
use crate::accounts::{Account, DisplayName, settings};
use crate::error::Error;
use crate::submissions::avatars::{self, Avatar};
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
    let form = FormView::of(&visitor).field("display_name", &account.display_name).field("about", &account.about);
    let shown = (member.settings.profile_public, member.settings.show_own_votes);
    page(&mut *db.acquire().await?, &form, account, shown).await
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
    let account = member.account();
    let mut tx = db.begin().await?;
    let chosen = match typed.avatar {
        Some(avatar) => view.check(avatars::choose(&mut tx, account.id, avatar).await)?,
        None => Some(()),
    };
    let (Some(display_name), Some(about), Some(())) = (display_name, about, chosen) else {
        // With what was chosen here, if that can be. It is not kept.
        let page = page(&mut tx, &view, account, (public, votes)).await?;
        tx.rollback().await?;
        return Ok(Answer::Page(page));
    };
    profile::save(&mut tx, account.id, &display_name, &about).await?;
    let mut chosen = member.settings.clone();
    (chosen.profile_public, chosen.show_own_votes) = (public, votes);
    settings::save(&mut tx, account.id, &chosen).await?;
    tx.commit().await?;
    visitor.say("Your profile is saved.");
    Ok(Answer::to("/settings"))
}

/// Is the profile public, and does it show how they vote?
type Shown = (bool, bool);

async fn page(
    conn: &mut PgConnection,
    form: &FormView,
    account: &Account,
    (public, votes): Shown,
) -> Result<View, Error> {
    let choices = avatars::choices(conn, account.id).await?;
    let avatar = |avatar: &Avatar| {
        let src = thumbnail(avatar.rendition_key, &avatar.rendition_sizes);
        json!({ "id": avatar.submission, "title": avatar.title, "src": src, "chosen": choices.chosen == Some(avatar.submission) })
    };
    let avatars: Vec<_> = choices.photos.iter().map(avatar).collect();
    let drawn = choices.chosen.is_none();
    let data = json!({
        "username": account.username, "public": public, "votes": votes, "avatars": avatars, "drawn": drawn,
    });
    Ok(form.page("settings/profile", data))
}
