//! Pages around mail.

use ratemyderp::mail::unsubscribe::{OptionalMail, Subscription, UnsubscribeKey};
use ratemyderp::mail::{Mailer, Notification};
use rocket::figment::Figment;
use tempfile::TempDir;

use super::look::look;
use crate::journeys::{log_in, untroubled};
use crate::mail::{drain, owe};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn the_outbox_of_a_site_under_development() {
    let folder = TempDir::new().expect("a folder");
    let site = Site::with(|figment| into(figment, &folder)).await;
    let visitor = Visitor::new(Options::without_script()).await;
    visitor.goto(&site.url("/outbox")).await;
    assert!(visitor.text("main").await.contains("There are no mails yet."));
    look(&visitor, "empty outbox").await;
    let account = site.world.newcomer("noodle").await;
    deliver(&site, &folder, Notification::VerifyEmail { account }).await;
    visitor.reload().await;
    look(&visitor, "outbox").await;
    visitor.follow(".ways a").await;
    assert_eq!(visitor.text("h1").await, "Confirm your address");
    assert!(visitor.text(".mail").await.starts_with("Hello noodle,"));
    look(&visitor, "mail in the outbox").await;
    visitor.follow(".links a[href^='/verify/']").await;
    visitor.follow("main .action").await;
    assert_eq!(visitor.text("h1").await, "Thank you");
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_reads_the_outbox_and_follows_a_link() {
    let folder = TempDir::new().expect("a folder");
    let site = Site::with(|figment| into(figment, &folder)).await;
    let account = site.world.newcomer("noodle").await;
    deliver(&site, &folder, Notification::VerifyEmail { account }).await;
    let terminal = Terminal::w3m(&site.url("/outbox"));
    terminal.wait_for("Its mails are not sent, but kept here.").await;
    terminal.activate("Confirm your address").await;
    terminal.wait_for("Hello noodle,").await;
    let screen = terminal.screen();
    let link = screen.split_whitespace().find(|word| word.starts_with("/verify/")).expect("a link");
    terminal.activate(link).await;
    terminal.wait_for("noodle@example.com").await;
    terminal.activate("This is my address").await;
    terminal.wait_for("Your address is confirmed.").await;
}

#[rocket::async_test]
async fn choosing_and_ending_mails() {
    let site = Site::new().await;
    let account = site.world.member("noodle").await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/settings")).await;
    visitor.follow("a[href='/settings/mails']").await;
    look(&visitor, "mails").await;
    visitor.click("[name='digest']").await;
    visitor.follow("main .action").await;
    assert!(visitor.text(".said").await.contains("Your choice of mails is saved."));
    assert_eq!(chosen(&site, account).await, (true, true));

    let key = UnsubscribeKey::new(site.world.config().secret().expect("a secret"));
    for mails in [OptionalMail::Photos, OptionalMail::Digest, OptionalMail::AwaitedPhotos] {
        visitor.goto(&site.url(&format!("/unsubscribe/{}", Subscription { account, mails }.sign(&key)))).await;
        look(&visitor, "end them?").await;
        visitor.follow("main .action").await;
        look(&visitor, "ended").await;
    }
    assert_eq!(chosen(&site, account).await, (false, false));
    untroubled(&visitor).await;
}

fn into(figment: Figment, folder: &TempDir) -> Figment {
    figment.merge(("mail.transport", "file")).merge(("mail.folder", folder.path()))
}

async fn deliver(site: &Site, folder: &TempDir, notification: Notification) {
    owe(&site.world, notification).await;
    let config = into(site.world.figment(), folder).extract().expect("a configuration");
    let mailer = Mailer::from_config(&config).expect("a mailer");
    drain(&site.world, &mailer).await.expect("every job succeeds");
}

/// Mails on photos, and the weekly one.
async fn chosen(site: &Site, account: i64) -> (bool, bool) {
    sqlx::query_as("SELECT mail_photos, mail_digest FROM settings WHERE account = $1")
        .bind(account)
        .fetch_one(&site.world.pool)
        .await
        .expect("settings")
}
