//! Sharing, and who comes by shared links.

use std::sync::Arc;

use ratemyderp::ratings::reach::{Reach, Reached, Step};
use ratemyderp::submissions::short_code;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;

use super::page::{Page, get, log_in, post, rate};
use crate::support::{World, someone};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Follows a shared link in a browser that says this beside the usual.
async fn follow(client: &Client, id: i64, header: Option<(&'static str, &'static str)>) -> Page {
    let mut request = client.get(format!("/s/{}", short_code::of(id)));
    if header.is_none_or(|(name, _)| name != "User-Agent") {
        request = request.header(Header::new("User-Agent", FIREFOX));
    }
    if let Some((name, value)) = header {
        request = request.header(Header::new(name, value));
    }
    Page::of(request.dispatch().await).await
}

/// Shares and arrivals of all days, as they are written.
async fn counted(world: &World, client: &Client, id: i64) -> (i64, i64) {
    let reach = client.rocket().state::<Arc<Reach>>().expect("what counts");
    reach.flush(&world.pool).await.unwrap();
    sqlx::query_as("SELECT coalesce(sum(shares), 0)::bigint, coalesce(sum(arrivals), 0)::bigint FROM submission_days WHERE submission = $1")
        .bind(id)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

#[rocket::async_test]
async fn a_short_link_leads_to_its_photo() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, &format!("/submissions/{photo}")).await;
    let link = page.between("name=\"link\" readonly dir=\"ltr\" size=\"50\" value=\"", "\"").expect("a link");
    let path = link.strip_prefix("http://").and_then(|link| link.find('/').map(|at| link[at..].to_owned())).unwrap();
    assert_eq!(path, format!("/s/{}", short_code::of(photo)));
    let to = get(&client, &path).await;
    assert_eq!((to.status, to.header("Location")), (Status::Found, Some(&*format!("/submissions/{photo}"))));
    assert_eq!(to.header("Cache-Control"), Some("no-store"));
    let head = Page::of(client.head(path).dispatch().await).await;
    assert_eq!((head.status, head.header("Location")), (Status::Found, to.header("Location")));
    for wrong in ["/s/u", "/s/zzzzzzzzzzzzzzzz", "/s/999", "/s/%00", "/s/-1"] {
        assert_eq!(get(&client, wrong).await.status, Status::NotFound, "{wrong}");
    }
    world.hide(photo).await;
    for path in [format!("/s/{}", short_code::of(photo)), format!("/submissions/{photo}/share")] {
        assert_eq!(get(&client, &path).await.status, Status::NotFound, "{path}");
    }
}

#[rocket::async_test]
async fn whoever_has_rated_counts_once_a_photo_and_day() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let other = world.photo("Noodle").await;
    let client = world.client().await;
    rate(&client, &get(&client, "/").await, "7").await;
    for _ in 0..3 {
        follow(&client, photo, None).await;
        follow(&client, other, None).await;
        assert_eq!(counted(&world, &client, photo).await, (0, 1));
    }
    assert_eq!(counted(&world, &client, other).await, (0, 1));
    let again = world.client().await;
    for cookie in client.cookies().iter() {
        again.cookies().add(cookie.clone());
    }
    follow(&again, photo, None).await;
    assert_eq!(counted(&world, &again, photo).await, (0, 1), "another process counts the same person");
}

#[rocket::async_test]
async fn robots_and_browsers_that_fetch_ahead_are_not_counted() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    rate(&client, &get(&client, "/").await, "7").await;
    for header in [
        ("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ("User-Agent", "facebookexternalhit/1.1"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Moz", "prefetch"),
    ] {
        assert_eq!(follow(&client, photo, Some(header)).await.status, Status::Found, "{header:?}");
    }
    client.head(format!("/s/{}", short_code::of(photo))).dispatch().await;
    assert_eq!(counted(&world, &client, photo).await, (0, 0));
}

#[rocket::async_test]
async fn a_stranger_counts_with_the_first_vote() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    follow(&client, photo, None).await;
    let page = get(&client, &format!("/submissions/{photo}")).await;
    let shared = post(&client, &format!("/submissions/{photo}/share"), &format!("csrf={}", page.csrf())).await;
    assert_eq!(shared.header("Location"), Some(&*format!("/submissions/{photo}/share")));
    assert_eq!(counted(&world, &client, photo).await, (0, 0), "nobody is known yet");
    let rated = rate(&client, &page, "7").await;
    assert_eq!(counted(&world, &client, photo).await, (1, 1));
    assert!(rated.cookies().any(|cookie| cookie.starts_with("reached=;")), "nothing is remembered any more");
    post(&client, &format!("/submissions/{photo}/share"), &format!("csrf={}", page.csrf())).await;
    assert_eq!(counted(&world, &client, photo).await, (1, 1));
    let other = world.client().await;
    let forged = post(&other, &format!("/submissions/{photo}/share"), "csrf=x").await;
    assert_eq!(forged.status, Status::Forbidden);
}

