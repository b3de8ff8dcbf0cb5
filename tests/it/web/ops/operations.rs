//! What operators do to jobs, as pages.

use ratemyderp::accounts::Role;
use ratemyderp::operations::run;
use ratemyderp::queue::{self, Job};
use rocket::http::{RawStr, Status};
use rocket::local::asynchronous::Client;
use serde_json::Value;

use crate::support::World;
use crate::web::page::{Page, get, log_in, post};

const PAGE: &str = "/ops/operations";

/// An operator who is logged in.
async fn operator(world: &World, name: &str) -> Client {
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    let account = world.member(name).await;
    world.grant(account, Role::Operator).await;
    log_in(&client, name).await;
    client
}

/// Jobs that have failed for good.
async fn failed(world: &World, count: i64) -> Vec<i64> {
    let mut tx = world.pool.begin().await.unwrap();
    let mut numbers = vec![];
    for submission in 1..=count {
        numbers.push(queue::enqueue(&mut tx, Job::DeleteVotes { submission }).await.unwrap().number);
    }
    sqlx::query(
        "UPDATE fang_tasks SET state = 'failed', attempt = 3, error_message = 'no <b>luck</b>' WHERE kind = 'delete_votes'",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    numbers
}

#[rocket::async_test]
async fn marked_jobs_are_shown_before_anything_is_done_and_then_done_once() {
    let world = World::new().await;
    let jobs = failed(&world, 30).await;
    let client = operator(&world, "olive").await;
    let numbers: Vec<String> = jobs.iter().map(i64::to_string).collect();
    let answer = form(&client, &[("verb", "retry"), ("numbers", &numbers.join(","))]).await;
    assert_eq!(answer.status, Status::SeeOther, "{}", answer.text());
    let path = answer.header("Location").unwrap().to_owned();
    let page = get(&client, &path).await;
    for words in ["30 jobs", "delete_votes", "what is left of the votes goes", "one job, then ten", "Throw away"] {
        assert!(page.html.contains(words), "{words}: {}", page.text());
    }
    assert!(page.html.contains("no &lt;b&gt;luck"), "errors are text");
    assert_eq!(world.count("fang_tasks WHERE state = 'failed'").await, 30, "nothing was done yet");
    // The same form once more finds it.
    let again = form(&client, &[("verb", "retry"), ("numbers", &numbers.join(","))]).await;
    assert_eq!(again.header("Location"), Some(path.as_str()));

    let started = form_at(&client, &format!("{path}/start"), &[("canary", "yes")]).await;
    assert_eq!(started.status, Status::SeeOther, "{}", started.text());
    let other = operator(&world, "bert").await;
    let late = form_at(&other, &format!("{path}/start"), &[("canary", "no")]).await;
    assert_eq!(late.status, Status::Conflict);
    assert!(late.text().contains("was started already"), "{}", late.text());
    for (act, words) in [("hold", "is held"), ("continue", "tries a few jobs first"), ("stop", "was stopped")] {
        assert_eq!(form_at(&client, &format!("{path}/{act}"), &[]).await.status, Status::SeeOther, "{act}");
        let page = get(&client, &path).await;
        assert!(page.html.contains(words), "{act}: {}", page.text());
    }
    let json: Value = serde_json::from_str(&get(&client, &format!("{path}.json")).await.html).unwrap();
    let operation = &json["operation"];
    assert_eq!((operation["counted"].as_i64(), operation["skipped"].as_i64()), (Some(30), Some(30)), "{json}");
    assert!(get(&client, PAGE).await.html.contains("was stopped"));
    assert_eq!(world.count("audit_log WHERE action LIKE 'operation %'").await, 4);
}

#[rocket::async_test]
async fn a_single_job_is_done_at_once_and_the_second_operator_hears_of_the_first() {
    let world = World::new().await;
    let job = failed(&world, 1).await[0].to_string();
    let fields = |verb: &'static str, reason: &'static str| {
        vec![("verb", verb), ("numbers", job.as_str()), ("attempt", "3"), ("state", "failed"), ("reason", reason)]
    };
    let client = operator(&world, "olive").await;
    let page = form(&client, &fields("discard", " ")).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.text().contains("Say why"), "{}", page.text());
    assert_eq!(form(&client, &fields("retry", "")).await.status, Status::SeeOther);
    assert_eq!(world.count("fang_tasks WHERE kind = 'delete_votes' AND state = 'retried'").await, 1);
    assert_eq!(form(&client, &fields("retry", "")).await.status, Status::SeeOther, "a doubled click");
    let other = operator(&world, "bert").await;
    let late = form(&other, &fields("retry", "")).await;
    assert_eq!(late.status, Status::Conflict);
    assert!(late.text().contains("of olive was the last to touch it"), "{}", late.text());
    assert_eq!(world.count("operations").await, 1);
}

