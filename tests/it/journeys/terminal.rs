//! In text browsers.

use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn w3m_rates_changes_and_reads_the_leaderboard() {
    let site = Site::new().await;
    does_everything(&site, Terminal::w3m(&site.url("/"))).await;
}

#[rocket::async_test]
async fn lynx_rates_changes_and_reads_the_leaderboard() {
    let site = Site::new().await;
    does_everything(&site, Terminal::lynx(&site.url("/"))).await;
}

async fn does_everything(site: &Site, terminal: Terminal) {
    terminal.wait_for("Photo of").await;
    let first = shown(&terminal);
    terminal.activate("7").await;
    terminal.wait_for(&format!("You rated {first} 7 out of 10. You are the first to rate {first}.")).await;
    let second = shown(&terminal);
    assert_ne!(first, second);
    terminal.activate("10").await;
    terminal.wait_for(&format!("You rated {second} 10 out of 10.")).await;

    terminal.activate("Change").await;
    terminal.wait_for(&format!("You rated {second} 10. Change it,")).await;
    terminal.activate("9").await;
    terminal.wait_for(&format!("You changed your rating of {second} from 10 to 9.")).await;
    assert_eq!(site.world.ratings().await, 2);
    assert_eq!(site.world.complaints().await, [""; 0]);

    site.rank().await;
    terminal.activate("Leaderboard").await;
    terminal.wait_for("The derpiest of all time").await;
    terminal.activate("Table").await;
    terminal.wait_for("Ranks 1 to 8 of 8").await;
}

/// The name in the card's heading.
fn shown(terminal: &Terminal) -> String {
    let screen = terminal.screen();
    let line = screen.lines().find_map(|line| line.trim().strip_prefix("Photo of ").map(str::to_owned));
    line.unwrap_or_else(|| panic!("no photo is shown:\n{screen}"))
}
