//! Asking for a link to a new password.

use rocket::form::FromForm;
use rocket::http::Status;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::Email;
use crate::accounts::throttle::{self, Key};
use crate::config::Config;
use crate::error::Error;
use crate::mail::{self, Letter};
use crate::web::csrf::{self, Guarded};
use crate::web::db::Db;
use crate::web::form::FormView;
use crate::web::keys::Keys;
use crate::web::limits::Network;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ForgotForm<'r> {
    email: &'r str,
}

/// The form.
#[get("/password/forgot")]
pub fn new(visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    page(&FormView::new(csrf::token(keys, &visitor)).field("email", ""))
}

/// Says the same whoever the address belongs to: what is sent, and whether, is decided by the job that sends it.
#[post("/password/forgot", data = "<form>")]
pub async fn create(
    form: Guarded<ForgotForm<'_>>,
    visitor: Visitor<'_>,
    network: Network,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
) -> Result<View, Error> {
    let typed = form.0.email;
    let mut view = FormView::new(csrf::token(keys, &visitor)).field("email", typed);
    let Some(email) = view.check(Email::parse(typed))? else {
        return Ok(page(&view));
    };
    let address = email.as_str().to_lowercase();
    let mut conn = db.acquire().await?;
    throttle::take(&mut conn, &Key::new("mail from", &[&network.to_string()]), config.accounts.mails_per_network)
        .await?;
    throttle::take(&mut conn, &Key::new("mail to", &[&address]), config.accounts.mails_per_account).await?;
    drop(conn);
    let mut tx = db.begin().await?;
    mail::send(&mut tx, Letter::ResetPassword { address }).await?;
    tx.commit().await?;
    Ok(View::new("accounts/forgot_sent", json!({ "email": email.as_str() })))
}

fn page(form: &FormView) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    View::new("accounts/forgot", json!({ "form": form })).status(status)
}
