//! The form for photos, and what becomes of them.

mod double_tap;
mod edit;
mod files;
mod mine;
mod new;
mod page;
mod reports;

use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;

use crate::support::World;
use crate::support::multipart::{Part, body, content_type};
use crate::web::page::{Page, get, log_in};

pub const WORDS: &[(&str, &str)] =
    &[("title", "Noodle"), ("species", "dog"), ("description", "A dog in a bath"), ("crop", "auto"), ("terms", "yes")];

pub async fn member() -> (World, Client) {
    member_with("log_level", "off").await
}

/// Somebody who is logged in, on a site with one setting of its own.
async fn member_with(setting: &str, value: impl serde::Serialize) -> (World, Client) {
    let world = World::new().await;
    let client = world.client_with(world.figment().merge((setting, value))).await;
    world.member("noodle").await;
    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
    (world, client)
}

pub async fn send(client: &Client, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
    let csrf = get(client, "/submissions/new").await.csrf();
    send_with(client, &csrf, fields, file).await
}

async fn send_with(client: &Client, csrf: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
    let mut parts = vec![Part::Field("csrf", csrf)];
    parts.extend(fields.iter().map(|(name, value)| Part::Field(name, value)));
    // Browsers send an empty file when none was chosen.
    let (name, content) = file.unwrap_or(("", b""));
    parts.push(Part::File("file", name, content));
    post_parts(client, &parts).await
}

async fn post_parts(client: &Client, parts: &[Part<'_>]) -> Page {
    let request = client.post("/submissions").header(Header::new("Content-Type", content_type()));
    Page::of(request.body(body(parts)).dispatch().await).await
}

async fn bytes(client: &Client, address: &str) -> Vec<u8> {
    let response = client.get(address.to_owned()).dispatch().await;
    assert_eq!(response.status(), Status::Ok, "{address}");
    response.into_bytes().await.expect("a body")
}

/// Uploaded files in the blob store.
async fn originals(world: &World) -> usize {
    let page = world.storage.blobs_after("originals/", 100).await.expect("blobs");
    page.blobs.iter().filter(|blob| blob.path.starts_with("originals/")).count()
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}
