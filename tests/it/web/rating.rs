use rocket::http::Status;

use crate::support::{World, someone};
use crate::web::page::{get, post, post_partial, rate};

#[tokio::test]
async fn anything_but_one_to_ten_is_refused_and_counts_nothing() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    let url = format!("/submissions/{photo}/rating");
    for wrong in [
        "&score=0",
        "&score=11",
        "&score=7.0",
        "&score=%EF%BC%97",
        "&score=",
        "",
        "&score=-1",
        "&score=99999999999999999999",
        "&score=7%20",
        "&score=%00",
    ] {
        let body = format!("csrf={}{wrong}", page.csrf());
        let answer = post(&client, &url, &body).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{wrong}");
        assert!(answer.text().contains("from 1 to 10"), "{}", answer.text());
        assert!(answer.between("<title>", "</title>").unwrap().starts_with("Error: "));
        let fragment = post_partial(&client, &url, &body).await;
        assert_eq!(fragment.status, Status::UnprocessableEntity, "{wrong}");
        assert!(!fragment.html.contains("<title"), "a fragment leaves the page's title");
    }
    assert_eq!(world.ratings().await, 0);
    assert_eq!(get(&client, "/").await.photo(), Some(photo));
}

#[tokio::test]
async fn photos_that_are_not_there_cannot_be_rated() {
    let world = World::new().await;
    let (photo, hidden) = (world.photo("Marmalade").await, world.photo("Hidden").await);
    let pending = world.pending("Pending").await;
    world.hide(hidden).await;
    let client = world.client().await;
    let page = get(&client, &format!("/submissions/{photo}")).await;
    for id in [
        "999999".to_owned(),
        hidden.to_string(),
        pending.to_string(),
        "abc".into(),
        "-1".into(),
        "99999999999999999999".into(),
    ] {
        let answer =
            post(&client, &format!("/submissions/{id}/rating"), &format!("csrf={}&score=7", page.csrf())).await;
        assert_eq!(answer.status, Status::NotFound, "{id}");
    }
    assert_eq!(world.ratings().await, 0);
}

#[tokio::test]
async fn ones_own_photo_cannot_be_rated() {
    let world = World::new().await;
    let (photo, other) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let client = world.client().await;
    let page = get(&client, &format!("/submissions/{other}")).await;
    rate(&client, &page, "7").await;
    // What logging in as the owner will do.
    sqlx::query("UPDATE raters SET account = $1").bind(world.house).execute(&world.pool).await.unwrap();
    let answer = post(&client, &format!("/submissions/{photo}/rating"), &format!("csrf={}&score=7", page.csrf())).await;
    assert_eq!(answer.status, Status::Forbidden);
    assert!(answer.text().contains("This is your own photo"));
    assert!(get(&client, &format!("/submissions/{photo}")).await.text().contains("so you cannot rate it"));
    assert_eq!(world.ratings().await, 1);
}

#[tokio::test]
async fn a_changed_rating_is_said_and_counted_once() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.rate(someone(5), photo, 10).await;
    let client = world.client().await;
    let url = format!("/submissions/{photo}");
    let page = get(&client, &url).await;
    let body = |score: u8| format!("csrf={}&stay=true&score={score}", page.csrf());
    let answer = post(&client, &format!("{url}/rating"), &body(7)).await;
    assert_eq!(answer.header("Location"), Some(url.as_str()));
    assert!(get(&client, &url).await.text().contains("You rated Marmalade 7 out of 10."));
    post(&client, &format!("{url}/rating"), &body(9)).await;
    let page = get(&client, &url).await;
    assert!(page.text().contains("You changed your rating of Marmalade from 7 to 9."), "{}", page.text());
    assert!(page.text().contains("from 2 ratings"));
    let again = post_partial(&client, &format!("{url}/rating"), &body(9)).await;
    assert!(again.text().contains("You rated Marmalade 9 out of 10."), "the same again is no change");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_doubled_post_records_one_vote() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    let (url, body) = (format!("/submissions/{photo}/rating"), format!("csrf={}&score=7", page.csrf()));
    let both = rocket::tokio::join!(post(&client, &url, &body), post(&client, &url, &body));
    assert_eq!((both.0.status, both.1.status), (Status::SeeOther, Status::SeeOther));
    assert_eq!(world.ratings().await, 1);
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn rating_very_fast_is_slowed_down_without_losing_the_photo() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let figment = world.figment().merge(("rates.votes_per_rater.burst", 1));
    let client = world.client_with(figment.merge(("rates.votes_per_rater.per_second", 1))).await;
    let page = get(&client, "/").await;
    let (url, body) = (format!("/submissions/{photo}/rating"), format!("csrf={}&score=7", page.csrf()));
    let votes = (0..20).map(|_| post(&client, &url, &body));
    let answers = rocket::futures::future::join_all(votes).await;
    let slowed = answers.iter().find(|answer| answer.status == Status::TooManyRequests).expect("one is slowed down");
    assert!(slowed.header("Retry-After").is_some());
    assert!(slowed.text().contains("You are rating very fast. Wait 10 seconds, then try again."));
    assert!(answers.iter().any(|answer| answer.status == Status::SeeOther), "the first counts");
    assert_eq!(world.ratings().await, 1);
    assert_eq!(get(&client, &format!("/submissions/{photo}")).await.status, Status::Ok);
}
