//! How handlers reply: pages, fragments, redirects, refusals, and what surrounds every page.

pub mod atom;
pub mod csv;
pub mod document;
pub mod error;
pub mod form;
pub mod layout;
pub mod picture;
pub mod return_to;
pub mod view;
pub mod xml;

use rocket::Responder;
use rocket::response::Redirect;

use self::view::View;

/// A page or a fragment, or on to another page so that a reload does not send a form again.
#[derive(Responder)]
pub enum Answer {
    /// The form once more, its result, or what htmx swaps in.
    Page(View),
    /// On (303).
    Redirect(Box<Redirect>),
}

impl Answer {
    /// On to this path of the site.
    pub fn to(path: impl Into<String>) -> Self {
        Answer::Redirect(Box::new(Redirect::to(path.into())))
    }
}

impl From<View> for Answer {
    fn from(view: View) -> Self {
        Answer::Page(view)
    }
}
