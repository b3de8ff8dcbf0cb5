//! Everything that is kept about a member, as a file.

use ratemyderp::accounts::audit::{self, Action};
use ratemyderp::reports::{Reason, report};
use rocket::http::Status;
use serde_json::Value;

use crate::support::{World, someone};
use crate::web::page::{Page, get, log_in, submit};

async fn file(page: &Page) -> Value {
    assert_eq!(page.status, Status::Ok);
    assert_eq!(page.header("Content-Type"), Some("application/json"));
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    serde_json::from_str(&page.html).unwrap_or_else(|error| panic!("{error}: {}", page.html))
}

#[tokio::test]
async fn a_member_takes_along_what_is_theirs() {
    let world = World::new().await;
    let (marmalade, own) = (world.photo("Marmalade").await, world.photo("My own \"derp\"").await);
    let noodle = world.member("noodle").await;
    world.member("waffle").await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(noodle)
        .bind(own)
        .execute(&world.pool)
        .await
        .unwrap();
    let client = world.client().await;
    log_in(&client, "noodle").await;
    submit(&client, "/", &format!("/submissions/{marmalade}/rating"), &[("score", "7")]).await;
    submit(&client, "/appearance", "/appearance", &[("theme", "dark"), ("time_zone", "Asia/Tokyo")]).await;
    world.rate(someone(1), own, 9).await;
    let mut tx = world.pool.begin().await.unwrap();
    let rater = sqlx::query_scalar("SELECT id FROM raters WHERE account = $1").bind(noodle).fetch_one(&mut *tx).await;
    report(&mut tx, ratemyderp::ratings::RaterId(rater.unwrap()), marmalade, Reason::Other, "It is a sofa.", 5)
        .await
        .unwrap();
    audit::record(&mut tx, None, Action::Unsuspended, noodle, "a mistake of ours").await.unwrap();
    tx.commit().await.unwrap();

    assert!(get(&client, "/settings").await.html.contains("href=\"/settings/export\""));
    let page = get(&client, "/settings/export").await;
    assert_eq!(page.header("Content-Disposition"), Some("attachment; filename=\"ratemyderp-noodle.json\""));
    let file = file(&page).await;
    let member = &file["member"];
    assert_eq!(member["account"]["username"], "noodle");
    assert_eq!(member["account"]["email"], "noodle@example.com");
    assert_eq!(
        (&member["settings"]["theme"], &member["settings"]["time_zone"]),
        (&"dark".into(), &"Asia/Tokyo".into())
    );
    assert_eq!(member["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(member["done_to_the_account"][0]["detail"], "a mistake of ours");
    assert_eq!(file["photos"].as_array().map(Vec::len), Some(1));
    assert_eq!((&file["photos"][0]["name"], &file["photos"][0]["ratings"]), (&"My own \"derp\"".into(), &1.into()));
    assert_eq!(file["ratings"].as_array().map(Vec::len), Some(1));
    assert_eq!((&file["ratings"][0]["photo"], &file["ratings"][0]["score"]), (&marmalade.into(), &7.into()));
    assert_eq!(
        (&file["reports"][0]["reason"], &file["reports"][0]["note"]),
        (&"other".into(), &"It is a sofa.".into())
    );
    assert_eq!(file["complete"], true);

    for secret in ["hash", "token", "secret", "argon2", "waffle"] {
        assert!(!page.html.to_lowercase().contains(secret), "{secret}: {}", page.html);
    }
}

#[tokio::test]
async fn however_much_it_is_it_is_all_there() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    sqlx::query(
        "INSERT INTO ratings (rater, submission, score)
         SELECT id, photo, photo % 10 + 1 FROM raters, generate_series(1, 2000) photo WHERE account = $1",
    )
    .bind(noodle)
    .execute(&world.pool)
    .await
    .unwrap();
    for number in 0..45 {
        world.pending(&format!("Derp {number}")).await;
    }
    sqlx::query("UPDATE submissions SET owner = $1").bind(noodle).execute(&world.pool).await.unwrap();
    let file = file(&get(&client, "/settings/export").await).await;
    let numbers = |list: &str| -> Vec<i64> {
        file[list].as_array().unwrap().iter().map(|row| row["photo"].as_i64().unwrap()).collect()
    };
    assert_eq!(numbers("ratings"), (1..=2000).collect::<Vec<_>>());
    let mut photos = numbers("photos");
    photos.sort_unstable();
    photos.dedup();
    assert_eq!(photos.len(), 45);
    assert_eq!((&file["reports"], &file["complete"]), (&Value::Array(vec![]), &true.into()));
}

#[tokio::test]
async fn strangers_get_nothing_and_nobody_gets_it_all_day_long() {
    let world = World::new().await;
    let twice = [("accounts.exports_per_account.per_hour", 1), ("accounts.exports_per_account.burst", 2)];
    let figment = twice.into_iter().fold(world.figment(), |figment, setting| figment.merge(setting));
    let client = world.client_with(figment).await;
    let page = get(&client, "/settings/export").await;
    assert_eq!((page.status, page.header("Location")), (Status::SeeOther, Some("/login?next=%2Fsettings%2Fexport")));
    world.member("noodle").await;
    log_in(&client, "noodle").await;
    for _ in 0..2 {
        file(&get(&client, "/settings/export").await).await;
    }
    let page = get(&client, "/settings/export").await;
    assert_eq!(page.status, Status::TooManyRequests);
    assert!(page.text().contains("Wait 60 minutes"), "{}", page.text());
}
