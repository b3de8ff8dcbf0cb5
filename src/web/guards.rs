//! What a request must show, and what a handler can ask for: Rocket's request and data guards. Guards know nothing of
//! templates; [`super::answers`] stands above them.

pub mod app;
pub mod appearance;
pub mod attended;
pub mod browser;
pub mod cookies;
pub mod csrf;
pub mod flash;
pub mod form_token;
pub mod hx;
pub mod limits;
pub mod live;
pub mod member;
pub mod privileged;
pub mod refusal;
pub mod session;
pub mod upload;
pub mod visitor;
