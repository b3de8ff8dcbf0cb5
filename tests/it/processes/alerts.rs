//! Alerts when every jobs process is dead.

use std::process::Command;
use std::time::{Duration, Instant};

use super::installation::Installation;
use super::until;
use crate::mail::Received;
use crate::support::smtp::SmtpServer;

/// A tenth of the usual intervals: a round each 3 s, a lease of 3 s.
const TENTH: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_nobody_works_on_is_told_of_although_mail_is_a_job() {
    let (installation, server) = (Installation::new().await, SmtpServer::start());
    let mail = format!("{{transport=\"smtp\",url={:?}}}", server.url(""));
    let told = |command: &mut Command| {
        command.env("ROCKET_MAIL", &mail);
        command.env("ROCKET_ALERTS", "{every_seconds=3,mail_to=\"ops@example.com\"}");
    };
    let mut serve = installation.program(&["serve"]);
    let mut work = installation.jobs_program(&["work"]);
    told(&mut serve);
    told(&mut work);
    work.env("ROCKET_JOBS", "{workers=2,lease_seconds=3,poll_seconds=1,rank_every_seconds=60}");
    serve.env("ROCKET_JOBS", "{lease_seconds=3}");
    let _web = installation.web_by(serve, 0).await;
    let mut jobs = [installation.start(&mut work), installation.start(&mut work)];
    until("both work", async || {
        installation.count("workers WHERE stopped_at IS NULL").await == 2
            && installation.count("alert_rounds WHERE looked_at IS NOT NULL").await == 1
    })
    .await;
    until("nothing is wrong", async || installation.count("alerts WHERE resolved_at IS NULL").await == 0).await;
    let before = server.taken().len();
    jobs.iter_mut().for_each(|process| process.kill());
    let killed = Instant::now();
    until("somebody is told", async || server.taken().len() > before).await;
    let took = killed.elapsed();
    let mail = Received::read(server.taken().last().unwrap());
    assert_eq!(mail.header("X-To"), "ops@example.com");
    assert!(mail.header("Subject").starts_with("Alert: Nobody works"), "{}", mail.header("Subject"));
    println!("told after {took:?} at a tenth of the usual intervals");
    // What the machine itself takes is not a tenth.
    assert!(took < Duration::from_secs(90) / TENTH + Duration::from_secs(6), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_process_that_is_killed_while_it_tells_another_takes_over() {
    let (installation, server) = (Installation::new().await, SmtpServer::start());
    server.behave("slow 1");
    let start = || {
        let mut serve = installation.program(&["serve"]);
        serve.env("ROCKET_MAIL", format!("{{transport=\"smtp\",url={:?}}}", server.url("")));
        serve.env("ROCKET_ALERTS", "{every_seconds=2,mail_to=\"ops@example.com\"}");
        installation.web_by(serve, 0)
    };
    let mut webs = vec![start().await, start().await, start().await];
    for _ in 0..2 {
        let mut teller = None;
        until("somebody who lives tells", async || {
            let by = "SELECT looked_by FROM alert_rounds WHERE EXISTS (SELECT FROM alert_messages WHERE mail_owed)";
            let by: Option<String> = sqlx::query_scalar(by).fetch_optional(&installation.pool).await.unwrap();
            teller = by.and_then(|by| webs.iter().position(|web| by.ends_with(&format!(" {}", web.process.id()))));
            teller.is_some()
        })
        .await;
        webs.remove(teller.expect("one of them")).process.kill();
    }
    until("it is told", async || installation.count("alert_messages WHERE mail_owed").await == 0).await;
    let ids: Vec<String> = server.taken().iter().map(|raw| Received::read(raw).header("Message-ID")).collect();
    assert!((1..=3).contains(&ids.len()), "{ids:?}");
    assert!(ids.iter().all(|id| *id == ids[0]), "one message: {ids:?}");
    assert_eq!(installation.count("alerts WHERE rule = 'nobody_works'").await, 1);
}
