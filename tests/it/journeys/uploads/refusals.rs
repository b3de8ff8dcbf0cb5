//! Who may not send a photo, or has to judge one, is told what to do.

use ratemyderp::accounts::Role;

use super::super::pages::look;
use super::super::{log_in, untroubled};
use crate::support::PASSWORD;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;
use crate::support::uploads::similar_photo;

#[rocket::async_test]
async fn who_has_not_confirmed_an_address_or_sent_enough_is_told_what_to_do() {
    let site = Site::with(|figment| figment.merge(("uploads.per_day_when_new", 1))).await;
    let noodle = site.world.newcomer("noodle").await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/submissions/new")).await;
    assert!(visitor.text("main").await.contains("Confirm your address first"));
    look(&visitor, "not confirmed").await;
    let terminal = terminal(&site, "noodle", "/submissions/new").await;
    terminal.wait_for("Confirm your address first").await;
    terminal.activate("Send the mail again").await;
    terminal.wait_for("noodle@example.com").await;

    sqlx::query("UPDATE accounts SET email_verified_at = now() WHERE id = $1")
        .bind(noodle)
        .execute(&site.world.pool)
        .await
        .expect("verified");
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = 1")
        .bind(noodle)
        .execute(&site.world.pool)
        .await
        .expect("a photo of theirs");
    visitor.reset();
    visitor.goto(&site.url("/submissions/new")).await;
    let page = visitor.text("main").await;
    assert!(page.contains("You have sent 1 photo in the last 24 hours") && page.contains("UTC"), "{page}");
    assert_eq!(visitor.count("main form").await, 0);
    look(&visitor, "sent enough").await;
    untroubled(&visitor).await;
    let terminal = self::terminal(&site, "noodle", "/submissions/new").await;
    terminal.wait_for("You have sent 1 photo in the last 24 hours").await;
    terminal.activate("Your photos").await;
    terminal.wait_for("The newest first").await;
}

#[rocket::async_test]
async fn a_moderator_judges_photos_that_look_like_others() {
    let site = moderated().await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/submissions/10")).await;
    assert!(visitor.text("main").await.contains("which is older. Judge the two"));
    look(&visitor, "looks like another").await;
    visitor.follow("a[href^='/ops/similar-photos']").await;
    assert!(visitor.text("main").await.contains("Take the mark off"));
    look(&visitor, "similar photos").await;
    visitor.follow("#photo-10 button").await;
    assert!(visitor.text(".said").await.contains("is no longer marked."));
    visitor.follow("#photo-11 button").await;
    assert!(visitor.text("main").await.contains("No photo looks like an older one."));
    look(&visitor, "no similar photos").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_moderator_judges_them_without_script_and_with_w3m() {
    let site = moderated().await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops/similar-photos")).await;
    visitor.follow("#photo-11 button").await;
    assert!(visitor.text(".said").await.contains("is no longer marked."));
    let terminal = terminal(&site, "noodle", "/ops/similar-photos").await;
    terminal.wait_for("The older one").await;
    terminal.activate("Take the mark off").await;
    terminal.wait_for("No photo looks like an older one.").await;
}

#[rocket::async_test]
async fn a_moderator_answers_reports_with_script_and_with_w3m() {
    let site = moderated().await;
    sqlx::query(
        "INSERT INTO reports (rater, submission, reason, note)
         SELECT gen_random_uuid(), id, 'stolen', 'That is my Noodle' FROM submissions WHERE id IN (1, 10, 11)",
    )
    .execute(&site.world.pool)
    .await
    .expect("reports");
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops")).await;
    assert!(visitor.text("main").await.contains("3 reported photos wait for a moderator."));
    look(&visitor, "running the site").await;
    visitor.follow("main p a[href='/ops/reports']").await;
    look(&visitor, "reported photos").await;
    untroubled(&visitor).await;
    // Chromium complains of a 422, and rightly so.
    visitor.follow("button[value='hidden']").await;
    assert!(visitor.text(".errors").await.contains("Choose the reason that the owner is told."));
    look(&visitor, "reported photos, with mistakes").await;
    visitor.follow("#photo-10 a[href='/ops/reports/10']").await;
    look(&visitor, "reports of one photo").await;
    visitor.follow("button[value='kept']").await;
    look(&visitor, "reports of one photo, answered").await;
    let terminal = terminal(&site, "noodle", "/ops/reports").await;
    terminal.wait_for("That is my Noodle").await;
    terminal.activate("Take back").await;
    terminal.wait_for("its reports are open again").await;
}

/// Two photos look like an older one, and noodle may judge them.
async fn moderated() -> Site {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Moderator).await;
    for quality in [90, 60, 75] {
        site.world.upload("Noodle", similar_photo(quality)).await;
        site.drain().await;
    }
    assert_eq!(site.world.count("submissions WHERE similar_to = 9").await, 2);
    site
}

/// w3m, logged in, at this page.
pub async fn terminal(site: &Site, who: &str, path: &str) -> Terminal {
    let terminal = Terminal::w3m(&site.url(&format!("/login?next={path}")));
    terminal.wait_for("Log in").await;
    terminal.fill_below("Username or email", who).await;
    terminal.fill_below("Password", PASSWORD).await;
    terminal.activate("Log in").await;
    terminal
}
