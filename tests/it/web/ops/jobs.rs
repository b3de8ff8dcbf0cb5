//! Lists of jobs and single jobs, as pages and as files.

use ratemyderp::accounts::Role;
use rocket::http::Status;
use rocket::local::asynchronous::Client;
use serde_json::Value;

use crate::support::World;
use crate::web::page::{get, log_in};

/// Sixty jobs that finished, and the newest one, which failed with an error that is a formula and holds a secret.
const JOBS: &str = "
    INSERT INTO fang_tasks (metadata, state, task_type, kind, attempt, max_attempts, submission, created_at)
    SELECT '{\"job\": {\"kind\": \"make_thumbnails\", \"submission\": 7}}', 'finished', 'images', 'make_thumbnails', 1, 6, 7,
        now() - interval '1 hour'
    FROM generate_series(1, 60);
    INSERT INTO fang_tasks (metadata, state, task_type, kind, attempt, retries, max_attempts, error_message)
    VALUES ('{\"job\": {\"kind\": \"send_mail\", \"mail\": 5, \"optional\": true}}', 'failed', 'mail', 'send_mail', 1, 1, 20,
        E'=cmd(), \"0123456789abcdef0123456789abcdef\"\nsecond line');
    INSERT INTO workers (host, pid, slots, version) VALUES ('bigbox', 42, 4, '9f3c1');
    INSERT INTO job_attempts (job, attempt, worker, due_at, started_at, ended_at, outcome, error)
    SELECT 61, 1, number, now() - interval '9 seconds', now() - interval '7 seconds', now() - interval '4 seconds', 'failed', 'no route'
    FROM workers;
    INSERT INTO job_lines (job, attempt, n, text) VALUES (61, 1, 1, 'connecting')";

async fn operator(world: &World) -> Client {
    sqlx::raw_sql(JOBS).execute(&world.pool).await.unwrap();
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    let olive = world.member("olive").await;
    world.grant(olive, Role::Operator).await;
    log_in(&client, "olive").await;
    // A mail tells her of the new browser.
    sqlx::raw_sql("DELETE FROM fang_tasks WHERE number > 61").execute(&world.pool).await.unwrap();
    client
}

#[rocket::async_test]
async fn a_list_says_what_it_shows_and_leads_on() {
    let world = World::new().await;
    let client = operator(&world).await;
    let first = get(&client, "/ops/jobs").await;
    assert_eq!(first.status, Status::Ok);
    assert!(first.text().contains("All jobs, newest first: 61."), "{}", first.text());
    assert!(first.html.contains("<option>make_thumbnails</option>"), "{}", first.html);
    assert!(first.text().contains("failed (1)") && first.text().contains("finished (60)"));
    assert!(first.html.contains("/ops/jobs/61\""));
    assert!(first.html.contains("before&#x3D;12\""), "{}", first.html);
    let last = get(&client, "/ops/jobs?before=12").await;
    assert!(last.html.contains("/ops/jobs/11\"") && !last.html.contains("/ops/jobs/12\""));
    let marked = get(&client, "/ops/jobs?state=failed&tick=page").await;
    assert!(marked.text().contains("Failed jobs, newest first: 1."), "{}", marked.text());
    assert!(marked.html.contains("value=\"61\" aria-label=\"Mark job 61\" checked"));
    sqlx::raw_sql(
        "UPDATE fang_tasks SET account = (SELECT id FROM accounts WHERE username = 'olive') WHERE number = 61",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let hers = get(&client, "/ops/jobs?account=olive").await;
    assert!(hers.html.contains("/ops/jobs/61\"") && !hers.html.contains("/ops/jobs/60\""), "{}", hers.html);
    assert!(hers.html.contains("value=\"olive\""), "as it was typed");
    assert!(get(&client, "/ops/jobs/61").await.html.contains("<a href=\"/u/olive\">olive</a>"));
    assert!(get(&client, "/ops/jobs?kind=rank_photos").await.text().contains("There are no such jobs."));
}

#[rocket::async_test]
async fn a_filter_that_cannot_be_is_explained_and_typed_words_stay() {
    let world = World::new().await;
    let client = operator(&world).await;
    for (query, told) in [
        ("state=lost", "There is no state “lost”."),
        ("since=yesterday", "“yesterday” is no time"),
        ("until=2026-02-31", "There is no such day"),
        ("colour=red", "There is no filter “colour”."),
        ("account=nobody", "There is no account “nobody”."),
        ("tick=all", "There is no filter “tick”."),
        ("since=-1h&until=-2h", "later than"),
        ("state=failed&state=queued", "two values"),
        ("q=%00", "none of them invisible"),
        ("before=99999999999999999999", "no place in a list"),
    ] {
        for file in ["", ".txt", ".csv", ".json"] {
            let answer = get(&client, &format!("/ops/jobs{file}?{query}")).await;
            assert_eq!(answer.status, Status::UnprocessableEntity, "{file} {query}");
            assert!(answer.text().contains(told) || answer.html.contains(told), "{file} {query}: {}", answer.html);
        }
    }
    assert!(get(&client, "/ops/jobs?since=yesterday").await.html.contains("value=\"yesterday\""));
}

#[rocket::async_test]
async fn files_hold_the_same_jobs_without_formulas_and_secrets() {
    let world = World::new().await;
    let client = operator(&world).await;
    let csv = get(&client, "/ops/jobs.csv?state=failed").await;
    assert!(csv.html.starts_with("number,kind,lane,state,"), "{}", csv.html);
    assert!(csv.html.contains(",\"'=cmd(), \"\"...\"\"\nsecond line\"\r\n"), "{}", csv.html);
    let json: Value = serde_json::from_str(&get(&client, "/ops/jobs.json").await.html).unwrap();
    assert_eq!(json["sentence"], "All jobs, newest first");
    assert_eq!((json["items"].as_array().unwrap().len(), &json["next"]), (61, &Value::Null));
    assert_eq!(json["items"][0]["error"], "=cmd(), \"...\"\nsecond line");
    let text = get(&client, "/ops/jobs.txt?state=failed").await;
    assert!(text.html.starts_with("Failed jobs, newest first:\n\nnumber  kind"), "{}", text.html);
}

#[rocket::async_test]
async fn a_job_is_told_in_words() {
    let world = World::new().await;
    let client = operator(&world).await;
    let page = get(&client, "/ops/jobs/61").await;
    assert_eq!(page.status, Status::Ok);
    for told in [
        "It failed for good",
        "after 1 failed attempts of at most 20",
        "it had waited 2.0 s",
        "version 9f3c1",
        "no route",
        "connecting",
    ] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    assert!(get(&client, "/ops/jobs/60").await.html.contains("href=\"/ops/jobs/59\""), "jobs about the same photo");
    assert!(get(&client, "/ops/jobs/61.txt").await.html.contains("no route"));
    let json: Value = serde_json::from_str(&get(&client, "/ops/jobs/61.json").await.html).unwrap();
    assert_eq!((&json["job"]["number"], &json["attempts"][0]["outcome"]), (&61.into(), &"failed".into()));
    let gone = get(&client, "/ops/jobs/404").await;
    assert_eq!(gone.status, Status::NotFound);
    assert!(gone.text().contains("There is no job 404"));
    for odd in ["x", "61.xml", "-1", "99999999999999999999"] {
        assert_eq!(get(&client, &format!("/ops/jobs/{odd}")).await.status, Status::NotFound, "{odd}");
    }
}
