//! Two-factor, the list of browsers and the pages of those who keep the site running, in browsers with script and without.

use chrono::Utc;
use ratemyderp::accounts::Role;

use super::pages::look;
use super::{log_in, untroubled};
use crate::support::PASSWORD;
use crate::support::authenticator::Authenticator;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn two_factor_is_set_up_used_and_switched_off() {
    let site = Site::empty().await;
    site.world.member("noodle").await;
    sets_up_uses_and_switches_off(&site, Options::default()).await;
}

#[rocket::async_test]
async fn two_factor_is_set_up_used_and_switched_off_without_script() {
    let site = Site::empty().await;
    site.world.member("noodle").await;
    sets_up_uses_and_switches_off(&site, Options::without_script()).await;
}

async fn sets_up_uses_and_switches_off(site: &Site, options: Options) {
    let visitor = Visitor::new(options).await;
    log_in(&visitor, site, "noodle").await;
    visitor.goto(&site.url("/settings")).await;
    visitor.follow("a[href='/settings/two-factor']").await;
    look(&visitor, "off").await;
    untroubled(&visitor).await;
    visitor.fill("#password", "something else").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".errors").await.contains("This is not your password."));
    look(&visitor, "wrong password").await;
    visitor.reset();
    visitor.fill("#password", PASSWORD).await;
    visitor.follow("main button.action").await;
    look(&visitor, "key").await;
    let loaded = "document.querySelector('.qr').naturalWidth > 0";
    visitor.wait_until("the picture", loaded).await;
    let app = Authenticator::new(&visitor.text(".key").await);
    untroubled(&visitor).await;
    visitor.fill("#code", "000 000").await;
    visitor.follow("form[action$='/confirm'] button").await;
    assert!(visitor.text(".errors").await.contains("This code is wrong."));
    look(&visitor, "wrong first code").await;
    visitor.reset();
    type_code(&visitor, &app).await;
    visitor.follow("form[action$='/confirm'] button").await;
    assert_eq!(visitor.text("h1").await, "Recovery codes");
    look(&visitor, "recovery codes").await;
    let recovery = visitor.text(".codes code").await;
    visitor.follow("main form button").await;
    assert!(visitor.text("main").await.contains("You have 10 recovery codes left."));
    look(&visitor, "on").await;
    visitor.follow("a[href$='/recovery-codes']").await;
    look(&visitor, "new recovery codes").await;
    untroubled(&visitor).await;

    logs_out(&visitor, site).await;
    log_in(&visitor, site, "noodle").await;
    look(&visitor, "code").await;
    untroubled(&visitor).await;
    visitor.fill("#code", "000000").await;
    visitor.follow("main button.action").await;
    look(&visitor, "wrong code").await;
    visitor.reset();
    // It used up the app's code of now when it was set up.
    visitor.fill("#code", &recovery).await;
    visitor.press("Enter").await;
    visitor.wait_for_text("main", "You used a recovery code. 9 are left.").await;

    visitor.goto(&site.url("/settings/two-factor/off")).await;
    look(&visitor, "switching off").await;
    visitor.fill("#password", PASSWORD).await;
    visitor.fill("#code", &recovery).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".errors").await.contains("This code was used already."));
    look(&visitor, "used code").await;
    visitor.reset();
    visitor.fill("#password", PASSWORD).await;
    visitor.fill("#code", &app.next_code()).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("main").await.contains("Two-factor is off."));
    untroubled(&visitor).await;
}

/// As people do it: not in the last moment of a code.
async fn type_code(visitor: &Visitor, app: &Authenticator) {
    while Utc::now().timestamp() % 30 > 27 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    visitor.fill("#code", &app.code()).await;
}

async fn logs_out(visitor: &Visitor, site: &Site) {
    visitor.goto(&site.url("/logout")).await;
    visitor.follow("main button.action").await;
}

#[rocket::async_test]
async fn other_browsers_are_logged_out_from_the_list() {
    let site = Site::empty().await;
    site.world.member("noodle").await;
    for options in [Options::default(), Options::without_script()] {
        logs_others_out(&site, options).await;
    }
}

async fn logs_others_out(site: &Site, options: Options) {
    let phone = Visitor::new(Options::without_script()).await;
    let visitor = Visitor::new(options).await;
    log_in(&visitor, site, "noodle").await;
    visitor.goto(&site.url("/settings/sessions")).await;
    look(&visitor, "alone").await;
    for number in 0..2 {
        log_in(&phone, site, "noodle").await;
        if number == 0 {
            phone.call("Network.clearBrowserCookies", serde_json::json!({})).await.expect("another browser");
        }
    }
    visitor.reload().await;
    assert_eq!(visitor.count(".browsers li").await, 2);
    look(&visitor, "three").await;
    visitor.follow(".browsers li button").await;
    assert!(visitor.text(".said").await.contains("That browser is logged out."));
    visitor.follow("form[action='/settings/sessions/revoke'] button").await;
    assert_eq!(visitor.count(".browsers li").await, 0);
    phone.goto(&site.url("/settings")).await;
    assert_eq!(phone.text("h1").await, "Log in");
    untroubled(&visitor).await;
    visitor.goto(&site.url("/logout")).await;
    visitor.follow("main button.action").await;
}

#[rocket::async_test]
async fn the_audit_log() {
    let site = Site::empty().await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Operator).await;
    let visitor = Visitor::new(Options::default()).await;
    visitor.goto(&site.url("/ops/audit")).await;
    visitor.fill("#who", "noodle").await;
    visitor.fill("#password", PASSWORD).await;
    visitor.follow("main button.action").await;
    assert_eq!(visitor.text("h1").await, "Two-factor", "they wanted the log, and need this first");
    look(&visitor, "needed").await;
    let app = site.world.guard(noodle).await;
    visitor.goto(&site.url("/settings")).await;
    look(&visitor, "settings of an operator").await;
    visitor.follow("a[href='/ops/audit']").await;
    look(&visitor, "log").await;
    visitor.fill("#account", "noodle").await;
    visitor.follow("main form button").await;
    look(&visitor, "log of one").await;
    visitor.fill("#account", "x").await;
    visitor.follow("main form button").await;
    look(&visitor, "log of nobody").await;
    visitor.goto(&site.url("/ops/security?account=noodle&event=logged+in")).await;
    look(&visitor, "security log").await;
    untroubled(&visitor).await;
    drop(app);
}

#[rocket::async_test]
async fn the_audit_log_where_anybody_tries_things_out() {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Operator).await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops/audit")).await;
    assert!(visitor.text(".said").await.contains("open to a password alone"));
    look(&visitor, "open").await;
}

#[rocket::async_test]
async fn w3m_logs_in_with_a_code() {
    let site = Site::new().await;
    let noodle = site.world.member("noodle").await;
    let app = site.world.guard(noodle).await;
    let terminal = Terminal::w3m(&site.url("/login"));
    terminal.wait_for("Username or email").await;
    terminal.fill_below("Username or email", "noodle").await;
    terminal.fill_below("Password", PASSWORD).await;
    terminal.activate("Log in").await;
    terminal.wait_for("Enter a code").await;
    terminal.fill_below("Code", &app.recovery[0]).await;
    terminal.activate("Log in").await;
    terminal.wait_for("You used a recovery code. 9 are left.").await;
}
