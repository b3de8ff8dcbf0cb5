//! Over a real SMTP server, which is not always in the mood.

use ratemyderp::mail::{Mailer, Notification};

use super::{Received, drain, member, owe, reasons};
use crate::support::World;
use crate::support::smtp::SmtpServer;

#[tokio::test]
async fn a_mail_arrives_in_two_parts_with_the_headers_it_needs() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@exämple.de", true).await;
    owe(&world, Notification::PasswordChanged { account }).await;
    drain(&world, &mailer(&world, &server, "")).await.unwrap();
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    let mail = Received::read(&taken[0]);
    assert_eq!(mail.header("X-To"), "derpina@xn--exmple-cua.de");
    assert_eq!(mail.header("X-From"), "derp@localhost.localdomain");
    assert_eq!(mail.header("From"), "RateMyDerp <derp@localhost.localdomain>");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.header("Message-ID").ends_with("@127.0.0.1>"));
    assert!(mailparse::dateparse(&mail.header("Date")).is_ok());
    assert!(mail.text.contains("Hello Derpina Ölçer,"));
    assert!(mail.html.contains("Hello Derpina Ölçer,"));
    assert!(taken[0].is_ascii(), "every server can carry it");
}

#[tokio::test]
async fn names_with_line_breaks_begin_no_headers_and_no_tags() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let name = "Zoë\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script> & \u{2028}日本";
    let photo = world.pending("x").await;
    for sql in [
        "UPDATE accounts SET display_name = left($1, 60) WHERE id = $2",
        "UPDATE submissions SET title = left($1, 40), owner = $2",
    ] {
        sqlx::query(sql).bind(name).bind(account).execute(&world.pool).await.unwrap();
    }
    world.publish(photo, uuid::Uuid::new_v4(), &[160]).await;
    owe(&world, Notification::PasswordChanged { account }).await;
    drain(&world, &mailer(&world, &server, "")).await.unwrap();
    let taken = server.taken();
    let mails: Vec<Received> = taken.iter().map(|raw| Received::read(raw)).collect();
    assert_eq!(mails.len(), 2);
    let ready = mails.iter().find(|mail| mail.header("Subject").contains("ready")).unwrap();
    assert_eq!(ready.header("Subject"), "Zoë Bcc: all@example.com <script>ale is ready to be rated");
    for mail in &mails {
        assert_eq!(mail.header("X-To"), "derpina@example.com");
        assert_eq!(mail.headers("Bcc"), Vec::<String>::new());
        assert!(mail.html.contains("&lt;script&gt;") && !mail.html.contains("<script"), "{}", mail.html);
        assert!(mail.text.contains("<script>"), "text is not escaped: {}", mail.text);
    }
}

#[tokio::test]
async fn a_server_that_is_down_gets_the_mail_when_it_is_back() {
    let (world, mut server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", false).await;
    let mailer = mailer(&world, &server, "");
    server.stop();
    owe(&world, Notification::VerifyEmail { account }).await;
    for _ in 0..8 {
        assert!(drain(&world, &mailer).await.is_err(), "more often than a stranger may cause mails");
        soon(&world).await;
    }
    server.resume();
    drain(&world, &mailer).await.unwrap();
    assert_eq!(server.taken().len(), 1);
    assert_eq!(state(&world).await, ("finished".into(), "sent".into()));
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let mailer = mailer(&world, &server, "");
    owe(&world, Notification::PasswordChanged { account }).await;
    for behaviour in ["data 451 4.7.1 Come back later", "rcpt 450 4.2.1 Greylisted", "ehlo 554 5.3.2 Not today", "hang"]
    {
        server.behave(behaviour);
        let failure = drain(&world, &mailer).await.unwrap_err();
        assert_eq!(state(&world).await, ("retried".into(), "owed".into()), "{behaviour}: {failure}");
        soon(&world).await;
    }
    server.behave("");
    drain(&world, &mailer).await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_fails_with_the_reason() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "gone@example.com", true).await;
    let mailer = mailer(&world, &server, "");
    for (behaviour, reason) in
        [("rcpt 550 5.1.1 No such user", "No such user"), ("data 554 5.7.1 Looks like spam", "Looks like spam")]
    {
        owe(&world, Notification::PasswordChanged { account }).await;
        server.behave(behaviour);
        let failure = drain(&world, &mailer).await.unwrap_err();
        assert!(failure.contains(reason), "{failure}");
        assert!(reasons(&world.pool).await.iter().any(|kept| kept.contains(reason)));
        assert_eq!(state(&world).await, ("failed".into(), "unsent".into()));
    }
    server.behave("");
    soon(&world).await;
    assert_eq!(drain(&world, &mailer).await, Ok(0));
    assert_eq!(server.taken().len(), 0);
}

