//! Members as others see them.

use super::look::look;
use crate::journeys::{log_in, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn profiles_with_photos_and_without() {
    let site = Site::new().await;
    site.rank().await;
    site.add(14).await;
    let account = site.world.member("noodle").await;
    sqlx::query("UPDATE accounts SET about = E'I draw derps.\n\nMostly cats.' WHERE id = $1")
        .bind(account)
        .execute(&site.world.pool)
        .await
        .expect("said");
    let visitor = Visitor::new(Options::default()).await;
    visitor.goto(&site.url(&format!("/submissions/{}", site.photos().await[0]))).await;
    visitor.follow(".by a").await;
    assert_eq!(visitor.text("h1").await, "The House");
    assert!(visitor.count(".badges li").await >= 2, "{}", visitor.text("main").await);
    assert!(visitor.text("main").await.contains("Beside everybody"));
    look(&visitor, "photos").await;
    visitor.follow("a[rel='next']").await;
    assert_eq!(visitor.evaluate::<String>("document.title").await, "The House, older photos - RateMyDerp");
    look(&visitor, "older photos").await;
    visitor.goto(&site.url("/u/noodle")).await;
    look(&visitor, "no photos").await;

    log_in(&visitor, &site, "noodle").await;
    for _ in 0..5 {
        crate::journeys::rate(&visitor, 10).await;
    }
    visitor.goto(&site.url("/u/noodle")).await;
    assert!(visitor.text("main").await.contains("has rated 5 photos"));
    look(&visitor, "own").await;
    visitor.follow(".note a").await;
    visitor.click("[name='public']").await;
    visitor.follow("main button.action").await;
    visitor.goto(&site.url("/u/noodle")).await;
    assert!(visitor.text(".note").await.contains("Only you can see this profile"));
    look(&visitor, "own and hidden").await;
    untroubled(&visitor).await;

    let photo = site.photos().await[0];
    let own = "UPDATE submissions SET owner = $1 WHERE id = $2";
    sqlx::query(own).bind(account).bind(photo).execute(&site.world.pool).await.expect("given");
    visitor.goto(&site.url("/settings/profile")).await;
    look(&visitor, "picture").await;
    visitor.click(&format!("[name='avatar'][value='{photo}']")).await;
    visitor.follow("main button.action").await;
    visitor.goto(&site.url("/u/noodle")).await;
    let face: String = visitor.evaluate("new URL(document.querySelector('.face').src).pathname").await;
    assert!(face.starts_with("/images/"), "{face}");
    look(&visitor, "picture chosen").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_profile_in_w3m() {
    let site = Site::new().await;
    site.rank().await;
    let terminal = Terminal::w3m(&site.url("/u/house"));
    terminal.wait_for("The House").await;
    terminal.wait_for("Photos by The House, the newest first").await;
    terminal.wait_for("a member since").await;
}
