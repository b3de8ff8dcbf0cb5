//! Becoming a member.

use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use super::csrf::{self, Guarded};
use super::db::Db;
use super::form::FormView;
use super::frame::say;
use super::keys::Keys;
use super::limits::Network;
use super::login::{Answer, enter};
use super::next::{carrying, safe};
use super::view::View;
use super::visitor::Visitor;
use crate::accounts::join::{Newcomer, join, just_joined};
use crate::accounts::session::Browser;
use crate::accounts::throttle::{self, Key};
use crate::accounts::{DisplayName, Email, Password, Passwords, Username, settings};
use crate::config::Config;
use crate::error::{Error, FieldError};

/// What the form sends.
#[derive(FromForm)]
pub struct JoinForm<'r> {
    username: &'r str,
    display_name: &'r str,
    email: &'r str,
    password: &'r str,
    next: &'r str,
}

/// The form.
#[get("/join?<next>")]
pub fn new(next: Option<&str>, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    let typed = JoinForm { username: "", display_name: "", email: "", password: "", next: next.unwrap_or_default() };
    page(&typed.view(&visitor, keys))
}

/// Makes the account and logs in. Whether the address is somebody's already, only its owner learns, by mail.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/join", data = "<form>")]
pub async fn create(
    form: Guarded<JoinForm<'_>>,
    mut visitor: Visitor<'_>,
    network: Network,
    browser: Browser,
    passwords: &State<Passwords>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let typed = form.0;
    let mut view = typed.view(&visitor, keys);
    let username = view.check(Username::parse(typed.username))?;
    let display_name = view.check(DisplayName::parse(typed.display_name))?;
    let email = view.check(Email::parse(typed.email))?;
    let password = view.check(Password::parse(typed.password, &[typed.username, typed.display_name, typed.email]))?;
    let (Some(username), Some(display_name), Some(email), Some(password)) = (username, display_name, email, password)
    else {
        return Ok(Answer::Page(page(&view)));
    };
    let key = Key::new("join from", &[&network.to_string()]);
    throttle::take(&mut *db.acquire().await?, &key, config.accounts.joins_per_network).await?;
    let password_hash = passwords.hash(password).await?;
    let newcomer = Newcomer { username, display_name, email, password_hash };
    let before = visitor.anonymous_id().0;
    let mut tx = db.begin().await?;
    let Some(account) = join(&mut tx, &newcomer).await? else {
        tx.rollback().await?;
        let (pool, username) = (db.pool(), &newcomer.username);
        let doubled = just_joined(pool, passwords, &config.accounts, username, typed.password, before).await?;
        let Some(account) = doubled else {
            let message = "This username is taken. Choose another one.".into();
            view.wrong(FieldError { field: "username", message });
            return Ok(Answer::Page(page(&view)));
        };
        enter(db.begin().await?, &mut visitor, account, &browser, before, false).await?;
        return Ok(welcome(&typed, config, jar));
    };
    // What they had chosen without an account goes with it from now on.
    let chosen = visitor.look().within(&settings::find(&mut tx, account).await?);
    settings::save(&mut tx, account, &chosen).await?;
    enter(tx, &mut visitor, account, &browser, before, false).await?;
    Ok(welcome(&typed, config, jar))
}

fn welcome(typed: &JoinForm<'_>, config: &Config, jar: &CookieJar<'_>) -> Answer {
    say(jar, config, "Welcome! We have sent you a mail: open the link in it, and you can send in photos.");
    Answer::redirect(Redirect::to(safe(typed.next).unwrap_or("/").to_owned()))
}

impl JoinForm<'_> {
    fn view(&self, visitor: &Visitor<'_>, keys: &Keys) -> FormView {
        FormView::new(csrf::token(keys, visitor))
            .field("username", self.username)
            .field("display_name", self.display_name)
            .field("email", self.email)
            .field("password", "")
            .field("next", safe(self.next).unwrap_or_default())
    }
}

fn page(form: &FormView) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    let login = carrying("/login", form.value("next"));
    View::new("accounts/join", json!({ "form": form, "login": login })).status(status)
}
