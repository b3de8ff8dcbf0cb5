//! Every page tells the time of the member's zone, and says which that is.

use ratemyderp::accounts::Role;

use crate::support::{World, someone};
use crate::web::page::{get, log_in};

/// A quarter of an hour off everybody else, so that nothing is right by chance.
const ZONE: &str = "Asia/Kathmandu";

#[tokio::test]
async fn every_page_tells_the_time_where_its_member_is() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, Role::Operator).await;
    let photo = world.photo("Marmalade").await;
    let (client, other) = (world.client().await, world.client().await);
    for browser in [&client, &other] {
        log_in(browser, "noodle").await;
    }
    world.guard(noodle).await;
    world.rate(someone(1), photo, 7).await;
    world.enqueue(ratemyderp::queue::Job::RankPhotos).await;
    world.drain().await;
    let zone = sqlx::query("UPDATE settings SET time_zone = $1").bind(ZONE);
    zone.execute(&world.pool).await.unwrap();
    // Late in the evening of UTC it is tomorrow there already.
    for change in [
        "accounts SET created_at = then, deletion_due_at = then",
        "two_factor SET confirmed_at = then",
        "submissions SET created_at = then, owner = (SELECT account FROM two_factor)",
        "sessions SET created_at = then, seen_at = then",
        "audit_log SET at = then",
    ] {
        let change = change.replace("then", "'2026-03-01 20:00Z'");
        sqlx::query(&format!("UPDATE {change}")).execute(&world.pool).await.unwrap();
    }
    for (path, said) in [
        ("/settings/sessions", "2 March 2026, 01:45 UTC+05:45"),
        ("/settings/two-factor", "since 2 March 2026"),
        ("/settings/delete", "deleted on 2 March 2026"),
        ("/u/noodle", "a member since 2 March 2026"),
        ("/submissions/mine", "2 March 2026"),
        ("/ops/audit", "2 March 2026, 01:45 UTC+05:45"),
        ("/leaderboard", "UTC+05:45"),
        (&format!("/submissions/{photo}?statistics=1"), "UTC+05:45"),
        ("/appearance", "UTC+05:45"),
    ] {
        let page = get(&client, path).await;
        let text = page.text();
        assert!(text.contains(said), "{path}: {text}");
        let elsewhere = page.html.replace("UTC+05:45", "").replace("<option>UTC", "");
        assert!(!elsewhere.contains("UTC"), "{path}: {text}");
    }
    sqlx::query("UPDATE submissions SET created_at = now()").execute(&world.pool).await.unwrap();
    let full = "INSERT INTO submissions (owner, title, species, alt_text, original_key)
                SELECT $1, 'Again', 'cat', '', gen_random_uuid() FROM generate_series(1, 50)";
    sqlx::query(full).bind(noodle).execute(&world.pool).await.unwrap();
    let text = get(&client, "/submissions/new").await.text();
    assert!(text.contains("The next one can come after") && text.contains("UTC+05:45"), "{text}");
}
