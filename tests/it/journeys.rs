//! What people do on the site, in the browsers they do it with, and the limits that their browsers feel.

mod accounts;
mod appearance;
mod back;
mod dashboard;
mod double_tap;
mod doubled;
mod errors;
mod focus;
mod health;
mod jobs;
mod keyboard;
mod limits;
mod operations;
mod pages;
mod plain;
mod screens;
mod scripted;
mod steering;
mod terminal;
mod two_factor;
mod uploads;

use rocket::figment::Figment;

use crate::support::PASSWORD;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

/// Somebody who has just opened the front page.
async fn visit(site: &Site, options: Options) -> Visitor {
    let visitor = Visitor::new(options).await;
    visitor.goto(&site.url("/")).await;
    visitor
}

/// A member of the tests logs in.
async fn log_in(visitor: &Visitor, site: &Site, username: &str) {
    visitor.goto(&site.url("/login")).await;
    visitor.fill("#who", username).await;
    visitor.fill("#password", PASSWORD).await;
    visitor.follow("main button.action").await;
}

/// The name of the photo that is shown.
async fn name(visitor: &Visitor) -> String {
    visitor.text("#photo-h bdi").await
}

/// With script: presses one of the ten buttons with the mouse, waits for the result and the focus, and gives the name
/// of the photo that was rated.
async fn rate(visitor: &Visitor, score: u8) -> String {
    let rated = name(visitor).await;
    visitor.click(&format!("button[value='{score}']")).await;
    told(visitor, &format!("You rated {rated} {score} out of 10.")).await;
    rated
}

/// Waits for the result of a vote, and for the focus that comes with it.
async fn told(visitor: &Visitor, result: &str) {
    visitor.wait_for_text("#last", result).await;
    visitor.wait_until("the focus on the heading", "document.activeElement.id === 'photo-h'").await;
}

/// Nothing went wrong unseen.
async fn untroubled(visitor: &Visitor) {
    let problems = visitor.problems();
    if !problems.is_empty() {
        visitor.fail(&format!("the browser complains: {problems:#?}")).await;
    }
}

/// Settings under which a network may send one vote a second.
fn one_vote_a_second(figment: Figment) -> Figment {
    figment.merge(("rates.votes_per_network.per_second", 1)).merge(("rates.votes_per_network.burst", 1))
}

/// Somebody on the same network whose votes never end; they do when this is dropped.
async fn restless_neighbour(site: &Site) -> Visitor {
    let neighbour = visit(site, Options::default()).await;
    neighbour
        .evaluate::<()>(
            "(() => {
                const form = document.querySelector('.rate'), body = new URLSearchParams(new FormData(form));
                body.set('score', '7');
                const vote = () => fetch(form.action, { method: 'POST', body, redirect: 'manual' }).then(vote);
                vote();
            })(), null",
        )
        .await;
    neighbour
}

/// Presses the tab key until what has this name has the focus, in view.
async fn tab_to(visitor: &Visitor, name: &str) {
    for _ in 0..80 {
        visitor.press("Tab").await;
        let focus = visitor.focused().await;
        if focus.name == name {
            assert!(focus.in_view, "{focus:?}");
            return;
        }
    }
    visitor.fail(&format!("the keyboard never comes to {name:?}")).await;
}
