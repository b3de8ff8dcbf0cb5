//! What other sites read of a photo, with their own parsers.

use ratemyderp::queue::Job;
use ratemyderp::submissions::{share_pictures, short_code};
use rocket::http::{Header, RawStr, Status};
use rocket::local::asynchronous::Client;
use serde_json::Value;
use webpage::HTML;

use super::page::{Page, get, post};
use crate::support::site::Site;
use crate::support::{World, someone};

const SITE: &str = "https://derp.example";

/// With an address as other sites know it.
async fn client(world: &World) -> Client {
    world.client_with(world.figment().merge(("site.url", SITE))).await
}

async fn rank(world: &World) {
    world.enqueue(Job::RankPhotos).await;
    world.drain().await;
}

async fn oembed(client: &Client, url: &str, more: &str) -> Page {
    get(client, &format!("/oembed?url={}{more}", RawStr::new(url).percent_encode())).await
}

#[rocket::async_test]
async fn another_site_reads_what_a_page_shows() {
    let world = World::new().await;
    let name = "</script><b>\"Mar&malade\"";
    let photo = world.photo(name).await;
    for rater in 0..3 {
        world.rate(someone(rater), photo, 9).await;
    }
    rank(&world).await;
    let score: f64 = sqlx::query_scalar("SELECT score FROM standings").fetch_one(&world.pool).await.unwrap();
    let client = client(&world).await;
    let page = get(&client, &format!("/submissions/{photo}")).await;
    let url = format!("{SITE}/submissions/{photo}");
    let read = HTML::from_string(page.html.clone(), Some(url.clone())).expect("HTML");
    let graph = &read.opengraph;
    assert_eq!(graph.properties.get("title").map(String::as_str), Some(&*format!("How derpy is {name}?")));
    assert_eq!(graph.properties.get("url"), Some(&url));
    assert_eq!(graph.images[0].url, format!("{url}/preview.jpg?v={:.0}", 10.0 * score));
    assert_eq!(graph.images[0].properties.get("width").map(String::as_str), Some("640"), "nothing is drawn yet");
    assert!(
        graph.properties["description"]
            .starts_with(&format!("Derp score {score:.1} out of 10, from 3 ratings. A cat that fell"))
    );
    assert_eq!(read.meta.get("twitter:card").map(String::as_str), Some("summary_large_image"));
    let [schema] = &read.schema_org[..] else { panic!("{:?}", read.schema_org) };
    assert_eq!((schema.schema_type.as_str(), &schema.value["name"]), ("ImageObject", &Value::from(name)));
    assert_eq!(schema.value["aggregateRating"]["ratingCount"], 3);
    assert!(page.html.contains(&format!("<link rel=\"canonical\" href=\"{url}\">")));
    let link = page.between("type=\"application/json+oembed\" href=\"", "\"").expect("a way to oEmbed");
    let found = get(&client, link.strip_prefix(SITE).expect("of ours")).await;
    assert_eq!(serde_json::from_str::<Value>(&found.html).unwrap()["title"], name);
}

#[rocket::async_test]
async fn oembed_describes_a_photo_in_both_formats() {
    let world = World::new().await;
    let photo = world.photo("Mar<malade").await;
    let client = client(&world).await;
    for url in [format!("{SITE}/submissions/{photo}"), format!("{SITE}/s/{}?x=1", short_code::of(photo))] {
        let page = oembed(&client, &url, "").await;
        assert_eq!((page.status, page.header("Content-Type")), (Status::Ok, Some("application/json")));
        let said: Value = serde_json::from_str(&page.html).unwrap();
        for (name, value) in
            [("type", "photo"), ("version", "1.0"), ("title", "Mar<malade"), ("author_name", "The House")]
        {
            assert_eq!(said[name], value);
        }
        assert_eq!((&said["width"], &said["height"]), (&Value::from(640), &Value::from(640)));
        let xml = oembed(&client, &url, "&format=xml").await;
        assert!(
            xml.header("Content-Type").is_some_and(|kind| kind.starts_with("text/xml")),
            "{:?}",
            xml.header("Content-Type")
        );
        assert!(xml.html.contains("<title>Mar&lt;malade</title>") && xml.html.ends_with("</oembed>\n"), "{}", xml.html);
        let small: Value =
            serde_json::from_str(&oembed(&client, &url, "&maxwidth=400&maxheight=200").await.html).unwrap();
        assert_eq!((&small["width"], &small["height"]), (&Value::from(160), &Value::from(160)));
        assert_eq!(small["url"], format!("{SITE}/submissions/{photo}/photo.jpg?size=160"));
        let tiny: Value = serde_json::from_str(&oembed(&client, &url, "&maxwidth=20").await.html).unwrap();
        assert!(tiny["width"] == 20 && tiny["thumbnail_width"] == 20);
    }
}

