//! Commands of those who run the site.

use std::collections::BTreeMap;

use serde_json::Value;

use super::crowd::Crowd;
use super::installation::{Installation, Output};
use super::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_recount_says_in_words_what_was_tampered_with() {
    let installation = Installation::new().await;
    installation.photos(3).await;
    let web = installation.web().await;
    Crowd::start(2, &[web.door()]).finish().await;
    installation.check().await;
    let photo = installation.votable().await[0];
    let sum: i64 = sqlx::query_scalar("SELECT sum FROM tallies WHERE submission = $1")
        .bind(photo)
        .fetch_one(&installation.pool)
        .await
        .unwrap();
    let tampered = [
        (
            format!("UPDATE tallies SET count = count + 1, sum = sum + 10 WHERE submission = {photo}"),
            format!("Photo {photo}: its tally says 3 ratings with sum {}, a recount 2 with sum {sum}", sum + 10),
            format!("UPDATE tallies SET count = count - 1, sum = sum - 10 WHERE submission = {photo}"),
        ),
        (
            format!("UPDATE tallies SET histogram[1] = histogram[1] + 1 WHERE submission = {photo}"),
            "or their histograms differ".to_owned(),
            format!("UPDATE tallies SET histogram[1] = histogram[1] - 1 WHERE submission = {photo}"),
        ),
        (
            "UPDATE deck SET size = 1".to_owned(),
            "The deck says that it holds 1 photos, and one has place 3.".to_owned(),
            "UPDATE deck SET size = 3".to_owned(),
        ),
        (
            "INSERT INTO standings VALUES (1, 5.5, 1, 5)".to_owned(),
            "The last generation ranked 0 photos, and 1 have a standing.".to_owned(),
            "DELETE FROM standings".to_owned(),
        ),
        (
            "UPDATE fang_tasks SET state = 'in_progress' WHERE number = 1".to_owned(),
            "Job 1 (make_thumbnails) is being processed, but nobody holds it".to_owned(),
            "UPDATE fang_tasks SET state = 'finished' WHERE number = 1".to_owned(),
        ),
    ];
    for (tamper, said, restore) in tampered {
        sqlx::query(&tamper).execute(&installation.pool).await.unwrap();
        let Output { code, text, errors } = installation.run(installation.program(&["check"])).await;
        assert_eq!(code, Some(1), "{tamper}: {text}{errors}");
        assert!(text.contains(&said), "{tamper}: {text}");
        assert!(errors.contains("disagree"), "{tamper}: {errors}");
        sqlx::query(&restore).execute(&installation.pool).await.unwrap();
        installation.check().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_operators_are_told_of_the_queue_is_what_is_in_it() {
    let installation = Installation::new().await;
    installation.upload("Not a picture", b"meow".to_vec()).await;
    installation.photos(3).await;
    let mut jobs = installation.jobs();
    until("it has ranked", async || {
        installation.count("fang_tasks WHERE kind = 'rank_photos' AND state = 'finished'").await > 0
    })
    .await;
    jobs.signal("TERM");
    assert_eq!(jobs.ended().await.code(), Some(0), "{}", jobs.log());
    installation.upload("Waiting", b"meow".to_vec()).await;

    let told = installation.run(installation.jobs_program(&["status", "--json"])).await;
    let told: Value = serde_json::from_str(&told.text).unwrap();
    let count = |row: &Value| (words(row), row["count"].as_i64().unwrap());
    let told: BTreeMap<_, _> = told["counts"].as_array().unwrap().iter().map(count).filter(|(_, n)| *n > 0).collect();
    let list = installation.run(installation.jobs_program(&["list", "--json", "--limit", "1000"])).await;
    let list: Value = serde_json::from_str(&list.text).unwrap();
    let mut listed = BTreeMap::new();
    for job in list["items"].as_array().unwrap() {
        *listed.entry(words(job)).or_insert(0) += 1;
    }
    let there: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT kind, CASE state WHEN 'new' THEN 'queued' ELSE state::text END, count(*) FROM fang_tasks GROUP BY 1, 2",
    )
    .fetch_all(&installation.pool)
    .await
    .unwrap();
    let there: BTreeMap<_, _> = there.into_iter().map(|(kind, state, count)| ((kind, state), count)).collect();
    assert_eq!(told, there);
    assert_eq!(listed, there);
    assert_eq!(there[&("make_thumbnails".to_owned(), "queued".to_owned())], 1);
    assert_eq!(there[&("make_thumbnails".to_owned(), "finished".to_owned())], 4, "a refused upload is a finished job");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_handed_in_once_however_often_and_by_how_many() {
    let installation = Installation::new().await;
    let demo = || installation.ratemyderp(&["demo", "--count", "6"]);
    tokio::join!(demo(), demo());
    assert_eq!(installation.count("submissions").await, 6);
    assert_eq!(demo().await, "", "nothing is left to be done");
    assert_eq!(installation.count("submissions").await, 6);
    assert_eq!(installation.count("(SELECT DISTINCT title FROM submissions) AS titles").await, 6);
    assert_eq!(installation.count("fang_tasks WHERE kind = 'make_thumbnails'").await, 6);
}

fn words(row: &Value) -> (String, String) {
    let word = |name: &str| row[name].as_str().unwrap().to_owned();
    (word("kind"), word("state"))
}
