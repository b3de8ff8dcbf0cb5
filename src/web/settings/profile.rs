//! Name and words about oneself.

use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::profile::{self, About};
use crate::accounts::{DisplayName, settings};
use crate::config::Config;
use crate::error::Error;
use crate::web::csrf::{self, Guarded};
use crate::web::db::Db;
use crate::web::form::FormView;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::login::Answer;
use crate::web::member::Member;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ProfileForm<'r> {
    display_name: &'r str,
    about: &'r str,
    public: Option<&'r str>,
    votes: Option<&'r str>,
}

/// The form.
#[get("/settings/profile")]
pub fn edit(member: Member, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    let account = member.account();
    let form = FormView::new(csrf::token(keys, &visitor))
        .field("display_name", &account.display_name)
        .field("about", &account.about);
    page(&form, &account.username, member.settings.profile_public, member.settings.show_own_votes)
}

/// Stores it.
#[post("/settings/profile", data = "<form>")]
pub async fn update(
    form: Guarded<ProfileForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let typed = form.0;
    let (public, votes) = (typed.public.is_some(), typed.votes.is_some());
    let mut view = FormView::new(csrf::token(keys, &visitor))
        .field("display_name", typed.display_name)
        .field("about", typed.about);
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
    say(jar, config, "Your profile is saved.");
    Ok(Answer::redirect(Redirect::to("/settings")))
}

fn page(form: &FormView, username: &str, public: bool, votes: bool) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    let data = json!({ "form": form, "username": username, "public": public, "votes": votes });
    View::new("settings/profile", data).status(status)
}
