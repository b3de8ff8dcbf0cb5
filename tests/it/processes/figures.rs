//! Both programs with an InfluxDB that goes away.

use super::installation::Installation;
use super::until;
use crate::support::influx::{Influx, Mood};

#[tokio::test(flavor = "multi_thread")]
async fn figures_go_to_influxdb_and_come_back_from_it_until_it_hangs() {
    let installation = Installation::new().await;
    let influx = Influx::start().await;
    let mut serve = installation.program(&["serve"]);
    serve.env("ROCKET_INFLUXDB", format!("{{url={:?},read_token=\"read\"}}", influx.url()));
    let mut work = installation.jobs_program(&["work"]);
    work.env("ROCKET_INFLUXDB", format!("{{url={:?},write_token=\"write\",every_seconds=1}}", influx.url()));
    let web = installation.web_by(serve, 0).await;
    let _jobs = installation.start(&mut work);
    let of_web = || {
        let points = influx.points("ratemyderp");
        points
            .keys()
            .filter(|(of, tags, _)| of == "up" && tags.get("instance").is_some_and(|slot| slot == "web-0"))
            .count()
    };
    until("two rounds were sent", async || of_web() >= 2).await;
    let says = async |words: &'static str| {
        let page = format!("{}/dashboard?range=15m", web.door());
        let text =
            tokio::task::spawn_blocking(move || ureq::get(&page).call().unwrap().body_mut().read_to_string().unwrap());
        text.await.unwrap().contains(words)
    };
    until("the page shows them", async || says("They come from InfluxDB.").await).await;
    influx.is(Mood::Slow(std::time::Duration::from_secs(60)));
    until("the page does without it", async || says("They come from PostgreSQL.").await).await;
}