#[rocket::async_test]
async fn all_that_a_filter_matches_is_counted_at_once_or_by_a_job_and_the_number_is_exact() {
    let world = World::new().await;
    failed(&world, 30).await;
    let client = operator(&world, "olive").await;
    let answer = form(&client, &[("verb", "retry"), ("kind", "delete_votes"), ("reason", "")]).await;
    assert_eq!(answer.status, Status::SeeOther, "{}", answer.text());
    let page = get(&client, answer.header("Location").unwrap()).await;
    assert!(page.text().contains("Failed delete_votes jobs: it waits to be started"), "{}", page.text());
    assert!(page.text().contains("30 jobs."), "{}", page.text());
    failed(&world, 3_000).await;
    let answer = form(&client, &[("verb", "discard"), ("state", "failed"), ("reason", "old")]).await;
    let path = answer.header("Location").unwrap().to_owned();
    let page = get(&client, &path).await;
    assert!(page.text().contains("it counts its jobs"), "{}", page.text());
    let number = path.rsplit('/').next().unwrap().parse().unwrap();
    while run::advance(&world.pool, number).await.unwrap() == run::Next::More {}
    let all = world.count("fang_tasks WHERE state = 'failed'").await;
    let page = get(&client, &path).await;
    assert!(page.text().contains(&format!("{},{:03} jobs.", all / 1000, all % 1000)), "{all}: {}", page.text());
}

#[rocket::async_test]
async fn what_cannot_be_meant_is_refused_with_a_sentence() {
    let world = World::new().await;
    let client = operator(&world, "olive").await;
    for (fields, words) in [
        (vec![("verb", "explode"), ("numbers", "1")], "There is nothing called"),
        (vec![("verb", "retry")], "Mark at least one job"),
        (vec![("verb", "retry"), ("numbers", "1;2")], "is not a job’s number"),
        (vec![("verb", "retry"), ("numbers", "1"), ("value", "7")], "takes no value"),
        (vec![("verb", "set_priority"), ("numbers", "1"), ("value", "high")], "Type a priority"),
        (vec![("verb", "retry"), ("numbers", "1"), ("attempt", "x"), ("state", "failed")], "what the job was"),
        (vec![("verb", "retry"), ("state", "lost")], "There is no state"),
        (vec![("verb", "retry"), ("color", "red")], "There is no filter"),
        (vec![("verb", "retry"), ("numbers", "1"), ("kind", "send_mail")], "not both"),
        (vec![("verb", "run_now"), ("kind", "send_mail")], "choose the state queued or retrying"),
        (vec![("verb", "retry"), ("kind", "send_mail"), ("state", "queued"), ("error", "7")], "Only failed jobs"),
    ] {
        let page = form(&client, &fields).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{fields:?}");
        assert!(page.text().contains(words), "{fields:?}: {}", page.text());
    }
    let many: Vec<String> = (1..=1_001).map(|number: i32| number.to_string()).collect();
    let page = form(&client, &[("verb", "retry"), ("numbers", &many.join(" "))]).await;
    assert!(page.text().contains("Mark at most 1000 jobs"), "{}", page.text());
    let gone = form(&client, &[("verb", "retry"), ("numbers", "404")]).await;
    assert_eq!(gone.status, Status::Conflict);
    assert!(gone.text().contains("Job 404 is not there any more"), "{}", gone.text());
    for (path, status) in [
        ("/ops/operations/404", Status::NotFound),
        ("/ops/operations/x", Status::NotFound),
        ("/ops/operations?before=x", Status::UnprocessableEntity),
    ] {
        assert_eq!(get(&client, path).await.status, status, "{path}");
    }
}

async fn form(client: &Client, fields: &[(&str, &str)]) -> Page {
    form_at(client, PAGE, fields).await
}

async fn form_at(client: &Client, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = get(client, "/appearance").await.csrf();
    let encode = |text: &str| RawStr::new(text).percent_encode().to_string();
    let fields: String = fields.iter().map(|(name, value)| format!("&{name}={}", encode(value))).collect();
    post(client, path, &format!("csrf={csrf}{fields}")).await
}
