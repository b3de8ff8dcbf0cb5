use ratemyderp::queue::Job;
use rocket::http::Status;

use crate::support::{World, someone};
use crate::web::page::{get, post};

#[tokio::test]
async fn figures_stay_hidden_until_rated_or_asked_for() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    for rater in 0..3 {
        world.rate(someone(rater), photo, 9).await;
    }
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let client = world.client().await;
    let url = format!("/submissions/{photo}");
    let page = get(&client, &url).await;
    assert!(page.text().contains("3 ratings so far"));
    assert!(!page.text().contains("Average") && !page.text().contains("Rank"), "{}", page.text());
    assert!(page.html.contains(&format!("href=\"{url}?statistics=1\"")));
    let asked = get(&client, &format!("{url}?statistics=1")).await;
    for shown in ["Average 9.0 from 3 ratings", "Rank 1 of 1", "95 % between"] {
        assert!(asked.text().contains(shown), "{shown}: {}", asked.text());
    }
    post(&client, &format!("{url}/rating"), &format!("csrf={}&stay=true&score=5", page.csrf())).await;
    let rated = get(&client, &url).await;
    assert!(rated.text().contains("Average 8.0 from 4 ratings"), "{}", rated.text());
    assert!(rated.text().contains("You rated Marmalade 5. Change it"));
}

#[tokio::test]
async fn hidden_photos_are_gone_and_come_back_with_their_votes() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.rate(someone(1), photo, 9).await;
    let client = world.client().await;
    let url = format!("/submissions/{photo}?statistics=1");
    world.hide(photo).await;
    assert_eq!(get(&client, &url).await.status, Status::NotFound);
    world.unhide(photo).await;
    assert!(get(&client, &url).await.text().contains("from 1 rating"));
}

#[tokio::test]
async fn how_often_it_was_rated_and_shared_is_shown_day_by_day_without_scores() {
    let world = World::new().await;
    let (photo, other) = (world.photo("Marmalade <3").await, world.photo("Noodle").await);
    let client = world.client().await;
    let url = format!("/submissions/{photo}");
    assert!(!get(&client, &url).await.html.contains("over-time-h"), "nothing to show yet");
    for rater in 0..3 {
        world.rate(someone(rater), photo, 9).await;
    }
    world.rate(someone(1), other, 2).await;
    world.enqueue(Job::RankPhotos).await;
    world.drain().await;
    sqlx::query("UPDATE submission_days SET shares = 1, arrivals = 4 WHERE submission = $1")
        .bind(photo)
        .execute(&world.pool)
        .await
        .unwrap();
    let page = get(&client, &url).await;
    assert!(
        page.text().contains("1 person shared it within 30 days, and 4 people came by these links."),
        "{}",
        page.text()
    );
    assert!(page.html.contains(&format!("src=\"{url}/ratings.svg\"")), "{}", page.html);
    let csv = get(&client, &format!("{url}/ratings.csv")).await.html;
    assert!(csv.trim_end().ends_with(",3") && csv.lines().count() == 31, "{csv}");
    assert!(page.html.contains(&format!("srcset=\"{url}/ratings.svg?size&#x3D;small\"")), "{}", page.html);
    assert!(get(&client, &format!("{url}/ratings.svg?size=small")).await.html.contains("viewBox=\"0 0 420 250\""));
    assert_eq!(get(&client, &format!("{url}/ratings.svg?size=huge")).await.status, Status::UnprocessableEntity);
    let svg = get(&client, &format!("{url}/ratings.svg")).await;
    assert_eq!(svg.header("Content-Type"), Some("image/svg+xml"));
    assert!(svg.html.contains("Marmalade &lt;3"), "{}", svg.html);
    let rated = get(&client, &format!("{url}?statistics=1")).await.text();
    assert!(rated.contains("Rank 1 of 2, among the derpiest 50 %"), "{rated}");
    let last = get(&client, &format!("/submissions/{other}?statistics=1")).await.text();
    assert!(last.contains("Rank 2 of 2 (likely"), "{last}");
    world.hide(photo).await;
    for gone in ["ratings.svg", "ratings.csv"] {
        assert_eq!(get(&client, &format!("{url}/{gone}")).await.status, Status::NotFound);
    }
}

#[tokio::test]
async fn peoples_words_are_never_markup() {
    let world = World::new().await;
    let photo = world.photo("<script>alert(1)</script>\" onload=x").await;
    let client = world.client().await;
    for path in ["/".to_owned(), format!("/submissions/{photo}"), format!("/submissions/{photo}/reports/new")] {
        let page = get(&client, &path).await;
        assert_eq!(page.status, Status::Ok);
        assert!(!page.html.contains("<script>alert") && !page.html.contains("\" onload"), "{path}");
    }
}
