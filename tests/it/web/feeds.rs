//! Feeds, as a reader of somebody else's reads them.

use feed_rs::model::{Feed, FeedType};
use ratemyderp::queue::Job;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;

use super::page::{Page, get};
use crate::support::{World, score, someone};
use ratemyderp::ratings::record::Vote;

const SITE: &str = "https://derp.example";

async fn client(world: &World) -> Client {
    world.client_with(world.figment().merge(("site.url", SITE))).await
}

/// Twelve strangers rate these photos.
async fn rated(world: &World, photos: &[i64]) {
    for number in 1..=12 {
        let rater = world.rater(someone(number)).await;
        let votes = photos.iter().zip((1..=10).cycle().skip(number as usize % 3));
        let votes: Vec<Vote> =
            votes.map(|(&submission, likes)| Vote { rater, submission, score: score(likes), network: None }).collect();
        world.record(&votes).await;
    }
    world.enqueue(Job::RankPhotos).await;
    world.drain().await;
}

fn parse(page: &Page) -> Feed {
    assert_eq!((page.status, page.header("Content-Type")), (Status::Ok, Some("application/atom+xml")));
    let feed = feed_rs::parser::parse(page.html.as_bytes()).unwrap_or_else(|wrong| panic!("{wrong}: {}", page.html));
    assert_eq!(feed.feed_type, FeedType::Atom);
    // What RFC 4287 asks of every feed and entry.
    assert!(!feed.id.is_empty() && feed.title.is_some() && feed.updated.is_some());
    assert!(feed.links.iter().any(|link| link.rel.as_deref() == Some("self") && link.href == feed.id));
    for entry in &feed.entries {
        assert!(!entry.id.is_empty() && entry.title.is_some() && entry.updated.is_some() && !entry.authors.is_empty());
        assert!(entry.links.iter().any(|link| link.rel.as_deref() == Some("alternate")));
    }
    feed
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().filter_map(|entry| entry.title.as_ref()).map(|title| title.content.as_str()).collect()
}

