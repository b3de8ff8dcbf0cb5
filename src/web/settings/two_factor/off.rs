//! Switching two-factor off: with password and code, as whoever finds a browser that is logged in has neither.

use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::two_factor;
use crate::config::Config;
use crate::error::Error;
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::settings::confirmation::{ConfirmForm, confirm};

#[get("/settings/two-factor/off")]
pub fn new(member: Member, visitor: Visitor<'_>, config: &State<Config>) -> View {
    page(&form(&visitor), &member, config)
}

#[post("/settings/two-factor/off", data = "<typed>")]
pub async fn create(
    typed: Guarded<ConfirmForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, .. } = app;
    let mut view = form(&visitor);
    let account = member.account().id;
    match confirm(typed.0.typed(), &mut view, &member, app).await? {
        Some(mut tx) => {
            two_factor::switch_off(&mut tx, account).await?;
            tx.commit().await?;
        }
        None if two_factor::is_on(&mut *db.acquire().await?, account).await? => {
            return Ok(Answer::Page(page(&view, &member, config)));
        }
        // It is off already, as after a doubled click.
        None => {}
    }
    visitor.say("Two-factor is off. Logging in takes the password alone.");
    Ok(Answer::to("/settings/two-factor"))
}

/// A form for password and code.
pub fn form(visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("password", "").field("code", "")
}

fn page(form: &FormView, member: &Member, config: &Config) -> View {
    let needed = config.accounts.two_factor_required && member.account().role.is_privileged();
    form.page("settings/two_factor/switch_off", json!({ "needed": needed }))
}
