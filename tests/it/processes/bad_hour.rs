//! A bad hour, played in minutes with real programs: a slow database, then a dead worker, then a flood of uploads. What an operator is
//! told at each point is on `/ops/system` alone; `docs/operators.md` tells it with the pictures that this leaves.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sqlx::PgPool;

use super::installation::{Installation, Web};
use super::uploads::Member;
use super::visitor::{Step, Visitor};
use crate::support::browser::{Options, Visitor as Browser};
use crate::support::uploads::phone_photo;
use crate::support::{PASSWORD, newcomer};

/// People who vote, one photo after the other, until this is dropped.
struct Voters(Arc<AtomicBool>);

impl Voters {
    fn start(count: u32, door: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for seat in 0..count {
            let (over, door) = (Arc::clone(&over), door.to_owned());
            thread::spawn(move || {
                let mut number = seat + 1;
                let mut visitor = Visitor::new(number);
                while !over.load(Ordering::Relaxed) {
                    if visitor.step(&door, &door) == Step::SeenAll {
                        number += count;
                        visitor = Visitor::new(number);
                    }
                    thread::sleep(Duration::from_millis(150));
                }
            });
        }
        Voters(over)
    }
}

impl Drop for Voters {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Nobody else writes a rating for most of each second.
async fn be_slow(pool: &PgPool, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        let lock = "BEGIN; LOCK TABLE tallies IN SHARE MODE; SELECT pg_sleep(0.7); COMMIT";
        sqlx::raw_sql(lock).execute(&mut *pool.acquire().await.expect("a connection")).await.expect("locked");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Looks until the page says this.
async fn told(browser: &Browser, web: &Web, words: &str) {
    let begun = Instant::now();
    loop {
        browser.goto(&format!("{}/ops/system?range=15m", web.door())).await;
        let text = browser.text("main").await;
        if text.contains(words) {
            println!("{words}: after {} s", begun.elapsed().as_secs());
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(100), "{words}: {text}");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Different files that are the same picture, one after the other, for three quarters of a minute at most.
async fn flood(member: &Member, web: &Web, numbers: Range<u32>) {
    let (member, door, photo) = (member.clone(), web.door(), phone_photo());
    let send = move || {
        let begun = Instant::now();
        for number in numbers.take_while(|_| begun.elapsed() < Duration::from_secs(45)) {
            let sent = member.send(&door, &[&photo[..], &number.to_be_bytes()].concat());
            assert_eq!(sent.expect("an answer").status, 303);
        }
    };
    tokio::task::spawn_blocking(send).await.expect("no panic");
}

async fn observer(installation: &Installation, web: &Web) -> Browser {
    let account = newcomer(&installation.pool, "olive").await;
    let grant = "UPDATE accounts SET role = 'observer', email_verified_at = now() WHERE id = $1";
    sqlx::query(grant).bind(account).execute(&installation.pool).await.expect("granted");
    let browser = Browser::new(Options::default()).await;
    browser.goto(&format!("{}/login", web.door())).await;
    browser.fill("#who", "olive").await;
    browser.fill("#password", PASSWORD).await;
    browser.follow("main button.action").await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes five minutes, and leaves pictures"]
async fn a_bad_hour_is_told_by_the_dashboards_alone() {
    let installation = Installation::new().await;
    installation.photos(40).await;
    let mut serve = installation.program(&["serve"]);
    serve.env("ROCKET_ACCOUNTS", "{two_factor_required=false}");
    let web = installation.web_by(serve, 0).await;
    let mut jobs = installation.jobs();
    let member = Member::join(&installation, &web).await;
    let browser = observer(&installation, &web).await;
    let _voters = Voters::start(4, &web.door());
    tokio::time::sleep(Duration::from_secs(45)).await;
    told(&browser, &web, "Pages, hosts and database are well").await;

    tokio::join!(
        be_slow(&installation.pool, Duration::from_secs(45)),
        told(&browser, &web, "Votes are slow: 95 of 100 are answered within"),
    );

    jobs.kill();
    flood(&member, &web, 0..5).await;
    told(&browser, &web, "No jobs process has written figures for a minute").await;
    let _jobs = installation.jobs();

    flood(&member, &web, 5..60).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    browser.goto(&format!("{}/ops/system?range=15m", web.door())).await;
    println!("{}", browser.text("main").await);
    for chart in ["votes", "connections", "waiting", "due", "own-processors", "answers"] {
        browser.goto(&format!("{}/ops/system/{chart}?range=15m", web.door())).await;
        browser.screenshot(&format!("bad-hour-{chart}")).await;
        println!("{}", browser.text("figcaption").await);
    }
    browser.goto(&format!("{}/dashboard?range=15m", web.door())).await;
    browser.screenshot_of_page("bad-hour-dashboard").await;
}
