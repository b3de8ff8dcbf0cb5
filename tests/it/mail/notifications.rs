//! Who gets which mail, and what it says.

use ratemyderp::accounts::token::{self, Purpose, Token};
use ratemyderp::mail::Notification;

use super::{member, only, owe, reasons, sent};
use crate::support::World;

#[tokio::test]
async fn a_new_address_gets_a_link_that_proves_it() {
    let world = World::new().await;
    let account = member(&world, "derpina", "Derpina@example.com", false).await;
    owe(&world, Notification::VerifyEmail { account }).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "Derpina@example.com");
    assert_eq!(mail.header("Subject"), "Confirm your address");
    assert!(mail.text.starts_with("Hello derpina,\n"), "a name that nobody chose freely: {}", mail.text);
    assert!(!mail.html.contains("Ölçer"));
    let link = redeem(&world, &mail.link("/verify/"), Purpose::VerifyEmail).await;
    assert_eq!(link, Some((account, "Derpina@example.com".to_owned())));
    let hours = "SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int FROM tokens";
    assert_eq!(sqlx::query_scalar::<_, i32>(hours).fetch_one(&world.pool).await.unwrap(), 72);
}

#[tokio::test]
async fn the_owner_of_an_address_learns_that_somebody_else_typed_it() {
    let world = World::new().await;
    member(&world, "owner", "derp@example.com", true).await;
    let stranger = member(&world, "stranger", "DERP@example.com", false).await;
    owe(&world, Notification::VerifyEmail { account: stranger }).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "derp@example.com");
    assert_eq!(mail.header("Subject"), "Somebody tried to join with your address");
    assert!(mail.text.contains("your account owner already"), "{}", mail.text);
    assert!(!mail.text.contains("/verify/") && !mail.text.contains("stranger"));
    assert_eq!(tokens(&world).await, 0);

    owe(&world, Notification::ChangeEmail { account: stranger, address: "Derp@Example.com".into() }).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "derp@example.com");
    assert_eq!(mail.header("Subject"), "Somebody tried to use your address");
    assert_eq!(tokens(&world).await, 0);
}

#[tokio::test]
async fn an_unknown_address_gets_nothing() {
    let world = World::new().await;
    member(&world, "unproven", "unproven@example.com", false).await;
    for address in ["nobody@example.com", "unproven@example.com", "", "\r\nBcc: x@example.com"] {
        owe(&world, Notification::ResetPassword { address: address.into() }).await;
    }
    assert_eq!(sent(&world).await.len(), 0);
    assert_eq!(reasons(&world.pool).await, ["no account has this address"; 4]);
    assert_eq!(tokens(&world).await, 0);
    let failed = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM fang_tasks WHERE state <> 'finished'");
    assert_eq!(failed.fetch_one(&world.pool).await.unwrap(), 0, "for operators it is no failure");
}

#[tokio::test]
async fn a_known_address_gets_a_link_to_a_new_password() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    owe(&world, Notification::ResetPassword { address: "DERPINA@EXAMPLE.COM".into() }).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "derpina@example.com", "the address as we know it, not as it was typed");
    assert!(mail.text.contains("Hello Derpina Ölçer,"));
    let link = redeem(&world, &mail.link("/password/reset/"), Purpose::ResetPassword).await;
    assert_eq!(link, Some((account, "derpina@example.com".to_owned())));
}

#[tokio::test]
async fn a_change_of_address_is_confirmed_at_the_new_one_and_told_at_the_old_one() {
    let world = World::new().await;
    let account = member(&world, "derpina", "old@example.com", true).await;
    owe(&world, Notification::ChangeEmail { account, address: "new@example.com".into() }).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "new@example.com");
    let link = redeem(&world, &mail.link("/verify/"), Purpose::ChangeEmail).await;
    assert_eq!(link, Some((account, "new@example.com".to_owned())));
    owe(&world, Notification::EmailChanged { account, address: "old@example.com".into() }).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "old@example.com");
    assert!(!mail.text.contains("new@example.com"));
}

#[tokio::test]
async fn what_happens_to_an_account_is_told_where_its_mail_is_read() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let unproven = member(&world, "unproven", "unproven@example.com", false).await;
    sqlx::query("UPDATE accounts SET deletion_due_at = '2026-12-24T18:00:00Z'").execute(&world.pool).await.unwrap();
    for account in [account, unproven] {
        owe(&world, Notification::PasswordChanged { account }).await;
        owe(&world, Notification::TwoFactorChanged { account, on: true }).await;
        owe(&world, Notification::TwoFactorChanged { account, on: false }).await;
        owe(&world, Notification::DeletionPlanned { account }).await;
    }
    let mails = sent(&world).await;
    let subjects: Vec<String> = mails.iter().map(|mail| mail.header("Subject")).collect();
    assert_eq!(
        subjects,
        [
            "Your password was changed",
            "Logging in takes a code now",
            "Logging in no longer takes a code",
            "Your account will be deleted"
        ]
    );
    assert!(mails.iter().all(|mail| mail.header("To") == "derpina@example.com"));
    assert!(mails[3].text.contains("24 December 2026 at 18:00 UTC"), "{}", mails[3].text);
    assert!(mails[0].headers("List-Unsubscribe").is_empty(), "this one cannot be ended");
}

#[tokio::test]
async fn a_letter_whose_reason_has_gone_is_not_sent() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    owe(&world, Notification::VerifyEmail { account }).await;
    owe(&world, Notification::DeletionPlanned { account }).await;
    owe(&world, Notification::PasswordChanged { account: 4711 }).await;
    owe(&world, Notification::PhotoReady { submission: 4711 }).await;
    assert_eq!(sent(&world).await.len(), 0);
    assert_eq!(reasons(&world.pool).await.len(), 4);
}

#[tokio::test]
async fn strangers_cannot_fill_somebodys_inbox() {
    let world = World::new().await;
    member(&world, "derpina", "derpina@example.com", true).await;
    for number in 0..20 {
        let stranger = member(&world, &format!("stranger{number}"), "derpina@example.com", false).await;
        owe(&world, Notification::VerifyEmail { account: stranger }).await;
        owe(&world, Notification::ResetPassword { address: "Derpina@example.com".into() }).await;
    }
    assert_eq!(sent(&world).await.len(), 6, "mail.unasked_per_address");
    assert_eq!(reasons(&world.pool).await.len(), 34);
}

async fn redeem(world: &World, token: &str, purpose: Purpose) -> Option<(i64, String)> {
    let mut tx = world.pool.begin().await.unwrap();
    let token = Token::parse(token).expect("a token");
    let link = token::redeem(&mut tx, &token, purpose).await.unwrap();
    tx.commit().await.unwrap();
    link.map(|link| (link.account, link.email))
}

async fn tokens(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM tokens").fetch_one(&world.pool).await.unwrap()
}
