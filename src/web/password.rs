//! A forgotten password.

pub mod forgot;
pub mod reset;

use rocket::{Route, routes};

pub fn routes() -> Vec<Route> {
    routes![forgot::new, forgot::create, reset::new, reset::create]
}
