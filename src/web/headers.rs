//! What every answer forbids.

use rocket::http::Header;
use rocket::shield::{Frame, Permission, Policy, Referrer, Shield};

/// Nothing but our own files, and no inline script or style.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Default)]
struct ContentSecurityPolicy;

impl Policy for ContentSecurityPolicy {
    const NAME: &'static str = "Content-Security-Policy";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, CSP)
    }
}

/// Rocket's shield with our policies. With no-referrer our own forms would say `Origin: null`.
pub fn shield() -> Shield {
    Shield::default()
        .enable(ContentSecurityPolicy)
        .enable(Frame::Deny)
        .enable(Permission::default())
        .enable(Referrer::SameOrigin)
}
