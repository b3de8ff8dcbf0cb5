//! Name and words about oneself.

use rocket::form::FromForm;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::profile::{self, About};
use crate::accounts::{DisplayName, settings};
use crate::error::Error;
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ProfileForm<'r> {
    display_name: &'r str,
    about: &'r str,
    public: Option<&'r str>,
    votes: Option<&'r str>,
}

#[get("/settings/profile")]
pub fn edit(member: Member, visitor: Visitor<'_>) -> View {
    let account = member.account();
    let form = FormView::of(&visitor).field("display_name", &account.display_name).field("about", &account.about);
    page(&form, &account.username, member.settings.profile_public, member.settings.show_own_votes)
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
    let (Some(display_name), Some(about)) = (display_name, about) else {
        return Ok(Answer::Page(page(&view, &member.account().username, public, votes)));
    };
    let mut tx = db.begin().await?;
    profile::save(&mut tx, member.account().id, &display_name, &about).await?;
    let mut chosen = member.settings.clone();
    (chosen.profile_public, chosen.show_own_votes) = (public, votes);
    settings::save(&mut tx, member.account().id, &chosen).await?;
    tx.commit().await?;
    visitor.say("Your profile is saved.");
    Ok(Answer::to("/settings"))
}

fn page(form: &FormView, username: &str, public: bool, votes: bool) -> View {
    let data = json!({ "username": username, "public": public, "votes": votes });
    form.page("settings/profile", data)
}
