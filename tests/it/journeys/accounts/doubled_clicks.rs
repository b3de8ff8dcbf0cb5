//! Buttons that are pressed again and again.

use super::{NEW_PASSWORD, PASSWORD, fill_in, mailed, send};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

#[rocket::async_test]
async fn impatient_clicks_do_what_one_does() {
    let site = Site::new().await;
    for (number, options) in [Options::without_script(), Options::default()].into_iter().enumerate() {
        let visitor = Visitor::new(options).await;
        let (name, mail) = (format!("noodle{number}"), format!("noodle{number}@example.com"));
        visitor.goto(&site.url("/join")).await;
        let fields = [("#username", &*name), ("#display_name", "Noodle"), ("#email", &mail), ("#password", PASSWORD)];
        fill_in(&visitor, &fields).await;
        press(&visitor).await;
        visitor.wait_for_text(".said", "Welcome!").await;
        visitor.goto(&mailed(&site, &mail, "/verify/").await).await;
        press(&visitor).await;
        visitor.wait_for_text("h1", "Thank you").await;
        visitor.goto(&site.url("/password/forgot")).await;
        send(&visitor, &[("#email", &mail)]).await;
        visitor.goto(&mailed(&site, &mail, "/password/reset/").await).await;
        fill_in(&visitor, &[("#password", NEW_PASSWORD)]).await;
        press(&visitor).await;
        visitor.wait_for_text(".said", "Your password is changed").await;
        fill_in(&visitor, &[("#who", &name), ("#password", NEW_PASSWORD)]).await;
        press(&visitor).await;
        visitor.wait_for(".top a[href='/settings']").await;
        assert_eq!(crate::mail::sent(&site.world).await.len(), 1, "the password was changed once");
        logs_in_with_a_code(&visitor, &site, &name).await;
    }
    assert_eq!(site.world.count("accounts WHERE username LIKE 'noodle%'").await, 2);
    assert_eq!(site.world.count("sessions").await, 2);
    site.world.whole().await;
}

async fn logs_in_with_a_code(visitor: &Visitor, site: &Site, name: &str) {
    let account = sqlx::query_scalar("SELECT id FROM accounts WHERE username = $1").bind(name);
    let app = site.world.guard(account.fetch_one(&site.world.pool).await.expect("an account")).await;
    visitor.goto(&site.url("/logout")).await;
    press(visitor).await;
    visitor.wait_for_text(".said", "You are logged out.").await;
    visitor.goto(&site.url("/login?next=%2Fsettings%2Fmails")).await;
    fill_in(visitor, &[("#who", name), ("#password", NEW_PASSWORD)]).await;
    press(visitor).await;
    visitor.wait_for("#code").await;
    fill_in(visitor, &[("#code", &app.recovery[0])]).await;
    press(visitor).await;
    visitor.wait_for_text(".said", "You used a recovery code. 9 are left.").await;
    assert_eq!(visitor.url().await, site.url("/settings/mails"));
}

async fn press(visitor: &Visitor) {
    visitor.click_repeatedly("main form button.action", 3).await;
}
