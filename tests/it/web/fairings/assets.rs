use std::io::Read;

use rocket::http::{Header, Status};

use crate::support::World;
use crate::web::page::get;

#[tokio::test]
async fn assets_are_compressed_and_kept_for_good() {
    let world = World::new().await;
    let client = world.client().await;
    let page = get(&client, "/about").await;
    for asset in ["app.", "htmx.min.", "icon."] {
        let url = format!("/static/{asset}{}", page.between(&format!("\"/static/{asset}"), "\"").expect("an asset"));
        let plain = client.get(url.clone()).dispatch().await;
        assert_eq!(plain.status(), Status::Ok, "{url}");
        assert_eq!(plain.headers().get_one("Cache-Control"), Some("public, max-age=31536000, immutable"));
        let etag = plain.headers().get_one("ETag").expect("an ETag").to_owned();
        let plain = plain.into_bytes().await.expect("a body");
        let zipped = client.get(url.clone()).header(Header::new("Accept-Encoding", "br, gzip")).dispatch().await;
        assert_eq!(zipped.headers().get_one("Content-Encoding"), Some("gzip"));
        let zipped = zipped.into_bytes().await.expect("a body");
        let mut unzipped = vec![];
        flate2::read::GzDecoder::new(zipped.as_slice()).read_to_end(&mut unzipped).expect("gzip");
        assert_eq!(unzipped, plain);
        let refused = client.get(url.clone()).header(Header::new("Accept-Encoding", "gzip;q=0")).dispatch().await;
        assert_eq!(refused.headers().get_one("Content-Encoding"), None);
        let known = client.get(url.clone()).header(Header::new("If-None-Match", etag)).dispatch().await;
        assert_eq!(known.status(), Status::NotModified);
        assert_eq!(known.into_bytes().await.unwrap_or_default(), b"");
    }
}

#[tokio::test]
async fn photos_are_kept_for_good() {
    let world = World::new().await;
    let key = uuid::Uuid::new_v4();
    world.storage.put_rendition(key, 640, b"a picture".to_vec()).await.unwrap();
    let client = world.client().await;
    let url = format!("/images/{}/640.jpg", key.simple());
    let photo = client.get(url.clone()).dispatch().await;
    assert_eq!(photo.content_type(), Some(rocket::http::ContentType::JPEG));
    assert_eq!(photo.headers().get_one("Cache-Control"), Some("public, max-age=31536000, immutable"));
    let etag = photo.headers().get_one("ETag").unwrap().to_owned();
    assert_eq!(photo.into_bytes().await.unwrap(), b"a picture");
    let known = client.get(url).header(Header::new("If-None-Match", format!("\"x\", {etag}"))).dispatch().await;
    assert_eq!(known.status(), Status::NotModified);
    for other in [
        format!("/images/{key}/640.jpg"),
        format!("/images/{}/0640.jpg", key.simple()),
        format!("/images/{}/320.jpg", key.simple()),
    ] {
        assert_eq!(get(&client, &other).await.status, Status::NotFound, "{other}");
    }
}

#[tokio::test]
async fn pages_are_compressed() {
    let world = World::new().await;
    let client = world.client().await;
    let page = client.get("/about").header(Header::new("Accept-Encoding", "gzip")).dispatch().await;
    assert_eq!(page.headers().get_one("Content-Encoding"), Some("gzip"));
    assert!(page.headers().get("Vary").any(|vary| vary.contains("Accept-Encoding")));
    let mut text = String::new();
    let body = page.into_bytes().await.unwrap();
    flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut text).expect("gzip");
    assert!(text.contains("</html>"));
}
