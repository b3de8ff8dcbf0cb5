//! What members decide about themselves.

pub mod delete;
pub mod email;
pub mod export;
pub mod mails;
pub mod password;
pub mod profile;
pub mod sessions;
pub mod two_factor;

use rocket::{State, get};
use serde_json::json;

use super::csrf;
use super::keys::Keys;
use super::member::Member;
use super::view::View;
use super::visitor::Visitor;

/// The way to every setting.
#[get("/settings")]
pub fn show(member: Member, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    let data = json!({ "csrf": csrf::token(keys, &visitor), "email": member.account().email });
    View::new("settings/page", data)
}
