//! Mail when the processes that send it are killed.

use std::collections::{BTreeMap, BTreeSet};

use ratemyderp::mail::{self, Notification};

use super::installation::Installation;
use super::process::Process;
use super::until;
use crate::mail::Received;
use crate::support::smtp::SmtpServer;

const MEMBERS: i64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_processes_that_are_killed_lose_no_mail_and_what_goes_out_twice_can_be_told() {
    let (installation, server) = (Installation::new().await, SmtpServer::start());
    server.behave("slow 0.2");
    owe_all(&installation).await;
    let survivor = installation.jobs_mailing(&server.url(""));
    let mut kills = 0;
    for taken in [4, 10] {
        let mut doomed = installation.jobs_mailing(&server.url(""));
        until("some mails are out", async || server.taken().len() >= taken).await;
        kill_at_work(&installation, &mut doomed).await;
        kills += 1;
    }
    until("every mail is sent", async || installation.count("mails WHERE sent_at IS NULL").await == 0).await;
    until("every job is done", async || {
        installation.count("fang_tasks WHERE kind = 'send_mail' AND state <> 'finished'").await == 0
    })
    .await;
    installation.check().await;

    let mut copies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let taken = server.taken();
    for mail in taken.iter().map(|raw| Received::read(raw)) {
        copies.entry(mail.header("X-To")).or_default().insert(mail.header("Message-ID"));
    }
    assert_eq!(copies.len() as i64, MEMBERS, "everybody has theirs");
    assert!(copies.values().all(|ids| ids.len() == 1), "copies of one mail have one Message-ID: {copies:?}");
    let twice = taken.len() as i64 - MEMBERS;
    assert!(twice <= 2 * kills, "{twice} went out twice, though a killed process had two in hand at most");
    drop(survivor);
}

async fn owe_all(installation: &Installation) {
    let mut tx = installation.pool.begin().await.unwrap();
    for number in 1..=MEMBERS {
        let account = sqlx::query_scalar(
            "WITH account AS (
                 INSERT INTO accounts (username, display_name, email, email_verified_at)
                 VALUES ($1, $1, $1 || '@example.com', now()) RETURNING id
             )
             INSERT INTO settings (account) SELECT id FROM account RETURNING account",
        )
        .bind(format!("member{number}"))
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        mail::enqueue(&mut tx, Notification::PasswordChanged { account }).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// SIGKILL at a moment when it certainly holds a mail.
async fn kill_at_work(installation: &Installation, process: &mut Process) {
    let holding = format!(
        "fang_tasks t JOIN workers w ON w.number = t.lease_owner
         WHERE t.kind = 'send_mail' AND t.state = 'in_progress' AND w.pid = {}",
        process.id()
    );
    until("the process holds a mail", async || installation.count(&holding).await > 0).await;
    process.kill();
}
