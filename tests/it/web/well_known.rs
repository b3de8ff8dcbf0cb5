//! Addresses that programs look for on every site.

use rocket::http::Status;

use super::page::get;
use crate::support::World;

#[rocket::async_test]
async fn password_managers_find_the_form() {
    let client = World::new().await.client().await;
    let page = get(&client, "/.well-known/change-password").await;
    assert_eq!((page.status, page.header("Location")), (Status::SeeOther, Some("/settings/password")));
}

#[rocket::async_test]
async fn whoever_finds_a_hole_is_told_whom_to_write_to_where_somebody_says_so() {
    let world = World::new().await;
    let client = world.client_with(world.figment().merge(("site.contact", "derp@example.com"))).await;
    let page = get(&client, "/.well-known/security.txt").await;
    assert_eq!(page.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert!(page.html.starts_with("Contact: mailto:derp@example.com\nExpires: 2"), "{}", page.html);
    let client = world.client_with(world.figment().merge(("site.contact", ""))).await;
    assert_eq!(get(&client, "/.well-known/security.txt").await.status, Status::NotFound);
}
