use rocket::http::Status;

use super::page::get;
use crate::support::World;

#[tokio::test]
async fn ready_means_that_a_visitor_can_vote() {
    let world = World::new().await;
    let client = world.client().await;
    assert_eq!(get(&client, "/healthz").await.status, Status::Ok);
    let empty = get(&client, "/readyz").await;
    assert_eq!((empty.status, empty.html.as_str()), (Status::ServiceUnavailable, "no photo can be rated yet\n"));
    let photo = world.photo("Marmalade").await;
    assert_eq!(get(&client, "/readyz").await.status, Status::Ok);
    world.hide(photo).await;
    assert_eq!(get(&client, "/readyz").await.status, Status::ServiceUnavailable);
}

#[tokio::test]
async fn without_a_database_the_process_lives_and_says_that_it_is_not_ready() {
    let world = World::new().await;
    let figment = world.figment().merge(("databases.main.url", "postgres://nobody@127.0.0.1:1/nothing"));
    let client = world.client_with(figment.merge(("databases.main.connect_timeout", 1))).await;
    assert_eq!(get(&client, "/healthz").await.status, Status::Ok);
    assert_eq!(get(&client, "/readyz").await.status, Status::ServiceUnavailable);
    let page = get(&client, "/").await;
    assert_eq!(page.status, Status::ServiceUnavailable);
    assert!(page.text().contains("Try again in a few seconds"), "{}", page.text());
}
