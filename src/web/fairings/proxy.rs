//! Says so when a proxy stands in front of the site and the site does not know it: then all visitors come from the proxy's address,
//! are one network to every brake, and lock each other out.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Data, Orbit, Request, Rocket};

use crate::config::Config;

/// What proxies add.
pub const HEADERS: [&str; 3] = ["X-Forwarded-For", "X-Real-IP", "Forwarded"];

/// What to do about it.
const ADVICE: &str = "All visitors then share one network's brakes and lock each other out of logging in, joining and voting. \
    Let the proxy overwrite a header with the client's address and name that header: ip_header = \"X-Real-IP\" (docs/deployment.md).";

/// Warns at start where the site's address tells it, and at the first request that shows it, once.
#[derive(Default)]
pub struct ProxyCheck(AtomicBool);

#[rocket::async_trait]
impl Fairing for ProxyCheck {
    fn info(&self) -> Info {
        Info { name: "proxy check", kind: Kind::Liftoff | Kind::Request }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let https = rocket.state::<Config>().is_some_and(|config| config.site.url.starts_with("https://"));
        // We speak no TLS ourselves.
        if https && rocket.config().ip_header.is_none() {
            self.warn("site.url begins with https://, so a proxy is in front, but ip_header is off.");
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        if request.rocket().config().ip_header.is_some() || self.0.load(Ordering::Relaxed) {
            return;
        }
        let near = request.remote().is_some_and(|remote| is_near(remote.ip()));
        let header = HEADERS.iter().find(|header| request.headers().contains(**header));
        if let (true, Some(header)) = (near, header) {
            self.warn(&format!(
                "A request from the own network carries {header}, so a proxy is in front, but ip_header is off."
            ));
        }
    }
}

impl ProxyCheck {
    fn warn(&self, reason: &str) {
        if !self.0.swap(true, Ordering::Relaxed) {
            log::warn!("{reason} {ADVICE}");
        }
    }
}

/// Where proxies are, and hardly any visitor is.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_near() {
        for (address, near) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.17.0.1", true),
            ("::ffff:192.168.0.1", true),
            ("::1", true),
            ("fd00::1", true),
            ("192.0.2.1", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_near(address.parse().expect("an address")), near, "{address}");
        }
    }
}
