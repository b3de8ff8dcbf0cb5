//! A member's life in a browser: joining, confirming, coming back, changing, leaving, and coming back once more.

mod deletion;
mod doubled_clicks;
mod merge;
mod rare_pages;
mod terminal;

use serde_json::json;

use super::pages::look;
use super::untroubled;
use crate::mail::sent;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

const PASSWORD: &str = "crooked lanterns hum at noon";
const NEW_PASSWORD: &str = "velvet cactus sings to geese";

#[rocket::async_test]
async fn a_members_life_with_script() {
    live(Options::default()).await;
}

#[rocket::async_test]
async fn a_members_life_without_script() {
    live(Options::without_script()).await;
}

#[rocket::async_test]
async fn somebody_with_a_keyboard_joins_and_mends_a_mistake() {
    let site = Site::empty().await;
    for (number, options) in [Options::default(), Options::without_script()].into_iter().enumerate() {
        let visitor = Visitor::new(options).await;
        visitor.goto(&site.url("/join")).await;
        let username = format!("noodle{number}");
        let mail = format!("{username}@example.com");
        while visitor.focused().await.id != "username" {
            visitor.press("Tab").await;
        }
        type_text(&visitor, &username).await;
        for text in ["Noodle", &mail, "short"] {
            visitor.press("Tab").await;
            type_text(&visitor, text).await;
        }
        visitor.press("Enter").await;
        visitor.wait_for(".errors").await;
        assert_eq!(visitor.focused().await.name, "There is a problem");
        visitor.press("Tab").await;
        let focus = visitor.focused().await;
        assert!(focus.tag == "A" && focus.name.contains("at least 10 characters"), "{focus:?}");
        visitor.press("Enter").await;
        visitor.wait_until("the focus in the field", "document.activeElement.id === 'password'").await;
        type_text(&visitor, PASSWORD).await;
        visitor.press("Enter").await;
        visitor.wait_for_text(".said", "Welcome!").await;
    }
}

async fn live(options: Options) {
    let site = Site::new().await;
    let visitor = Visitor::new(options).await;
    joins(&visitor, &site).await;
    confirms(&visitor, &site).await;
    comes_back_by_address(&visitor, &site).await;
    forgets_the_password(&visitor, &site).await;
    changes_name_address_and_password(&visitor, &site).await;
    leaves_and_comes_back(&visitor, &site).await;
}

async fn joins(visitor: &Visitor, site: &Site) {
    visitor.goto(&site.url("/leaderboard")).await;
    visitor.follow(".top a[href^='/login']").await;
    look(visitor, "login").await;
    visitor.follow("main a[href^='/join']").await;
    look(visitor, "join").await;
    untroubled(visitor).await;
    send(
        visitor,
        &[("#username", "house"), ("#display_name", "Noodle"), ("#email", "noodle"), ("#password", "noodle")],
    )
    .await;
    refused(visitor, &["#username", "#email", "#password"]).await;
    look(visitor, "join with mistakes").await;
    assert_eq!(
        values(visitor, &["username", "display_name", "email", "password"]).await,
        ["house", "Noodle", "noodle", ""]
    );
    visitor.reset();
    send(visitor, &[("#username", "noodle"), ("#email", "noodle@example.com"), ("#password", PASSWORD)]).await;
    assert_eq!(visitor.url().await, site.url("/leaderboard"), "back to where they were");
    assert!(visitor.text(".said").await.contains("Welcome! We have sent you a mail"));
    look(visitor, "welcome").await;
    visitor.follow(".top a[href='/settings']").await;
    look(visitor, "settings of somebody who has not confirmed").await;
    untroubled(visitor).await;
}

