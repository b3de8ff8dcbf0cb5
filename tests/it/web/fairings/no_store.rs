//! What no cache may keep.

use rocket::http::Status;

use crate::support::World;
use crate::web::page::{get, log_in, submit};

#[rocket::async_test]
async fn pages_of_accounts_and_cards_are_in_no_cache_and_the_leaderboard_may_be() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.member("noodle").await;
    let client = world.client().await;
    for path in ["/join", "/login", "/login/code", "/password/forgot", "/settings", "/ops/audit", "/verify/x"] {
        assert_eq!(get(&client, path).await.header("Cache-Control"), Some("no-store"), "{path}");
    }
    log_in(&client, "noodle").await;
    for path in ["/settings", "/settings/email", "/settings/sessions", "/settings/export", "/logout", "/ops/audit"] {
        assert_eq!(get(&client, path).await.header("Cache-Control"), Some("no-store"), "{path}");
    }
    let wrong = submit(&client, "/settings/email", "/settings/email", &[("email", "x"), ("password", "x")]).await;
    assert_eq!((wrong.status, wrong.header("Cache-Control")), (Status::UnprocessableEntity, Some("no-store")));
    // Back must not show the card of a photo that was rated meanwhile; what all see alike may be kept and asked for again.
    assert_eq!(get(&client, "/").await.header("Cache-Control"), Some("no-store"));
    assert_eq!(get(&client, "/leaderboard").await.header("Cache-Control"), Some("private, no-cache"));
}
