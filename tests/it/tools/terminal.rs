//! Text browsers find their way by the labels of links and buttons.

use crate::support::specimen::Specimen;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn w3m_votes() {
    let site = Specimen::start().await;
    votes_in(Terminal::w3m(&site.url("/"))).await;
    assert_eq!(site.votes(), 2);
}

#[rocket::async_test]
async fn lynx_votes() {
    let site = Specimen::start().await;
    votes_in(Terminal::lynx(&site.url("/"))).await;
    assert_eq!(site.votes(), 2);
}

#[rocket::async_test]
async fn text_browsers_fill_in_forms() {
    let site = Specimen::start().await;
    let url = site.url("/greeting");
    for terminal in [Terminal::w3m(&url), Terminal::lynx(&url)] {
        terminal.wait_for("Name:").await;
        terminal.fill("Name", "Noodle").await;
        terminal.activate("Greet").await;
        terminal.wait_for("Hello Noodle").await;
    }
}

async fn votes_in(terminal: Terminal) {
    terminal.wait_for("Photo of Marmalade").await;
    terminal.activate("7").await;
    terminal.wait_for("You rated Marmalade 7 out of 10.").await;
    terminal.wait_for("Photo of Noodle").await;
    terminal.activate("10").await;
    terminal.wait_for("You rated Noodle 10 out of 10.").await;
}
