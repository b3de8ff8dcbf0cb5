//! Described mode.

use super::look::look;
use crate::journeys::{log_in, name, rate, untroubled, visit};
use crate::support::browser::Options;
use crate::support::site::Site;

#[rocket::async_test]
async fn words_first_until_there_are_none_left() {
    let site = Site::new().await;
    let photos = site.photos().await;
    for photo in &photos[2..] {
        site.world.describe(*photo, "").await;
    }
    let account = site.world.member("noodle").await;
    sqlx::query("UPDATE settings SET described_only = true WHERE account = $1")
        .bind(account)
        .execute(&site.world.pool)
        .await
        .expect("chosen");
    let visitor = visit(&site, Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    let first = name(&visitor).await;
    assert!(!visitor.text(".words").await.is_empty());
    look(&visitor, "words first").await;
    visitor.follow(".extras a").await;
    assert!(!visitor.text(".words").await.is_empty());
    look(&visitor, "words first on its own page").await;
    visitor.goto(&site.url("/")).await;
    assert_eq!(rate(&visitor, 7).await, first);
    rate(&visitor, 7).await;
    assert_eq!(visitor.text("#photo-h").await, "No described photos left");
    assert_eq!(visitor.evaluate::<String>("document.title").await, "No described photos left - RateMyDerp");
    look(&visitor, "no described photos left").await;
    untroubled(&visitor).await;
}
