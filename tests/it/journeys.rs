//! What people do on the site, in the browsers they do it with, and the limits that their browsers feel.

mod doubled;
mod keyboard;
mod limits;
mod pages;
mod plain;
mod scripted;
mod terminal;
mod trouble;

use rocket::figment::Figment;

use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

/// Somebody who has just opened the front page.
async fn visit(site: &Site, options: Options) -> Visitor {
    let visitor = Visitor::new(options).await;
    visitor.goto(&site.url("/")).await;
    visitor
}

/// The name of the photo that is shown.
async fn name(visitor: &Visitor) -> String {
    visitor.text("#photo-h bdi").await
}

/// Presses one of the ten buttons with the mouse, waits for the result, and gives the name of the photo that was rated.
async fn rate(visitor: &Visitor, score: u8) -> String {
    let rated = name(visitor).await;
    visitor.click(&format!("button[value='{score}']")).await;
    visitor.wait_for_text("#last", &format!("You rated {rated} {score} out of 10.")).await;
    rated
}

/// Nothing went wrong unseen.
async fn untroubled(visitor: &Visitor) {
    let problems = visitor.problems();
    if !problems.is_empty() {
        visitor.fail(&format!("the browser complains: {problems:#?}")).await;
    }
}

/// Settings under which nobody can click slowly enough for long.
fn one_vote_a_second(figment: Figment) -> Figment {
    figment.merge(("rates.votes_per_rater.per_second", 1)).merge(("rates.votes_per_rater.burst", 1))
}
