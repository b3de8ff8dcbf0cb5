//! Being told, once, when there are more photos to rate.

use rocket::form::FromForm;
use rocket::{Route, post, routes};
use serde::Serialize;
use sqlx::PgConnection;

use super::answers::Answer;
use super::answers::view::View;
use super::db::Db;
use super::guards::csrf::{Guarded, Pressed};
use super::guards::hx::Partial;
use super::guards::member::Member;
use super::guards::visitor::Visitor;
use crate::error::Error;
use crate::ratings::awaited_photos;

pub fn routes() -> Vec<Route> {
    routes![create, delete]
}

/// Whether somebody is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// Nobody is logged in.
    Visitor,
    /// They have not shown yet that they read their address.
    Unconfirmed,
    /// They can ask for it.
    Open,
    /// They are.
    Waits,
}

impl Awaited {
    /// Of whoever looks.
    pub async fn of(conn: &mut PgConnection, visitor: &Visitor<'_>) -> Result<Self, sqlx::Error> {
        let Some(member) = visitor.member() else { return Ok(Awaited::Visitor) };
        if !member.account.email_verified {
            return Ok(Awaited::Unconfirmed);
        }
        Ok(match awaited_photos::since(conn, member.account.id).await? {
            Some(_) => Awaited::Waits,
            None => Awaited::Open,
        })
    }
}

/// Asks to be told. Repeating it changes nothing.
#[post("/ratings/awaited", data = "<_pressed>")]
pub async fn create(
    _pressed: Pressed,
    member: Member,
    visitor: Visitor<'_>,
    partial: Partial,
    db: &Db,
) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    if !awaited_photos::ask(&mut tx, member.account().id, visitor.class()).await? {
        let text = "We need to know first that you read mail at your address. Confirm it in your settings.";
        return Err(Error::Forbidden(text.into()));
    }
    tx.commit().await?;
    if partial.0 {
        return Ok(fragment(&visitor, Awaited::Waits));
    }
    visitor.say("We will write to you once there are more photos.");
    Ok(Answer::to("/"))
}

/// Where somebody thought better of it.
#[derive(FromForm)]
pub struct StopForm<'r> {
    settings: Option<&'r str>,
}

/// Waits no longer. Repeating it changes nothing.
#[post("/ratings/awaited/stop", data = "<form>")]
pub async fn delete(
    form: Guarded<StopForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    partial: Partial,
    db: &Db,
) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    awaited_photos::stop(&mut tx, member.account().id).await?;
    tx.commit().await?;
    if partial.0 {
        return Ok(fragment(&visitor, Awaited::Open));
    }
    visitor.say("We will not write to you about new photos.");
    Ok(Answer::to(if form.0.settings.is_some() { "/settings/mails" } else { "/" }))
}

/// What htmx swaps in, with the focus on what is so from now on.
fn fragment(visitor: &Visitor<'_>, awaited: Awaited) -> Answer {
    #[derive(Serialize)]
    struct Fragment {
        csrf: String,
        awaited: Awaited,
        answered: bool,
    }
    View::new("home/_awaited", Fragment { csrf: visitor.form_token(), awaited, answered: true }).into()
}