async fn confirms(visitor: &Visitor, site: &Site) {
    let link = mailed(site, "noodle@example.com", "/verify/").await;
    visitor.goto(&link).await;
    look(visitor, "confirm").await;
    visitor.follow("main button.action").await;
    assert_eq!(visitor.text("h1").await, "Thank you");
    look(visitor, "confirmed").await;
    visitor.goto(&site.url("/settings")).await;
    look(visitor, "settings").await;
    untroubled(visitor).await;
    visitor.goto(&link).await;
    assert_eq!(visitor.text("h1").await, "This link is no good any more");
    look(visitor, "used link").await;
    visitor.reset();
}

async fn comes_back_by_address(visitor: &Visitor, site: &Site) {
    logs_out(visitor, site).await;
    untroubled(visitor).await;
    visitor.goto(&site.url("/settings/profile")).await;
    send(visitor, &[("#who", "Noodle@example.com"), ("#password", "wrong")]).await;
    refused(visitor, &["#who", "#password"]).await;
    look(visitor, "wrong password").await;
    assert_eq!(values(visitor, &["who", "password"]).await, ["Noodle@example.com", ""]);
    visitor.reset();
    send(visitor, &[("#password", PASSWORD)]).await;
    assert_eq!(visitor.url().await, site.url("/settings/profile"));
    untroubled(visitor).await;
}

async fn forgets_the_password(visitor: &Visitor, site: &Site) {
    logs_out(visitor, site).await;
    visitor.goto(&site.url("/login")).await;
    visitor.follow("a[href='/password/forgot']").await;
    look(visitor, "forgotten").await;
    untroubled(visitor).await;
    send(visitor, &[("#email", "noodle")]).await;
    refused(visitor, &["#email"]).await;
    look(visitor, "forgotten with a mistake").await;
    visitor.reset();
    send(visitor, &[("#email", "noodle@example.com")]).await;
    look(visitor, "sent").await;
    untroubled(visitor).await;
    let link = mailed(site, "noodle@example.com", "/password/reset/").await;
    visitor.goto(&link).await;
    look(visitor, "reset").await;
    send(visitor, &[("#password", "noodlenoodle")]).await;
    refused(visitor, &["#password"]).await;
    look(visitor, "reset with a weak password").await;
    visitor.reset();
    send(visitor, &[("#password", NEW_PASSWORD)]).await;
    assert!(visitor.text(".said").await.contains("Your password is changed"));
    send(visitor, &[("#who", "noodle"), ("#password", NEW_PASSWORD)]).await;
    untroubled(visitor).await;
    visitor.goto(&link).await;
    look(visitor, "used reset").await;
    visitor.reset();
}

async fn changes_name_address_and_password(visitor: &Visitor, site: &Site) {
    visitor.goto(&site.url("/settings/profile")).await;
    look(visitor, "profile form").await;
    untroubled(visitor).await;
    send(visitor, &[("#display_name", " "), ("#about", "I like spoons.")]).await;
    refused(visitor, &["#display_name"]).await;
    look(visitor, "profile form with a mistake").await;
    assert_eq!(values(visitor, &["about"]).await, ["I like spoons."]);
    visitor.reset();
    send(visitor, &[("#display_name", "Noodle of the North")]).await;
    assert!(visitor.text(".said").await.contains("Your profile is saved."));

    visitor.goto(&site.url("/settings/email")).await;
    look(visitor, "email").await;
    untroubled(visitor).await;
    send(visitor, &[("#email", "new@"), ("#password", "wrong")]).await;
    refused(visitor, &["#email", "#password"]).await;
    look(visitor, "email with mistakes").await;
    visitor.reset();
    send(visitor, &[("#email", "new@example.com"), ("#password", NEW_PASSWORD)]).await;
    look(visitor, "email sent").await;
    visitor.goto(&mailed(site, "new@example.com", "/verify/").await).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("main").await.contains("Your mail goes to the new address from now on."));
    look(visitor, "email changed").await;

    visitor.goto(&site.url("/settings/password")).await;
    look(visitor, "password").await;
    untroubled(visitor).await;
    send(visitor, &[("#current", "wrong"), ("#password", "short")]).await;
    refused(visitor, &["#current", "#password"]).await;
    look(visitor, "password with mistakes").await;
    visitor.reset();
    send(visitor, &[("#current", NEW_PASSWORD), ("#password", PASSWORD)]).await;
    assert!(visitor.text(".said").await.contains("All other browsers are logged out."));
    untroubled(visitor).await;
}

