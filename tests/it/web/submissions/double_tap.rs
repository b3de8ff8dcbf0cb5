//! A second tap that hits the next photo, as the server sees it.

use rocket::http::Status;

use crate::support::World;
use crate::web::page::{get, post, post_partial, rate};

#[tokio::test]
async fn the_second_tap_is_not_counted_and_the_photo_still_waits() {
    let world = World::new().await;
    for title in ["Marmalade", "Noodle", "Biscuit"] {
        world.photo(title).await;
    }
    let client = world.client_with(world.figment().merge(("rates.same_tap_ms", 3_600_000))).await;
    let page = get(&client, "/").await;
    rate(&client, &page, "7").await;
    let next = get(&client, "/").await;
    assert_ne!(next.photo(), page.photo());

    let answer = rate(&client, &next, "7").await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/")));
    let after = get(&client, "/").await;
    assert_eq!((after.photo(), world.ratings().await), (next.photo(), 1));
    let told = after.between("id=\"last\">", "</span>").unwrap();
    assert!(told.starts_with("Your second tap came so soon"), "{told}");

    let url = format!("/submissions/{}/rating", after.photo().unwrap());
    let card = post_partial(&client, &url, &format!("csrf={}&score=7", after.csrf())).await;
    assert_eq!((card.photo(), card.between("id=\"last\">", "</span>")), (next.photo(), Some(told)));
    assert_eq!(world.ratings().await, 1);

    // Another rating of the photo that was rated is no tap on another.
    let changed = rate(&client, &page, "9").await;
    assert_eq!(changed.status, Status::SeeOther);
    assert!(get(&client, "/").await.text().contains("from 7 to 9"));
    sqlx::query("UPDATE last_votes SET at = at - interval '1 hour'").execute(&world.pool).await.unwrap();
    rate(&client, &after, "7").await;
    assert_eq!(world.ratings().await, 2);
}

#[tokio::test]
async fn a_photo_that_stays_on_its_own_page_is_told_there() {
    let world = World::new().await;
    let (first, second) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let client = world.client_with(world.figment().merge(("rates.same_tap_ms", 3_600_000))).await;
    let page = get(&client, &format!("/submissions/{first}")).await;
    rate(&client, &page, "7").await;
    let url = format!("/submissions/{second}");
    let body = format!("csrf={}&stay=true&score=7", page.csrf());
    let answer = post(&client, &format!("{url}/rating"), &body).await;
    assert_eq!(answer.header("Location"), Some(url.as_str()));
    assert!(get(&client, &url).await.text().contains("Your second tap came so soon"));
    assert_eq!(world.ratings().await, 1);
}
