//! Becoming a member.

use rocket::form::FromForm;
use rocket::{Route, get, post, routes};
use serde_json::json;

use super::answers::Answer;
use super::answers::form::FormView;
use super::answers::return_to::{local_path, with_return};
use super::answers::view::View;
use super::guards::app::App;
use super::guards::csrf::Guarded;
use super::guards::visitor::Visitor;
use super::login::{NewSession, start_session};
use crate::accounts::join::{Newcomer, join, just_joined};
use crate::accounts::session::Browser;
use crate::accounts::throttle::{self, ClientNetwork};
use crate::accounts::{DisplayName, Email, Username, settings};
use crate::error::{Error, FieldError};
use crate::metrics::{AccountEvent, recorder};

pub fn routes() -> Vec<Route> {
    routes![new, create]
}

/// What the form sends.
#[derive(FromForm)]
pub struct JoinForm<'r> {
    username: &'r str,
    display_name: &'r str,
    email: &'r str,
    password: &'r str,
    next: &'r str,
}

#[get("/join?<next>")]
pub fn new(next: Option<&str>, visitor: Visitor<'_>) -> View {
    let typed = JoinForm { username: "", display_name: "", email: "", password: "", next: next.unwrap_or_default() };
    page(&typed.view(&visitor))
}

/// Makes the account and logs in. Whether the address is somebody's already, only its owner learns, by mail.
#[post("/join", data = "<form>")]
pub async fn create(
    form: Guarded<JoinForm<'_>>,
    mut visitor: Visitor<'_>,
    network: ClientNetwork,
    browser: Browser,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, passwords, .. } = app;
    let typed = form.0;
    let mut view = typed.view(&visitor);
    let username = view.check(Username::parse(typed.username))?;
    let display_name = view.check(DisplayName::parse(typed.display_name))?;
    let email = view.check(Email::parse(typed.email))?;
    let brakes = network.brakes("password from", config.accounts.passwords_per_network);
    throttle::take_all(&mut *db.acquire().await?, &brakes).await?;
    let about_them = [typed.username, typed.display_name, typed.email];
    let password = view.check(passwords.parse(typed.password, &about_them).await)?;
    let (Some(username), Some(display_name), Some(email), Some(password)) = (username, display_name, email, password)
    else {
        return Ok(Answer::Page(page(&view)));
    };
    let brakes = network.brakes("join from", config.accounts.joins_per_network);
    throttle::take_all(&mut *db.acquire().await?, &brakes).await?;
    let password_hash = passwords.hash(password).await?;
    let newcomer = Newcomer { username, display_name, email, password_hash };
    let (begun_by, browser) = (visitor.anonymous_id().0, &browser);
    let new_session = |proof| NewSession { proof, browser, begun_by, remembered: false };
    let mut tx = db.begin().await?;
    let Some(proof) = join(&mut tx, &newcomer).await? else {
        tx.rollback().await?;
        let (pool, username) = (db.pool(), &newcomer.username);
        let doubled = just_joined(pool, passwords, &config.accounts, username, typed.password, begun_by).await?;
        let taken = match doubled {
            Some(proof) => !start_session(db.begin().await?, &mut visitor, new_session(&proof)).await?,
            None => true,
        };
        if taken {
            let message = "This username is taken. Choose another one.".into();
            view.add_error(FieldError { field: "username", message });
            return Ok(Answer::Page(page(&view)));
        }
        return Ok(welcome(&typed, &visitor));
    };
    // What they had chosen without an account goes with it from now on.
    let account = proof.account();
    let chosen = visitor.appearance().within(&settings::find(&mut tx, account).await?);
    settings::save(&mut tx, account, &chosen).await?;
    start_session(tx, &mut visitor, new_session(&proof)).await?;
    recorder().account(AccountEvent::Joined);
    Ok(welcome(&typed, &visitor))
}

fn welcome(typed: &JoinForm<'_>, visitor: &Visitor<'_>) -> Answer {
    visitor.say("Welcome! We have sent you a mail: open the link in it, and you can send in photos.");
    Answer::to(local_path(typed.next).unwrap_or("/"))
}

impl JoinForm<'_> {
    fn view(&self, visitor: &Visitor<'_>) -> FormView {
        FormView::of(visitor)
            .field("username", self.username)
            .field("display_name", self.display_name)
            .field("email", self.email)
            .field("password", "")
            .field("next", local_path(self.next).unwrap_or_default())
    }
}

fn page(form: &FormView) -> View {
    let login = with_return("/login", form.value("next"));
    form.page("join/new", json!({ "login": login }))
}