async fn leaves_and_comes_back(visitor: &Visitor, site: &Site) {
    visitor.goto(&site.url("/settings/delete")).await;
    look(visitor, "delete").await;
    untroubled(visitor).await;
    send(visitor, &[("#password", "wrong")]).await;
    refused(visitor, &["#password"]).await;
    look(visitor, "delete with the wrong password").await;
    visitor.reset();
    send(visitor, &[("#password", PASSWORD)]).await;
    assert!(visitor.text(".said").await.contains("Log in again if you change your mind."));
    assert_eq!(visitor.count(".top a[href='/settings']").await, 0);
    visitor.goto(&site.url("/login")).await;
    send(visitor, &[("#who", "new@example.com"), ("#password", PASSWORD)]).await;
    look(visitor, "leaving").await;
    visitor.follow(".said a[href='/settings/delete']").await;
    look(visitor, "deletion planned").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".said").await.contains("Your account stays."));
    assert_eq!(visitor.count(".said a").await, 0);
    untroubled(visitor).await;
}

async fn logs_out(visitor: &Visitor, site: &Site) {
    visitor.goto(&site.url("/settings")).await;
    visitor.follow("main a[href='/logout']").await;
    look(visitor, "log out").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".said").await.contains("You are logged out."));
}

/// Replaces what stands in the fields, and sends the form.
async fn send(visitor: &Visitor, fields: &[(&str, &str)]) {
    fill_in(visitor, fields).await;
    visitor.follow("main form button.action").await;
}

/// Replaces what stands in the fields.
async fn fill_in(visitor: &Visitor, fields: &[(&str, &str)]) {
    for (field, text) in fields {
        visitor.click(field).await;
        visitor.evaluate::<()>("document.activeElement.select(), null").await;
        type_text(visitor, text).await;
    }
}

/// Types where the focus is.
async fn type_text(visitor: &Visitor, text: &str) {
    visitor.call("Input.insertText", json!({ "text": text })).await.expect("typed");
}

/// The form is shown again: the summary has the focus, names these fields, and each says what is wrong with it.
async fn refused(visitor: &Visitor, fields: &[&str]) {
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "));
    let focus = visitor.focused().await;
    assert_eq!((focus.name.as_str(), focus.in_view), ("There is a problem", true), "{focus:?}");
    let links: Vec<String> =
        visitor.evaluate("[...document.querySelectorAll('.errors a')].map(a => a.getAttribute('href'))").await;
    assert_eq!(links, fields);
    for field in fields {
        visitor.click(&format!(".errors a[href='{field}']")).await;
        visitor
            .wait_until(&format!("the focus in {field}"), &format!("document.activeElement.matches('{field}')"))
            .await;
        let focus = visitor.focused().await;
        assert!(focus.in_view && focus.description.starts_with("Error: "), "{focus:?}");
        assert_eq!(visitor.evaluate::<String>("document.activeElement.getAttribute('aria-invalid')").await, "true");
    }
}

async fn values(visitor: &Visitor, fields: &[&str]) -> Vec<String> {
    let fields = json!(fields);
    visitor.evaluate(&format!("{fields}.map(id => document.getElementById(id).value)")).await
}

/// The link in the one mail to this address, on this site.
async fn mailed(site: &Site, to: &str, path: &str) -> String {
    let mails = sent(&site.world).await;
    let mut mails = mails.iter().filter(|mail| mail.header("To") == to);
    let mail = mails.next().unwrap_or_else(|| panic!("no mail to {to}"));
    assert!(mails.next().is_none(), "one mail to {to}");
    site.url(&format!("{path}{}", mail.link(path)))
}
