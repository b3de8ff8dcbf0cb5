//! Asking for a link to a new password.

use rocket::form::FromForm;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::Email;
use crate::accounts::throttle::{self, ClientNetwork, Key};
use crate::config::Config;
use crate::error::Error;
use crate::mail::{self, Notification};
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ForgotForm<'r> {
    email: &'r str,
}

#[get("/password/forgot")]
pub fn new(visitor: Visitor<'_>) -> View {
    page(&FormView::of(&visitor).field("email", ""))
}

/// Says the same whoever the address belongs to: what is sent, and whether, is decided by the job that sends it.
#[post("/password/forgot", data = "<form>")]
pub async fn create(
    form: Guarded<ForgotForm<'_>>,
    visitor: Visitor<'_>,
    network: ClientNetwork,
    db: &Db,
    config: &State<Config>,
) -> Result<View, Error> {
    let typed = form.0.email;
    let mut view = FormView::of(&visitor).field("email", typed);
    let Some(email) = view.check(Email::parse(typed))? else {
        return Ok(page(&view));
    };
    let address = email.as_str().to_lowercase();
    let mut brakes = network.brakes("mail from", config.accounts.mails_per_network);
    brakes.push(Key::new("mail to", &[&address]).at(config.accounts.mails_per_account));
    throttle::take_all(&mut *db.acquire().await?, &brakes).await?;
    let mut tx = db.begin().await?;
    mail::enqueue(&mut tx, Notification::ResetPassword { address }).await?;
    tx.commit().await?;
    Ok(View::new("password/forgot_sent", json!({ "email": email.as_str() })))
}

fn page(form: &FormView) -> View {
    form.page("password/forgot", json!({}))
}
