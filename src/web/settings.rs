//! What members decide about themselves.

pub mod confirmation;
pub mod delete;
pub mod email;
pub mod export;
pub mod mails;
pub mod password;
pub mod profile;
pub mod sessions;
pub mod two_factor;

use rocket::{Route, get, routes};
use serde_json::json;

use super::answers::view::View;
use super::guards::member::Member;
use super::guards::visitor::Visitor;

pub fn routes() -> Vec<Route> {
    routes![
        show,
        profile::edit,
        profile::update,
        email::edit,
        email::update,
        email::resend,
        export::show,
        export::create,
        mails::edit,
        mails::update,
        password::edit,
        password::update,
        sessions::list,
        sessions::revoke,
        sessions::revoke_others,
        two_factor::show,
        two_factor::create,
        two_factor::abandon,
        two_factor::confirm,
        two_factor::picture,
        two_factor::off::new,
        two_factor::off::create,
        two_factor::recovery::show,
        two_factor::recovery::download,
        two_factor::recovery::create,
        two_factor::recovery::noted,
        delete::new,
        delete::create,
        delete::cancel
    ]
}

/// The way to every setting.
#[get("/settings")]
pub fn show(member: Member, visitor: Visitor<'_>) -> View {
    let data = json!({ "csrf": visitor.form_token(), "email": member.account().email });
    View::new("settings/page", data)
}
