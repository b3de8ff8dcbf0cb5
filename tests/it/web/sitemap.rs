//! What robots read.

use ratemyderp::queue::Job;
use ratemyderp::submissions::{on_show, share_pictures};
use rocket::http::{Header, Status};
use sqlx::Connection;

use super::page::get;
use crate::support::{World, rows};

const SITE: &str = "https://derp.example";

#[rocket::async_test]
async fn the_map_leads_to_all_that_is_on_show_and_nothing_else() {
    let world = World::new().await;
    let shown = world.photo("Marmalade").await;
    let hidden = world.photo("Shy").await;
    let pending = world.pending("Waiting").await;
    world.hide(hidden).await;
    world.enqueue(Job::RankPhotos).await;
    world.drain().await;
    let client = world.client_with(world.figment().merge(("site.url", SITE))).await;
    let robots = get(&client, "/robots.txt").await;
    assert!(
        robots.html.contains(&format!("Sitemap: {SITE}/sitemap.xml")) && robots.html.starts_with("User-agent: *\n")
    );
    let index = get(&client, "/sitemap.xml").await;
    let maps: Vec<&str> =
        index.html.split("<loc>").skip(1).filter_map(|rest| rest.split_once("</loc>")).map(|(url, _)| url).collect();
    assert_eq!(maps, [format!("{SITE}/sitemap/pages.xml"), format!("{SITE}/sitemap/photos-1.xml")]);
    let photos = get(&client, "/sitemap/photos-1.xml").await;
    assert!(
        photos.header("Content-Type").is_some_and(|kind| kind.contains("xml")),
        "{:?}",
        photos.header("Content-Type")
    );
    for part in [
        format!("<url><loc>{SITE}/submissions/{shown}</loc><lastmod>2"),
        format!("<image:loc>{SITE}/submissions/{shown}/photo.jpg</image:loc>"),
    ] {
        assert!(photos.html.contains(&part), "{}", photos.html);
    }
    for gone in [hidden, pending] {
        assert!(!photos.html.contains(&format!("/submissions/{gone}<")), "{}", photos.html);
    }
    let pages = get(&client, "/sitemap/pages.xml").await;
    for path in ["/leaderboard", "/species/cat"] {
        assert!(pages.html.contains(&format!("<loc>{SITE}{path}</loc>")), "{}", pages.html);
    }
    let tag = photos.header("ETag").unwrap().to_owned();
    let again = client.get("/sitemap/photos-1.xml").header(Header::new("If-None-Match", tag)).dispatch().await;
    assert_eq!(again.status(), Status::NotModified);
    for wrong in
        ["photos-0.xml", "photos-2.xml", "photos-01.xml", "photos--1.xml", "photos-9223372036854775807.xml", "x", "%00"]
    {
        assert_eq!(get(&client, &format!("/sitemap/{wrong}")).await.status, Status::NotFound, "{wrong}");
    }
}

#[tokio::test]
async fn a_page_of_the_map_and_a_picture_read_no_more_when_there_are_more_photos() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal)
         SELECT $1, 'Photo', 'cat', '', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n
         FROM generate_series(1, 30000) n",
    )
    .bind(world.house)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::raw_sql(
        "INSERT INTO standings (submission, score, count, sum) SELECT id, 5, 12, 60 FROM submissions;
         INSERT INTO share_pictures (submission, rendition_key, tenths) SELECT id, rendition_key, 50 FROM submissions",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let mut conn = sqlx::PgConnection::connect(world.url()).await.unwrap();
            sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
            let mut tx = conn.begin().await.unwrap();
            let before = rows::read(&mut tx).await;
            assert_eq!(on_show::between(&mut tx, 10_000, 10_500).await.unwrap().len(), 500);
            let map = rows::read(&mut tx).await - before;
            assert!(map <= 1010, "{map} rows for 500 photos, {mode}, statistics {statistics}");
            assert!(share_pictures::find(&mut tx, 15_000).await.unwrap().is_some_and(|picture| picture.made.is_some()));
            let picture = rows::read(&mut tx).await - before - map;
            assert!(picture <= 10, "{picture} rows for a picture, {mode}, statistics {statistics}");
        }
        sqlx::raw_sql("ANALYZE").execute(&world.pool).await.unwrap();
    }
}
