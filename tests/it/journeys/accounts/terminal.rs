//! The same in text browsers.

use super::{NEW_PASSWORD, PASSWORD, mailed};
use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn w3m_joins_confirms_logs_in_and_chooses_a_new_password() {
    let site = Site::new().await;
    joins_with_a_slip(&site).await;
    lives(&site, Terminal::w3m).await;
}

#[rocket::async_test]
async fn lynx_joins_confirms_logs_in_and_chooses_a_new_password() {
    let site = Site::new().await;
    let terminal = joins(&site, Terminal::lynx, PASSWORD).await;
    terminal.wait_for("Welcome! We have sent you a mail").await;
    lives(&site, Terminal::lynx).await;
}

async fn joins(site: &Site, open: fn(&str) -> Terminal, password: &str) -> Terminal {
    let terminal = open(&site.url("/join"));
    terminal.wait_for("Members send in photos of their own.").await;
    terminal.fill_below("and stays.", "noodle").await;
    terminal.fill_below("later.", "Noodle").await;
    terminal.fill_below("it is yours.", "noodle@example.com").await;
    terminal.fill_below("keep in mind.", password).await;
    terminal.activate("Join").await;
    terminal
}

async fn joins_with_a_slip(site: &Site) {
    let terminal = joins(site, Terminal::w3m, "noodle").await;
    terminal.wait_for("There is a problem").await;
    let told = "Choose a password of at least 10 characters; this one has 6.";
    terminal.wait_for(told).await;
    terminal.fill_below(&format!("Error: {told}"), PASSWORD).await;
    terminal.activate("Join").await;
    terminal.wait_for("Welcome! We have sent you a mail").await;
}

async fn lives(site: &Site, open: fn(&str) -> Terminal) {
    let terminal = open(&mailed(site, "noodle@example.com", "/verify/").await);
    terminal.wait_for("Press the button to tell us").await;
    terminal.activate("This is my address").await;
    terminal.wait_for("Your address is confirmed.").await;

    let terminal = open(&site.url("/login?next=%2Fsettings%2Fprofile"));
    terminal.wait_for("Username or email").await;
    terminal.activate("I forgot my password").await;
    terminal.wait_for("Tell us the address").await;
    terminal.fill_below("Email", "noodle@example.com").await;
    terminal.activate("Send me a link").await;
    terminal.wait_for("Look into your mail").await;

    let terminal = open(&mailed(site, "noodle@example.com", "/password/reset/").await);
    terminal.wait_for("Choose a new password").await;
    terminal.fill_below("keep in mind.", NEW_PASSWORD).await;
    terminal.activate("Change my password").await;
    terminal.wait_for("Your password is changed").await;
    terminal.fill_below("Username or email", "noodle@example.com").await;
    terminal.fill_below("Password", NEW_PASSWORD).await;
    terminal.activate("Log in").await;
    terminal.wait_for("Photo of").await;
    assert_eq!(site.world.count("sessions").await, 1, "the new password ended the one from joining");
}
