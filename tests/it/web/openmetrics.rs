//! `/metrics` is closed, and what it says is understood by those whom it is for.

use std::process::Command;

use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;

use super::page::get;
use crate::support::{World, tool};

async fn collect(client: &Client, from: &str, headers: &[(&'static str, &str)]) -> (Status, String, String) {
    let mut request = client.get("/metrics").remote(from.parse().unwrap());
    for (name, value) in headers {
        request = request.header(Header::new(*name, (*value).to_owned()));
    }
    let answer = request.dispatch().await;
    let kind = answer.headers().get_one("Content-Type").unwrap_or_default().to_owned();
    (answer.status(), kind, answer.into_string().await.unwrap_or_default())
}

#[rocket::async_test]
async fn figures_of_a_process_are_closed_unless_the_settings_open_them() {
    let world = World::new().await;
    let (near, far) = ("127.0.0.1:4000", "192.0.2.7:4000");
    let closed = world.client().await;
    for from in [near, far] {
        assert_eq!(collect(&closed, from, &[("Authorization", "Bearer ")]).await.0, Status::NotFound);
    }
    let with_token = world.client_with(world.figment().merge(("openmetrics.token", "sesame"))).await;
    for (header, status) in [
        ("Bearer sesame", Status::Ok),
        ("Bearer sesam", Status::NotFound),
        ("sesame", Status::NotFound),
        ("Basic sesame", Status::NotFound),
    ] {
        assert_eq!(collect(&with_token, far, &[("Authorization", header)]).await.0, status, "{header}");
    }
    assert_eq!(collect(&with_token, near, &[]).await.0, Status::NotFound);
    let local = world.client_with(world.figment().merge(("openmetrics.loopback", true))).await;
    assert_eq!(collect(&local, near, &[]).await.0, Status::Ok);
    assert_eq!(collect(&local, "[::1]:4000", &[]).await.0, Status::Ok);
    assert_eq!(collect(&local, far, &[]).await.0, Status::NotFound);
    for proxied in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
        let passed_on = collect(&local, near, &[(proxied, "192.0.2.7")]).await;
        assert_eq!(passed_on.0, Status::NotFound, "a proxy on this machine passes on what comes from others");
    }
}

#[rocket::async_test]
async fn both_texts_are_what_prometheus_reads() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let client = world.client_with(world.figment().merge(("openmetrics.loopback", true))).await;
    let page = get(&client, "/").await;
    assert_eq!(crate::web::page::rate(&client, &page, "7").await.status, Status::SeeOther);
    let open = ("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    let (status, kind, text) = collect(&client, "127.0.0.1:4000", &[open]).await;
    assert_eq!((status, kind.as_str()), (Status::Ok, "application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(text.ends_with("\n# EOF\n") && text.contains("# TYPE ratemyderp_vote counter\n"), "{text}");
    assert!(text.contains("ratemyderp_vote_total{by=\"visitor\",via=\"form\"} "), "{text}");
    assert!(text.contains("ratemyderp_vote_scores_total{by=\"visitor\",via=\"form\",score=\"7\"} "), "{text}");
    let (_, kind, plain) = collect(&client, "127.0.0.1:4000", &[]).await;
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    // Buckets hold those below them too, and the last one holds all.
    let all = |name: &str| {
        let line =
            plain.lines().find(|line| line.starts_with(&format!("ratemyderp_answer_seconds_{name}{{part=\"vote\"")));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .unwrap_or_else(|| panic!("{name} in {plain}"))
    };
    let bounds: Vec<&str> =
        plain.lines().filter(|line| line.starts_with("ratemyderp_answer_seconds_bucket{part=\"vote\"")).collect();
    assert!(bounds.len() >= 18 && bounds[17].contains("le=\"+Inf\""), "{bounds:?}");
    assert_eq!(bounds[17].rsplit(' ').next(), Some(all("count").to_string().as_str()));
    let Some(promtool) = tool("promtool") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metrics");
    std::fs::write(&file, &plain).unwrap();
    let lint =
        Command::new(&promtool).args(["check", "metrics"]).stdin(std::fs::File::open(&file).unwrap()).output().unwrap();
    assert!(
        lint.status.success(),
        "{}{}",
        String::from_utf8_lossy(&lint.stdout),
        String::from_utf8_lossy(&lint.stderr)
    );
    // Its strict parser of OpenMetrics wants times, which whoever collects gives otherwise.
    let timed: String = text
        .lines()
        .map(|line| if line.starts_with('#') { format!("{line}\n") } else { format!("{line} 1764072000\n") })
        .collect();
    std::fs::write(&file, timed).unwrap();
    let blocks = Command::new(&promtool)
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .arg(&file)
        .arg(folder.path().join("blocks"))
        .output()
        .unwrap();
    assert!(blocks.status.success(), "{}{text}", String::from_utf8_lossy(&blocks.stderr));
}