#[rocket::async_test]
async fn every_list_has_a_feed_of_what_is_on_show() {
    let world = World::new().await;
    let mut photos = vec![];
    for name in ["Marmalade", "Noodle <&> \u{202e}friends", "Shy", "Biscuit"] {
        photos.push(world.photo(name).await);
    }
    world.pending("Waiting").await;
    sqlx::query("UPDATE submissions SET species = 'Owl / Ünsal' WHERE id = $1")
        .bind(photos[0])
        .execute(&world.pool)
        .await
        .unwrap();
    sqlx::raw_sql(
        "INSERT INTO submission_days (submission, day, views, shares, arrivals) SELECT id, current_date - 1, 20, 3, 9 FROM submissions;
         INSERT INTO rating_changes (submission, day) SELECT id, current_date - 1 FROM submissions",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    rated(&world, &photos).await;
    world.hide(photos[2]).await;
    let client = client(&world).await;
    let newest = parse(&get(&client, "/feed.atom").await);
    assert_eq!(titles(&newest), ["Biscuit", "Noodle <&> \u{202e}friends", "Marmalade"]);
    let entry = &newest.entries[1];
    assert_eq!(entry.id, format!("{SITE}/submissions/{}", photos[1]));
    let body = entry.content.as_ref().and_then(|content| content.body.clone()).expect("words");
    assert!(body.contains(&format!("<img src=\"{SITE}/submissions/{}/photo.jpg\"", photos[1])), "{body}");
    for path in [
        "/leaderboard/feed.atom",
        "/leaderboard/feed.atom?by=least_derpy&period=week",
        "/leaderboard/feed.atom?by=divisive&period=month",
        "/leaderboard/feed.atom?by=newest",
        "/leaderboard/feed.atom?by=trending",
        "/leaderboard/feed.atom?by=most_viral",
        "/species/cat/feed.atom?by=trending",
        "/species/cat/feed.atom?by=most_viral",
        "/u/house/feed.atom",
        "/species/cat/feed.atom",
        "/species/cat/feed.atom?by=derpiest&period=day",
    ] {
        let feed = parse(&get(&client, path).await);
        assert!(feed.entries.len() >= 2, "{path}");
        assert!(!titles(&feed).contains(&"Shy") && !titles(&feed).contains(&"Waiting"), "{path}");
    }
    assert_eq!(titles(&parse(&get(&client, "/species/owl%20%2F%20%C3%BCnsal/feed.atom").await)), ["Marmalade"]);
    let words = parse(&get(&client, "/leaderboard/feed.atom").await).entries[0].content.clone().and_then(|c| c.body);
    assert!(words.expect("words").contains("Rank 1, score"));
    for (order, figure) in [("trending", "Rank 1, heat"), ("most_viral", "Rank 1, virality")] {
        let feed = parse(&get(&client, &format!("/leaderboard/feed.atom?by={order}")).await);
        let words = feed.entries[0].content.clone().and_then(|content| content.body).expect("words");
        assert!(words.contains(figure), "{words}");
    }
}

#[rocket::async_test]
async fn pages_lead_to_their_feeds() {
    let world = World::new().await;
    rated(&world, &[world.photo("Marmalade").await]).await;
    let client = client(&world).await;
    for (path, canonical) in [
        ("/leaderboard?by=divisive&period=week&view=table", "/leaderboard?by=divisive&period=week"),
        ("/leaderboard?by=newest", "/leaderboard?by=newest"),
        ("/species/cat", "/species/cat"),
        ("/u/house", "/u/house"),
    ] {
        let page = get(&client, path).await;
        let feed =
            page.between("type=\"application/atom+xml\" href=\"", "\"").unwrap_or_else(|| panic!("no feed: {path}"));
        parse(&get(&client, &feed).await);
        let said = page.between("<link rel=\"canonical\" href=\"", "\"");
        assert_eq!(said, Some(format!("{SITE}{canonical}")), "{path}");
    }
}

#[rocket::async_test]
async fn nothing_is_sent_twice() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    rated(&world, &[photo]).await;
    let client = client(&world).await;
    let asked = async |path: &str, name: &'static str, value: String| {
        client.get(path.to_owned()).header(Header::new(name, value)).dispatch().await.status()
    };
    for path in ["/feed.atom", "/leaderboard/feed.atom", "/species/cat/feed.atom", "/u/house/feed.atom"] {
        let page = get(&client, path).await;
        let (tag, date) = (page.header("ETag").unwrap().to_owned(), page.header("Last-Modified").unwrap().to_owned());
        assert_eq!(asked(path, "If-None-Match", tag.clone()).await, Status::NotModified, "{path}");
        assert_eq!(asked(path, "If-None-Match", "W/\"other\"".to_owned()).await, Status::Ok, "{path}");
        assert_eq!(asked(path, "If-Modified-Since", date).await, Status::NotModified, "{path}");
        assert_eq!(asked(path, "If-Modified-Since", "Thu, 01 Jan 2015 00:00:00 GMT".to_owned()).await, Status::Ok);
        assert_eq!(asked(path, "If-Modified-Since", "yesterday".to_owned()).await, Status::Ok);
        let other = world.photo("Noodle").await;
        rated(&world, &[other, photo]).await;
        assert_eq!(asked(path, "If-None-Match", tag).await, Status::Ok, "{path}: there is something new");
    }
}

#[rocket::async_test]
async fn an_empty_feed_is_a_feed_and_a_wrong_address_is_none() {
    let world = World::new().await;
    let client = client(&world).await;
    for path in ["/feed.atom", "/leaderboard/feed.atom?period=day", "/u/house/feed.atom"] {
        assert!(parse(&get(&client, path).await).entries.is_empty());
    }
    for (path, status) in [
        ("/species/unicorn/feed.atom", Status::NotFound),
        ("/species/%00/feed.atom", Status::NotFound),
        ("/u/nobody/feed.atom", Status::NotFound),
        ("/u/%25/feed.atom", Status::NotFound),
        ("/leaderboard/feed.atom?by=nonsense", Status::UnprocessableEntity),
        ("/leaderboard/feed.atom?period=x", Status::UnprocessableEntity),
        ("/leaderboard/feed.atom?by=trending&period=week", Status::UnprocessableEntity),
    ] {
        assert_eq!(get(&client, path).await.status, status, "{path}");
    }
    let member = world.member("noodle").await;
    sqlx::query("INSERT INTO settings (account, profile_public) VALUES ($1, false) ON CONFLICT (account) DO UPDATE SET profile_public = false")
        .bind(member)
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(get(&client, "/u/noodle/feed.atom").await.status, Status::NotFound);
}
