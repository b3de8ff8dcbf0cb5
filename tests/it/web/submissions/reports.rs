use rocket::http::{ContentType, Status};

use crate::support::World;
use crate::web::page::{get, post};

#[tokio::test]
async fn a_reported_photo_is_passed_over() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.photo("Noodle").await;
    let client = world.client().await;
    let current = get(&client, "/").await.photo().unwrap();
    let form = get(&client, &format!("/submissions/{current}/reports/new")).await;
    assert_eq!(form.status, Status::Ok);
    let body = format!("csrf={}&reason=stolen&note=It+is+m%C3%AFne%21", form.csrf());
    let thanks = post(&client, &format!("/submissions/{current}/reports"), &body).await;
    assert_eq!(thanks.status, Status::Ok);
    assert!(thanks.text().contains("Thank you"));
    assert_ne!(get(&client, "/").await.photo(), Some(current));
    post(&client, &format!("/submissions/{current}/reports"), &body).await;
    let notes: Vec<String> = sqlx::query_scalar("SELECT note FROM reports").fetch_all(&world.pool).await.unwrap();
    assert_eq!(notes, ["It is mïne!"], "the same report again is one report");
}

#[tokio::test]
async fn a_report_with_mistakes_keeps_what_was_typed() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let url = format!("/submissions/{photo}/reports");
    let csrf = get(&client, &format!("{url}/new")).await.csrf();
    for (body, problem) in [
        ("note=Typed", "Choose what is wrong with the photo."),
        ("reason=nonsense&note=Typed", "Choose what is wrong with the photo."),
        ("reason=other&note=", "Say in a few words what is wrong."),
    ] {
        let page = post(&client, &url, &format!("csrf={csrf}&{body}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{body}");
        assert!(page.html.contains(&format!(">{problem}</a>")), "{}", page.html);
        assert!(page.between("<title>", "</title>").unwrap().starts_with("Error: "));
        assert_eq!(page.html.contains("Typed</textarea>"), body.contains("Typed"));
    }
    let long = post(&client, &url, &format!("csrf={csrf}&reason=other&note={}", "x".repeat(10_000))).await;
    assert_eq!(long.status, Status::UnprocessableEntity);
    assert!(long.text().contains("Shorten the note to 1000 characters; it has 10000."));
    let reports: i64 = sqlx::query_scalar("SELECT count(*) FROM reports").fetch_one(&world.pool).await.unwrap();
    assert_eq!(reports, 0);
}

#[tokio::test]
async fn five_photos_an_hour_may_be_reported() {
    let world = World::new().await;
    let client = world.client().await;
    for number in 0..6 {
        let photo = world.photo(&format!("Photo {number}")).await;
        let csrf = get(&client, &format!("/submissions/{photo}/reports/new")).await.csrf();
        let answer =
            post(&client, &format!("/submissions/{photo}/reports"), &format!("csrf={csrf}&reason=cruelty")).await;
        let expected = if number < 5 { Status::Ok } else { Status::TooManyRequests };
        assert_eq!(answer.status, expected, "report {}", number + 1);
    }
}

#[tokio::test]
async fn reports_from_one_place_are_braked_however_many_browsers_it_has() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let figment = world.figment().merge(("rates.reports_per_network.burst", 2));
    let mut answers = Vec::new();
    for _ in 0..3 {
        let client = world.client_with(figment.clone()).await;
        let csrf = get(&client, &format!("/submissions/{photo}/reports/new")).await.csrf();
        let body = format!("csrf={csrf}&reason=stolen&note=");
        let request = client.post(format!("/submissions/{photo}/reports")).remote("192.0.2.7:1".parse().unwrap());
        answers.push(request.header(ContentType::Form).body(body).dispatch().await.status().code);
    }
    assert_eq!(answers, [200, 200, 429]);
    assert_eq!(world.count("reports").await, 2);
}