#[tokio::test]
async fn a_failed_mail_that_an_operator_retries_is_sent() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let mailer = mailer(&world, &server, "");
    owe(&world, Notification::PasswordChanged { account }).await;
    server.behave("rcpt 550 5.7.1 We do not know your server");
    assert!(drain(&world, &mailer).await.is_err());
    server.behave("");
    sqlx::query("UPDATE fang_tasks SET state = 'retried'").execute(&world.pool).await.unwrap();
    assert_eq!(drain(&world, &mailer).await, Ok(1));
    assert_eq!(server.taken().len(), 1);
    assert_eq!(state(&world).await, ("finished".into(), "sent".into()));
}

#[tokio::test]
async fn a_link_that_a_server_quotes_is_kept_nowhere() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", false).await;
    let token = "ab".repeat(32);
    server.behave(&format!("data 550 5.7.1 Bad link http://127.0.0.1/verify/{token}"));
    owe(&world, Notification::VerifyEmail { account }).await;
    let failure = drain(&world, &mailer(&world, &server, "")).await.unwrap_err();
    assert!(failure.contains("/verify/..."), "{failure}");
    let kept: String = sqlx::query_scalar("SELECT string_agg(t::text, '') FROM (SELECT (f.*)::text AS t FROM fang_tasks f UNION ALL SELECT (m.*)::text FROM mails m UNION ALL SELECT (a.*)::text FROM job_attempts a) AS kept")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(kept.contains("Bad link") && !kept.contains(&token), "{kept}");
}

#[tokio::test]
async fn an_answer_that_gets_lost_leads_to_the_same_mail_again() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let mailer = mailer(&world, &server, "");
    owe(&world, Notification::PasswordChanged { account }).await;
    server.behave("drop");
    assert!(drain(&world, &mailer).await.is_err());
    soon(&world).await;
    drain(&world, &mailer).await.unwrap();
    let taken = server.taken();
    let mails: Vec<Received> = taken.iter().map(|raw| Received::read(raw)).collect();
    assert_eq!(mails.len(), 2);
    for header in ["Message-ID", "Date", "Subject", "To"] {
        assert_eq!(mails[0].header(header), mails[1].header(header));
    }
}

#[tokio::test]
async fn a_mail_that_was_sent_is_not_sent_again() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let mailer = mailer(&world, &server, "");
    owe(&world, Notification::PasswordChanged { account }).await;
    drain(&world, &mailer).await.unwrap();
    sqlx::query("UPDATE fang_tasks SET state = 'retried'").execute(&world.pool).await.unwrap();
    assert_eq!(drain(&world, &mailer).await, Ok(1));
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn of_two_workers_with_the_same_mail_one_sends_it() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let mailer = mailer(&world, &server, "");
    owe(&world, Notification::PasswordChanged { account }).await;
    // A second job for the same mail, as no part of the site makes one.
    sqlx::query(
        "INSERT INTO fang_tasks (metadata, task_type, kind, max_attempts)
         SELECT metadata, task_type, kind, max_attempts FROM fang_tasks",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    server.behave("slow 1");
    let (first, second) = tokio::join!(drain(&world, &mailer), drain(&world, &mailer));
    assert_eq!((first, second), (Ok(1), Ok(1)));
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_server_that_wants_a_password_gets_it() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    server.behave("password derp secret");
    owe(&world, Notification::PasswordChanged { account }).await;
    for wrong in ["", "derp:wrong@"] {
        let failure = drain(&world, &mailer(&world, &server, wrong)).await.unwrap_err();
        assert_eq!(state(&world).await, ("retried".into(), "owed".into()), "our own fault loses no mail: {failure}");
        soon(&world).await;
    }
    drain(&world, &mailer(&world, &server, "derp:secret@")).await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn where_encryption_is_demanded_nothing_is_told_without_it() {
    let (world, server) = (World::new().await, SmtpServer::start());
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    owe(&world, Notification::PasswordChanged { account }).await;
    let url = format!("{}?tls=required", server.url(""));
    let failure = drain(&world, &at(&world, &url)).await.unwrap_err();
    assert!(failure.contains("STARTTLS"), "{failure}");
    assert_eq!(server.taken().len(), 0);
}

fn mailer(world: &World, server: &SmtpServer, user: &str) -> Mailer {
    at(world, &server.url(user))
}

fn at(world: &World, url: &str) -> Mailer {
    let figment =
        world.figment().merge(("mail.transport", "smtp")).merge(("mail.url", url)).merge(("mail.timeout_seconds", 5));
    Mailer::from_config(&figment.extract().expect("a configuration")).expect("a mailer")
}

/// The waiting time of a retry is over.
async fn soon(world: &World) {
    sqlx::query("UPDATE fang_tasks SET scheduled_at = now()").execute(&world.pool).await.unwrap();
}

/// Of the last job and its mail.
async fn state(world: &World) -> (String, String) {
    sqlx::query_as(
        "SELECT t.state::text,
                CASE WHEN m.sent_at IS NOT NULL THEN 'sent' WHEN m.unsent_at IS NOT NULL THEN 'unsent' ELSE 'owed' END
         FROM fang_tasks t JOIN mails m ON m.id = (t.metadata -> 'job' ->> 'mail')::bigint ORDER BY t.number DESC LIMIT 1",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap()
}
