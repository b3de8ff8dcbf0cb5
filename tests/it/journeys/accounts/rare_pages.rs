//! What few people ever see, and then need: each state is looked at.

use ratemyderp::accounts::rights;

use super::super::log_in;
use super::{NEW_PASSWORD, fill_in, look, mailed, refused, send};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::{PASSWORD, World};

/// Braked soon.
async fn site() -> Site {
    Site::with(|figment| {
        figment
            .merge(("accounts.logins_per_name_and_network.burst", 2))
            .merge(("accounts.mails_per_account.burst", 1))
            .merge(("accounts.codes_per_account.burst", 2))
    })
    .await
}

#[rocket::async_test]
async fn who_cannot_come_in_is_told_why() {
    let site = site().await;
    let suspended = site.world.member("suspended").await;
    site.world.member("noodle").await;
    let mut tx = site.world.pool.begin().await.expect("a transaction");
    rights::suspend(&mut tx, None, suspended, "Photos of spoons.").await.expect("suspended");
    tx.commit().await.expect("commit");
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "suspended").await;
    assert!(visitor.text("#who-error").await.contains("This account is suspended. Photos of spoons."));
    look(&visitor, "suspended").await;
    visitor.goto(&site.url("/login")).await;
    for _ in 0..2 {
        send(&visitor, &[("#who", "noodle"), ("#password", "wrong")]).await;
        refused(&visitor, &["#who", "#password"]).await;
    }
    send(&visitor, &[("#who", "noodle"), ("#password", PASSWORD)]).await;
    slower(&visitor).await;
    visitor.goto(&site.url("/password/forgot")).await;
    send(&visitor, &[("#email", "noodle@example.com")]).await;
    visitor.goto(&site.url("/password/forgot")).await;
    send(&visitor, &[("#email", "noodle@example.com")]).await;
    slower(&visitor).await;
    let refusing = Visitor::new(Options { cookies: false, ..Options::without_script() }).await;
    refusing.goto(&site.url("/login")).await;
    send(&refusing, &[("#who", "noodle"), ("#password", PASSWORD)]).await;
    assert!(
        refusing.text("main").await.contains("Nothing was saved, because your browser did not send back the cookie")
    );
}

#[rocket::async_test]
async fn an_address_that_is_somebody_elses_by_now() {
    let site = Site::new().await;
    let visitor = Visitor::new(Options::without_script()).await;
    let newcomer = site.world.newcomer("noodle").await;
    let link = mailed(&site, "noodle@example.com", "/verify/").await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/settings")).await;
    visitor.follow(".note button.action").await;
    assert!(visitor.text(".said").await.contains("We have sent the mail once more."));
    look(&visitor, "sent once more").await;
    visitor.goto(&link).await;
    taken(&site.world, newcomer).await;
    visitor.follow("main button.action").await;
    assert_eq!(visitor.text("h1").await, "This address belongs to another account");
    look(&visitor, "address taken").await;
}

/// Somebody else confirms the same address.
async fn taken(world: &World, newcomer: i64) {
    let other = world.member("pickle").await;
    sqlx::query("UPDATE accounts SET email = (SELECT email FROM accounts WHERE id = $1) WHERE id = $2")
        .bind(newcomer)
        .bind(other)
        .execute(&world.pool)
        .await
        .expect("taken");
}

#[rocket::async_test]
async fn second_thoughts_about_the_second_factor() {
    let site = site().await;
    let noodle = site.world.member("noodle").await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/settings/two-factor")).await;
    send(&visitor, &[("#password", PASSWORD)]).await;
    visitor.follow("form[action$='/abandon'] button").await;
    assert_eq!(visitor.url().await, site.url("/settings"));
    let app = site.world.guard(noodle).await;
    visitor.goto(&site.url("/settings/two-factor/recovery-codes")).await;
    send(&visitor, &[("#password", "wrong"), ("#code", "1")]).await;
    refused(&visitor, &["#password", "#code"]).await;
    look(&visitor, "new recovery codes with mistakes").await;
    send(&visitor, &[("#password", PASSWORD), ("#code", &app.recovery[0])]).await;
    assert_ne!(visitor.text(".codes code").await, app.recovery[0]);
    look(&visitor, "new recovery codes, made").await;

    visitor.goto(&site.url("/logout")).await;
    visitor.follow("main button.action").await;
    log_in(&visitor, &site, "noodle").await;
    for _ in 0..2 {
        send(&visitor, &[("#code", "000000")]).await;
        refused(&visitor, &["#code"]).await;
    }
    send(&visitor, &[("#code", "000000")]).await;
    slower(&visitor).await;
    visitor.goto(&site.url("/login/code")).await;
    sqlx::query("UPDATE accounts SET password_hash = 'another'").execute(&site.world.pool).await.expect("changed");
    send(&visitor, &[("#code", "000000")]).await;
    assert!(visitor.text(".said").await.contains("That took too long, or something about your account has changed."));
    look(&visitor, "begin again").await;
}

#[rocket::async_test]
async fn choices_that_are_not_on_the_list() {
    let site = Site::empty().await;
    site.world.member("noodle").await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/appearance")).await;
    let elsewhere = "document.querySelector('#time_zone option').value = 'Mars/Base',
        document.querySelector('[value=dark]').value = 'plaid', null";
    visitor.evaluate::<()>(elsewhere).await;
    visitor.click("[value='plaid']").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".errors").await.contains("Choose a time zone from the list."));
    look(&visitor, "choices with mistakes").await;
    for field in ["theme", "time_zone"] {
        visitor.click(&format!(".errors a[href='#{field}']")).await;
        assert_eq!(visitor.focused().await.id, field);
    }
    visitor.goto(&site.url("/settings/password")).await;
    fill_in(&visitor, &[("#current", "wrong"), ("#password", NEW_PASSWORD)]).await;
    sqlx::query("DELETE FROM sessions").execute(&site.world.pool).await.expect("revoked");
    visitor.follow("main button.action").await;
    assert!(visitor.text(".said").await.contains("You are not logged in here any more."));
    assert_eq!(visitor.evaluate::<String>("document.querySelector('[name=next]').value").await, "/settings/password");
}

async fn slower(visitor: &Visitor) {
    assert_eq!(visitor.text("h1").await, "A little slower, please");
    look(visitor, "too fast").await;
}
