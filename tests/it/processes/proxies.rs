//! A proxy in front that the site does not know of.

use super::installation::{Installation, Web};
use super::until;

const WARNING: &str = "ip_header is off";

fn get(web: &Web, header: Option<&str>) {
    let request = ureq::get(format!("{}/healthz", web.door()));
    let request = match header {
        Some(name) => request.header(name, "203.0.113.7"),
        None => request,
    };
    request.call().expect("an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_the_site_does_not_know_of_is_warned_about_once() {
    let installation = Installation::new().await;
    let web = installation.web().await;
    get(&web, None);
    assert!(!web.process.log().contains(WARNING), "{}", web.process.log());
    for header in ["X-Forwarded-For", "X-Real-IP", "X-Forwarded-For"] {
        get(&web, Some(header));
    }
    until("it has warned", async || web.process.log().contains(WARNING)).await;
    assert_eq!(web.process.log().matches(WARNING).count(), 1, "{}", web.process.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_over_https_that_knows_no_proxy_warns_at_its_start() {
    let installation = Installation::new().await;
    for (ip_header, warned) in [("false", true), ("X-Real-IP", false)] {
        let mut command = installation.program(&["serve"]);
        command.env("ROCKET_SITE", "{url=\"https://derp.example\"}").env("ROCKET_IP_HEADER", ip_header);
        let web = installation.web_by(command, 0).await;
        get(&web, Some("X-Forwarded-For"));
        assert_eq!(web.process.log().contains(WARNING), warned, "{}", web.process.log());
    }
}
