//! What is not on show is in nothing that leaves the site, whoever asks.

use ratemyderp::accounts::Role;
use ratemyderp::queue::Job;
use ratemyderp::submissions::{processing, removal, short_code};
use rocket::http::Status;

use super::page::{get, log_in};
use crate::support::{World, someone};

const LISTS: [&str; 33] = [
    "/leaderboard",
    "/leaderboard?view=table",
    "/leaderboard?period=day",
    "/leaderboard?by=least_derpy&period=month",
    "/leaderboard?by=divisive",
    "/leaderboard?by=newest",
    "/species/cat",
    "/species/cat?by=newest",
    "/photos-of-the-day",
    "/u/noodle",
    "/ratings",
    "/leaderboard?by=trending",
    "/leaderboard?by=most_viral",
    "/leaderboard/feed.atom?by=trending",
    "/leaderboard/feed.atom?by=most_viral",
    "/species/cat?by=trending",
    "/species/cat?by=most_viral",
    "/feed.atom",
    "/leaderboard/feed.atom",
    "/leaderboard/feed.atom?by=least_derpy",
    "/leaderboard/feed.atom?by=newest",
    "/species/cat/feed.atom",
    "/species/cat/feed.atom?by=derpiest",
    "/u/noodle/feed.atom",
    "/sitemap.xml",
    "/sitemap/photos-1.xml",
    "/photos",
    "/photos?after=0~99",
    "/search?q=unseen",
    "/search?q=hidden+OR+removed",
    "/search?species=cat&period=day",
    "/search?by=noodle",
    "/u/noodle/favourites",
];

#[rocket::async_test]
async fn strangers_owners_and_moderators_get_nothing_that_is_out_of_sight() {
    let world = World::new().await;
    let owner = world.member("noodle").await;
    let judge = world.member("judge").await;
    world.grant(judge, Role::Moderator).await;
    let (shown, other) = (world.photo("Seen").await, world.photo("Seen too").await);
    let (hidden, removed) = (world.photo("Unseen hidden").await, world.photo("Unseen removed").await);
    let (pending, failed) = (world.pending("Unseen pending").await, world.pending("Unseen failed").await);
    sqlx::query("UPDATE submissions SET owner = $1").bind(owner).execute(&world.pool).await.unwrap();
    for photo in [shown, hidden, removed] {
        world.rate(someone(1), photo, 9).await;
    }
    sqlx::raw_sql(
        "INSERT INTO favourites (account, submission) SELECT owner, id FROM submissions;
         UPDATE settings SET favourites_public = true",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::raw_sql(
        "INSERT INTO submission_days (submission, day, shares, arrivals, views)
         SELECT id, current_date - 1, 7, 9, 20 FROM submissions;
         INSERT INTO rating_changes (submission, day) SELECT id, current_date - 1 FROM submissions;
         INSERT INTO photos_of_the_day (day, submission, ratings, sum)
         SELECT current_date - 1 - id::int, id, 10, 90 FROM submissions",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    for job in [Job::RankPhotos, Job::WriteWords] {
        world.enqueue(job).await;
    }
    world.drain().await;
    world.hide(hidden).await;
    let mut tx = world.pool.begin().await.unwrap();
    removal::remove(&mut tx, removed).await.unwrap();
    assert!(processing::reject(&mut tx, failed, "Not a picture").await.unwrap());
    tx.commit().await.unwrap();
    for who in [None, Some("noodle"), Some("judge")] {
        let two_factor = world.figment().merge(("accounts.two_factor_required", false));
        let client = world.client_with(two_factor.merge(("site.url", "https://derp.example"))).await;
        if let Some(who) = who {
            log_in(&client, who).await;
        }
        for list in LISTS {
            let page = get(&client, list).await;
            assert_eq!(page.status, Status::Ok, "{list}");
            assert!(
                !page.html.contains("Unseen") && !page.html.contains("Deleted"),
                "{list} for {who:?}: {}",
                page.html
            );
            for photo in [hidden, removed, pending, failed] {
                assert!(!page.html.contains(&format!("/submissions/{photo}<")), "{list} for {who:?}: {}", page.html);
            }
        }
        for photo in [hidden, removed, pending, failed] {
            for path in [
                format!("/s/{}", short_code::of(photo)),
                format!("/submissions/{photo}/share"),
                format!("/submissions/{photo}/preview.jpg"),
                format!("/submissions/{photo}/photo.jpg"),
                format!("/oembed?url=https://derp.example/submissions/{photo}"),
                format!("/oembed?format=xml&url=https://derp.example/s/{}", short_code::of(photo)),
            ] {
                assert_eq!(get(&client, &path).await.status, Status::NotFound, "{path} for {who:?}");
            }
        }
        let mut lists = vec![format!("/submissions/{other}")];
        lists.extend((who == Some("noodle")).then(|| "/favourites".to_owned()));
        for list in lists {
            assert!(!get(&client, &list).await.html.contains("Unseen"), "{list} for {who:?}");
        }
        for list in ["/photos", "/search?q=seen", "/search?by=noodle", "/u/noodle/favourites"] {
            assert!(get(&client, list).await.html.contains(&format!("href=\"/submissions/{shown}\"")), "{list}");
        }
        let oembed = format!("/oembed?url=https://derp.example/submissions/{shown}");
        assert_eq!(get(&client, &oembed).await.status, Status::Ok);
    }
}
