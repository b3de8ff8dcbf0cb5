//! What somebody has rated before they log in.

use rocket::http::Status;

use crate::support::World;
use crate::web::page::{get, get_as, log_in, post_as, rate, submit};

const NEWCOMER: [(&str, &str); 5] = [
    ("username", "noodle"),
    ("display_name", "Noodle"),
    ("email", "noodle@example.com"),
    ("password", "seven purple llamas yodel"),
    ("next", ""),
];

#[tokio::test]
async fn joining_keeps_what_was_rated_and_logging_out_begins_afresh() {
    let world = World::new().await;
    for number in 0..4 {
        world.photo(&format!("Photo {number}")).await;
    }
    let client = world.client().await;
    let first = get(&client, "/").await;
    rate(&client, &first, "7").await;
    let second = get(&client, "/").await;
    rate(&client, &second, "9").await;
    assert_eq!(submit(&client, "/join", "/join", &NEWCOMER).await.status, Status::SeeOther);
    let owners: Vec<Option<i64>> =
        sqlx::query_scalar("SELECT p.account FROM ratings r JOIN raters p ON p.id = r.rater ORDER BY r.score")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert!(owners.len() == 2 && owners.iter().all(Option::is_some), "{owners:?}");
    let photo = format!("/submissions/{}", first.photo().unwrap());
    assert!(get(&client, &photo).await.text().contains("You rated Photo"));

    let third = get(&client, "/").await;
    assert!(third.photo().is_some() && ![first.photo(), second.photo()].contains(&third.photo()));
    rate(&client, &third, "5").await;
    submit(&client, "/logout", "/logout", &[]).await;
    assert!(!get(&client, &photo).await.text().contains("You rated Photo"), "somebody new");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_cookie_from_before_the_login_is_nobodys_once_logged_out() {
    let world = World::new().await;
    for number in 0..4 {
        world.photo(&format!("Photo {number}")).await;
    }
    world.member("noodle").await;
    let client = world.client().await;
    let rated = get(&client, "/").await;
    rate(&client, &rated, "7").await;
    let page = get(&client, "/").await;
    let yesterdays = client.cookies().get("visitor").unwrap().clone().into_owned();
    log_in(&client, "noodle").await;
    submit(&client, "/logout", "/logout", &[]).await;

    let thief = world.client().await;
    let seen = get_as(&thief, &format!("/submissions/{}", rated.photo().unwrap()), &yesterdays).await;
    assert!(!seen.text().contains("You rated"), "{}", seen.text());
    // The very form that was open before the login, and one that was opened after it.
    for page in [page, seen] {
        let rating = format!("/submissions/{}/rating", page.photo().unwrap());
        let body = format!("csrf={}&score=2", page.csrf());
        assert_eq!(post_as(&thief, &rating, &body, &yesterdays).await.status, Status::SeeOther);
    }
    let scores: Vec<(Option<i64>, i16)> = sqlx::query_as(
        "SELECT p.account, r.score FROM ratings r JOIN raters p ON p.id = r.rater ORDER BY r.score, r.submission",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    assert!(matches!(scores[..], [(None, 2), (None, 2), (Some(_), 7)]), "{scores:?}");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn in_a_second_browser_the_accounts_own_ratings_win() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.member("noodle").await;
    for score in ["7", "2"] {
        let browser = world.client().await;
        let page = get(&browser, "/").await;
        rate(&browser, &page, score).await;
        assert_eq!(log_in(&browser, "noodle").await.status, Status::SeeOther);
        let page = get(&browser, &format!("/submissions/{photo}")).await;
        assert!(page.text().contains("You rated Marmalade 7. Change it,"), "{}", page.text());
        assert!(page.text().contains("Yours is the only rating so far."));
    }
    assert_eq!(world.ratings().await, 1);
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_member_who_logs_in_as_another_takes_nothing_along() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    for name in ["noodle", "pickle"] {
        world.member(name).await;
    }
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let page = get(&client, "/").await;
    rate(&client, &page, "7").await;
    // Somebody who opened the form in another tab before logging in.
    submit(
        &client,
        "/settings/profile",
        "/login",
        &[("who", "pickle"), ("password", crate::support::PASSWORD), ("next", "")],
    )
    .await;
    assert_eq!(get(&client, "/").await.photo(), Some(photo));
    assert_eq!(world.ratings().await, 1);
}
