//! One's own photos, and what has happened to them since the last visit.

use chrono::{Days, NaiveDate, Utc};
use rocket::http::Cookie;
use serde_json::json;

use super::{look, untroubled};
use crate::journeys::uploads::refusals::terminal;
use crate::journeys::{log_in, tab_to};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::web::page;

/// A member's photos, of which all but one were rated, looked at, shared and come to.
async fn talked_about() -> Site {
    let site = Site::new().await;
    site.rank().await;
    let noodle = site.world.member("noodle").await;
    sqlx::query("UPDATE submissions SET owner = $1").bind(noodle).execute(&site.world.pool).await.expect("given");
    site.add(1).await;
    sqlx::query("UPDATE submissions SET owner = $1, title = 'Quiet' WHERE title LIKE 'Another%'")
        .bind(noodle)
        .execute(&site.world.pool)
        .await
        .expect("given");
    sqlx::query("UPDATE submission_days SET views = 1234, shares = 567, arrivals = 1")
        .execute(&site.world.pool)
        .await
        .expect("seen");
    site
}

/// The day on which the member was there before today.
fn visited() -> NaiveDate {
    Utc::now().date_naive() - Days::new(2)
}

/// What the member's browser remembers of that, as the site seals it.
async fn memory(site: &Site) -> String {
    let client = site.world.client().await;
    page::log_in(&client, "noodle").await;
    let noodle: i64 = sqlx::query_scalar("SELECT id FROM accounts WHERE username = 'noodle'")
        .fetch_one(&site.world.pool)
        .await
        .expect("the member");
    let memory = json!({ "account": noodle, "last": visited(), "before": null }).to_string();
    let looked = client.get("/submissions/mine").private_cookie(Cookie::new("visited", memory)).dispatch().await;
    looked.cookies().get("visited").expect("it is kept").value().to_owned()
}

#[rocket::async_test]
async fn a_member_reads_what_has_happened_since_the_last_visit() {
    let site = talked_about().await;
    let memory = memory(&site).await;
    for options in [Options::default(), Options::without_script()] {
        let visitor = Visitor::new(options).await;
        log_in(&visitor, &site, "noodle").await;
        visitor.goto(&site.url("/submissions/mine")).await;
        assert_eq!((visitor.count(".own li").await, visitor.count(".since").await), (9, 0), "the first visit");
        look(&visitor, "own photos").await;
        let cookie = json!({ "name": "visited", "value": memory, "url": site.url("/") });
        visitor.call("Network.setCookie", cookie).await.expect("a cookie");
        visitor.reload().await;
        assert_eq!(visitor.count(".own .since").await, 9);
        let day = visited().format("%-d %B");
        let quiet = visitor.text(".own .since").await;
        assert_eq!(quiet, format!("Since your visit on {day}: nothing new."));
        let busy = visitor.text(".own li:nth-child(2) .since").await;
        assert!(
            busy.contains("3 new ratings, seen about 1,237 times, shared by 567 people, 1 person came by a link."),
            "{busy}"
        );
        look(&visitor, "own photos, since the last visit").await;
        visitor.screenshot_of_page("own-photos").await;
        let name = visitor.text(".own li:nth-child(2) h2").await;
        tab_to(&visitor, &name).await;
        visitor.press("Enter").await;
        visitor.wait_for_text("h1", &name).await;
        untroubled(&visitor).await;
    }
}

#[rocket::async_test]
async fn w3m_reads_ones_own_photos() {
    let site = talked_about().await;
    let terminal = terminal(&site, "noodle", "/submissions/mine").await;
    terminal.wait_for("Quiet").await;
    terminal.wait_for("No ratings yet").await;
}
