//! Whatever stands in an address of a list, a feed or a link: it is answered in words, and never with everything.

use rocket::http::{RawStr, Status};

use super::page::get;
use crate::support::{World, someone};

/// Where somebody may write what they like.
const ADDRESSES: [&str; 26] = [
    "/leaderboard?by=",
    "/leaderboard?period=",
    "/leaderboard?period=week&since=",
    "/leaderboard?view=",
    "/leaderboard?after=",
    "/leaderboard?by=trending&after=",
    "/leaderboard?by=most_viral&before=",
    "/leaderboard?by=trending&period=",
    "/species/",
    "/species/cat?by=",
    "/species/cat?by=trending&after=",
    "/species?after=",
    "/species/cat/feed.atom?by=",
    "/leaderboard/feed.atom?by=",
    "/leaderboard/feed.atom?by=most_viral&period=",
    "/u/",
    "/u/house?before=",
    "/s/",
    "/oembed?url=",
    "/oembed?url=https://derp.example/submissions/1&format=",
    "/oembed?url=https://derp.example/submissions/1&maxwidth=",
    "/photos?after=",
    "/photos-of-the-day?before=",
    "/ratings?score=",
    "/ratings?before=",
    "/sitemap/",
];

fn nonsense() -> Vec<String> {
    let mut nonsense: Vec<String> = [
        "nonsense",
        "%",
        "%%%",
        "%00",
        "\0",
        "a\0b",
        "_",
        "\\",
        "*",
        "(((",
        "\"unclosed",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
    ]
    .map(str::to_owned)
    .into();
    nonsense.extend(
        [
            "\u{202e}evil\u{202c}",
            "\u{200b}\u{200d}\u{feff}",
            "-1",
            "NaN",
            "1e999",
            "９９",
            "../../etc/passwd",
            "\r\nX: y",
        ]
        .map(str::to_owned),
    );
    nonsense.extend(["9".repeat(30), "x".repeat(10_000), "word ".repeat(50), "🐸".repeat(500)]);
    nonsense
}

#[rocket::async_test]
async fn nonsense_in_an_address_is_answered_in_words_and_never_with_everything() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    for rater in 0..12 {
        world.rate(someone(rater), photo, 8).await;
    }
    world.enqueue(ratemyderp::queue::Job::RankPhotos).await;
    world.drain().await;
    let client = world.client_with(world.figment().merge(("site.url", "https://derp.example"))).await;
    for address in ["/leaderboard", "/leaderboard?by=trending", "/species/cat", "/u/house"] {
        assert!(get(&client, address).await.html.contains("Marmalade"), "{address}");
    }
    for address in ADDRESSES {
        for typed in nonsense() {
            let path = format!("{address}{}", RawStr::new(&typed).percent_encode());
            let page = get(&client, &path).await;
            let refused = page.status.class().is_client_error() || page.status == Status::NotImplemented;
            let none = page.status == Status::Ok && !page.html.contains("Marmalade");
            assert!(refused || none, "{} {}: {}", page.status, path.chars().take(120).collect::<String>(), page.html);
            assert!(!page.text().trim().is_empty(), "{path} is answered with nothing");
        }
    }
}
