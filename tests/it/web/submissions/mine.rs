//! One's own photos, and what has changed since one last looked.

use chrono::{Days, Utc};
use rocket::http::Cookie;

use crate::support::{World, someone};
use crate::web::page::{Page, get, log_in};

#[tokio::test]
async fn what_has_changed_since_the_last_visit_is_told_and_nothing_written() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let (photo, _) = (world.photo("Marmalade").await, world.photo("Quiet").await);
    sqlx::query("UPDATE submissions SET owner = $1").bind(noodle).execute(&world.pool).await.unwrap();
    for (rater, days) in [(1, 9), (2, 1), (3, 0)] {
        world.rate(someone(rater), photo, 8).await;
        let earlier = "UPDATE ratings SET created_at = now() - $1 * interval '1 day' WHERE rater = $2";
        sqlx::query(earlier).bind(days).bind(someone(rater).0).execute(&world.pool).await.unwrap();
    }
    world.enqueue(ratemyderp::queue::Job::RankPhotos).await;
    world.drain().await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let first = get(&client, "/submissions/mine").await;
    assert!(!first.text().contains("Since your visit"), "{}", first.text());
    assert!(!get(&client, "/submissions/mine").await.text().contains("Since your visit"), "the same visit");
    let wrong = get(&client, "/submissions/mine?before=yesterday").await;
    assert!(wrong.status.code == 422 && wrong.text().contains("Begin with the newest"), "{}", wrong.text());
    let today = Utc::now().date_naive();
    let visit = |account: i64, days: u64| {
        let last = today - Days::new(days);
        Cookie::new("visited", format!("{{\"account\":{account},\"last\":\"{last}\",\"before\":null}}"))
    };
    let later = client.get("/submissions/mine").private_cookie(visit(noodle, 2)).dispatch().await;
    let text = Page::of(later).await.text();
    let day = (today - Days::new(2)).format("%-d %B");
    assert!(text.contains(&format!("Since your visit on {day}")), "{text}");
    assert!(text.contains("2 new ratings, seen about 2 times") && text.contains("nothing new."), "{text}");
    assert!(get(&client, "/submissions/mine").await.text().contains("2 new ratings"), "all day long");
    let other = client.get("/submissions/mine").private_cookie(visit(noodle + 1, 2));
    let other = Page::of(other.dispatch().await).await.text();
    assert!(!other.contains("Since your visit"), "somebody else's visit: {other}");
    let ages = client.get("/submissions/mine").private_cookie(visit(noodle, 400));
    let ages = Page::of(ages.dispatch().await).await.text();
    assert!(!ages.contains("Since your visit"), "{ages}");
}