#[rocket::async_test]
async fn an_owner_who_tries_their_own_link_is_no_arrival() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let owner = world.member("noodle").await;
    sqlx::query("UPDATE submissions SET owner = $1").bind(owner).execute(&world.pool).await.unwrap();
    let client = world.client().await;
    log_in(&client, "noodle").await;
    follow(&client, photo, None).await;
    assert_eq!(counted(&world, &client, photo).await, (0, 0));
}

#[rocket::async_test]
async fn what_is_written_twice_counts_once_and_goes_with_its_photo() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let config = world.config();
    let day = chrono::Utc::now().date_naive();
    for _ in 0..2 {
        let reach = Reach::new(config.secret().unwrap());
        for step in [Step::Share, Step::Arrival] {
            reach.count(someone(1), Reached { step, submission: photo, day });
            reach.count(someone(2), Reached { step, submission: photo, day });
            reach.count(someone(2), Reached { step, submission: photo + 1, day });
        }
        reach.flush(&world.pool).await.unwrap();
    }
    let days: Vec<(i64, i64, i64)> = sqlx::query_as("SELECT submission, shares, arrivals FROM submission_days")
        .fetch_all(&world.pool)
        .await
        .unwrap();
    assert_eq!(days, [(photo, 2, 2)], "and nothing of a photo that there is not");
    world.rate(someone(1), photo, 7).await;
    world.enqueue(ratemyderp::queue::Job::RankPhotos).await;
    world.drain().await;
    let sums: (i64, i64, i64) =
        sqlx::query_as("SELECT ratings, shares, arrivals FROM submission_days").fetch_one(&world.pool).await.unwrap();
    assert_eq!(sums, (1, 2, 2), "beside the ratings");
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::submissions::removal::remove(&mut tx, photo).await.unwrap();
    tx.commit().await.unwrap();
    world.drain().await;
    assert_eq!(world.count("submission_days").await, 0);
}

#[rocket::async_test]
async fn looks_of_people_who_rate_are_added_up_and_make_boards() {
    let world = World::new().await;
    world.member("noodle").await;
    let (photo, other) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let stranger = world.client().await;
    let rater = world.client().await;
    rate(&rater, &get(&rater, "/").await, "7").await;
    for _ in 0..3 {
        get(&stranger, &format!("/submissions/{photo}")).await;
        get(&rater, &format!("/submissions/{photo}")).await;
    }
    world.rate(someone(99), photo, 5).await;
    for who in 0..12 {
        world.rate(someone(who), other, 6).await;
        let reach = rater.rocket().state::<Arc<Reach>>().expect("what counts");
        let day = chrono::Utc::now().date_naive();
        reach.count(someone(who), Reached { step: Step::Arrival, submission: photo, day });
    }
    assert_eq!(counted(&world, &rater, photo).await, (0, 12));
    assert_eq!(counted(&world, &stranger, photo).await, (0, 12));
    world.enqueue(ratemyderp::queue::Job::RankPhotos).await;
    world.drain().await;
    let page = get(&rater, &format!("/submissions/{photo}")).await.text();
    let seen = 3 + world.count(&format!("ratings WHERE submission = {photo}")).await;
    let viral = 1200.0 / (50.0 + seen as f64);
    assert!(page.contains(&format!("Seen about {seen} times within 30 days, virality {viral:.1}.")), "{page}");
    let board = get(&rater, "/leaderboard?by=most_viral").await;
    assert!(board.text().contains(&format!("virality {viral:.1}")), "{}", board.text());
    assert!(!board.html.contains(&format!("/submissions/{other}\"")), "nobody has passed it on");
    let board = get(&rater, "/leaderboard?by=trending&view=table").await;
    let place = |id: i64| board.html.find(&format!("/submissions/{id}\"")).expect("on the board");
    assert!(place(photo) < place(other), "{}", board.text());
    for text in ["Trending now", "Heat", "hottest first: heat is how much happens"] {
        assert!(board.text().contains(text), "{text}: {}", board.text());
    }
    let feed = get(&rater, "/leaderboard/feed.atom?by=trending").await;
    assert!(feed.html.contains("heat "), "{}", feed.html);
    // What was hot a month ago is not any more, and nothing had to be written for that.
    sqlx::raw_sql("UPDATE board_photos SET trend = trend - 15").execute(&world.pool).await.unwrap();
    assert!(get(&rater, "/leaderboard?by=trending").await.text().contains("Nobody is on the board yet"));
}