#[rocket::async_test]
async fn oembed_says_honestly_what_it_cannot() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let hidden = world.photo("Shy").await;
    let pending = world.pending("Waiting").await;
    world.hide(hidden).await;
    let client = client(&world).await;
    let url = format!("{SITE}/submissions/{photo}");
    for wrong in [
        format!("{SITE}/submissions/{hidden}"),
        format!("{SITE}/s/{}", short_code::of(hidden)),
        format!("{SITE}/submissions/{pending}"),
        format!("{SITE}/submissions/99"),
        format!("{SITE}/"),
        format!("https://else.example/submissions/{photo}"),
        "javascript:alert(1)".to_owned(),
        "x".repeat(5000),
    ] {
        assert_eq!(oembed(&client, &wrong, "").await.status, Status::NotFound, "{wrong}");
    }
    assert_eq!(oembed(&client, &url, "&format=yaml").await.status, Status::NotImplemented);
    assert_eq!(get(&client, "/oembed").await.status, Status::BadRequest);
    for limits in ["&maxwidth=x", "&maxheight=-1", "&maxwidth=0", "&maxwidth=99999999999"] {
        assert_eq!(oembed(&client, &url, limits).await.status, Status::BadRequest, "{limits}");
    }
}

#[rocket::async_test]
async fn a_shared_photo_gets_a_picture_with_its_score() {
    let site = Site::new().await;
    site.rank().await;
    let world = &site.world;
    let client = world.client().await;
    let photo = site.photos().await[0];
    let path = format!("/submissions/{photo}/preview.jpg");
    let bytes = async |path: &str| client.get(path.to_owned()).dispatch().await.into_bytes().await.unwrap_or_default();
    let before = bytes(&format!("/submissions/{photo}/photo.jpg")).await;
    assert_eq!(bytes(&path).await, before, "the photo until then");
    assert_eq!(world.count("fang_tasks WHERE kind = 'make_share_picture' AND state = 'new'").await, 1, "asked for");
    let page = get(&client, &format!("/submissions/{photo}")).await;
    post(&client, &format!("/submissions/{photo}/share"), &format!("csrf={}", page.csrf())).await;
    assert_eq!(world.count("fang_tasks WHERE kind = 'make_share_picture' AND state = 'new'").await, 1, "once");
    site.drain().await;
    let drawn = client.get(path.clone()).dispatch().await;
    assert_eq!(drawn.headers().get_one("Cross-Origin-Resource-Policy"), Some("cross-origin"));
    let tag = drawn.headers().get_one("ETag").expect("a tag").to_owned();
    let drawn = drawn.into_bytes().await.expect("a picture");
    let picture = image::ImageReader::new(std::io::Cursor::new(&drawn)).with_guessed_format().unwrap();
    assert_eq!(picture.format(), Some(image::ImageFormat::Jpeg));
    assert_ne!(drawn, before);
    let again = client.get(path.clone()).header(Header::new("If-None-Match", tag)).dispatch().await;
    assert_eq!(again.status(), Status::NotModified);
    let shown = get(&client, &format!("/submissions/{photo}")).await;
    assert!(shown.html.contains("og:image:width\" content=\"1200\""));

    // Another score is drawn when the picture is old enough, and not before.
    let score: f64 = sqlx::query_scalar("SELECT score FROM standings WHERE submission = $1")
        .bind(photo)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    let put = async |score: f64| {
        let query = sqlx::query("UPDATE standings SET score = $2 WHERE submission = $1").bind(photo).bind(score);
        query.execute(&world.pool).await.unwrap();
    };
    put(9.9).await;
    assert_eq!(bytes(&path).await, drawn);
    site.drain().await;
    assert_eq!(bytes(&path).await, drawn);
    sqlx::query("UPDATE share_pictures SET made_at = now() - interval '61 minutes'")
        .execute(&world.pool)
        .await
        .unwrap();
    bytes(&path).await;
    site.drain().await;
    assert_ne!(bytes(&path).await, drawn);

    // Out of sight it is gone, and its blob with the renditions.
    let key =
        share_pictures::find(&mut world.pool.acquire().await.unwrap(), photo).await.unwrap().expect("a picture").key;
    assert!(world.storage.share_picture(key).await.is_ok());
    world.hide(photo).await;
    for gone in [path.clone(), format!("/submissions/{photo}/photo.jpg")] {
        assert_eq!(get(&client, &gone).await.status, Status::NotFound);
    }
    site.drain().await;
    assert!(world.storage.share_picture(key).await.is_err());
    world.unhide(photo).await;
    site.drain().await;
    assert_eq!(bytes(&path).await, bytes(&format!("/submissions/{photo}/photo.jpg")).await);
    site.drain().await;
    assert_ne!(bytes(&path).await, bytes(&format!("/submissions/{photo}/photo.jpg")).await, "drawn again");
    put(score).await;
    world.whole().await;
}
