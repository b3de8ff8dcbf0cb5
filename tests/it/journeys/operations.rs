//! Operators prepare, start and steer what is done to jobs, in browsers without script and in w3m.

use std::collections::BTreeSet;

use ratemyderp::accounts::Role;
use ratemyderp::accounts::audit::Actor;
use ratemyderp::operations::{Request, Selection, run, snapshot};
use ratemyderp::queue::{self, Job};

use super::pages::look;
use super::uploads::refusals::terminal;
use super::{log_in, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

/// An operation of noodle on thirty failed jobs, ready to be started.
async fn prepared(site: &Site) -> i64 {
    let mut tx = site.world.pool.begin().await.unwrap();
    let mut numbers = BTreeSet::new();
    for submission in 1..=30 {
        numbers.insert(queue::enqueue(&mut tx, Job::DeleteVotes { submission }).await.unwrap().number);
    }
    sqlx::query("UPDATE fang_tasks SET state = 'failed', attempt = 20, error_message = $1 WHERE kind = 'delete_votes'")
        .bind(format!("database: {}", "no answer ".repeat(30)))
        .execute(&mut *tx)
        .await
        .unwrap();
    let actor = Actor { account: None, name: "noodle".to_owned() };
    let request = Request::parse("retry", "", "the disk is mended", Selection::Numbers(numbers)).unwrap();
    let prepared = snapshot::prepare(&mut tx, &actor, &request, true).await.unwrap();
    tx.commit().await.unwrap();
    prepared.number
}

async fn operated() -> Site {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Operator).await;
    site
}

#[rocket::async_test]
async fn an_operation_is_started_held_continued_and_undone_without_script() {
    let site = operated().await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops/operations")).await;
    look(&visitor, "no operations").await;
    let number = prepared(&site).await;
    visitor.goto(&site.url(&format!("/ops/operations/{number}"))).await;
    look(&visitor, "an operation that is ready").await;
    visitor.follow("#start").await;
    look(&visitor, "an operation that runs").await;
    visitor.follow("#hold").await;
    look(&visitor, "an operation that is held").await;
    visitor.follow("#continue").await;
    run::advance(&site.world.pool, number).await.unwrap();
    // One of the others is changed by somebody else, and shows up as moved.
    sqlx::query(
        "UPDATE fang_tasks SET attempt = 21 WHERE number = (SELECT max(number) FROM fang_tasks WHERE state = 'failed')",
    )
    .execute(&site.world.pool)
    .await
    .unwrap();
    sqlx::query("UPDATE operations SET state = 'running', step_end = NULL").execute(&site.world.pool).await.unwrap();
    while run::advance(&site.world.pool, number).await.unwrap() == run::Next::More {}
    visitor.goto(&site.url(&format!("/ops/operations/{number}?live=5"))).await;
    assert!(visitor.text("main").await.contains("29 done, 1 moved, 0 refused"));
    look(&visitor, "an operation that is done").await;
    visitor.follow("#undo").await;
    assert!(visitor.text("main").await.contains("It takes back operation"));
    look(&visitor, "an undoing that is ready").await;
    visitor.goto(&site.url("/ops/operations")).await;
    look(&visitor, "operations").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_starts_and_stops_an_operation() {
    let site = operated().await;
    let number = prepared(&site).await;
    let terminal = terminal(&site, "noodle", &format!("/ops/operations/{number}")).await;
    terminal.wait_for("What will be done").await;
    terminal.activate("Start with all of them").await;
    terminal.wait_for("it is running").await;
    terminal.activate("Stop, and leave").await;
    terminal.wait_for("30 skipped").await;
}
