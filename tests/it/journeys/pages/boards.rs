//! Podium, gallery, table, species and photos of the day.

use super::look::be;
use super::{look, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;
use ratemyderp::queue::Job;

/// Enough votes for every board, of which some were cast yesterday.
async fn voted() -> Site {
    let site = Site::new().await;
    site.add(6).await;
    site.rank().await;
    sqlx::raw_sql(
        "INSERT INTO ratings (rater, submission, score, created_at)
         SELECT md5(n::text || id)::uuid, id, 1 + (n * id + n / 3) % 10, now() - interval '1 day' * (n % 2)
         FROM submissions, generate_series(1, 24) n WHERE ordinal IS NOT NULL;
         UPDATE tallies t SET count = r.count, sum = r.sum, histogram = r.histogram
         FROM (SELECT submission, count(*), sum(score),
                      ARRAY(SELECT count(*) FILTER (WHERE score = s) FROM ratings i, generate_series(1, 10) s WHERE i.submission = o.submission GROUP BY s ORDER BY s) AS histogram
               FROM ratings o GROUP BY submission) r WHERE r.submission = t.submission;
         UPDATE board_state SET chosen_until = NULL;
         UPDATE generation SET finished_at = finished_at - interval '1 day'",
    )
    .execute(&site.world.pool)
    .await
    .expect("votes");
    site.world.enqueue(Job::RankPhotos).await;
    site.drain().await;
    site
}

#[rocket::async_test]
async fn boards_are_a_pleasure_to_look_at_and_no_trouble_to_read() {
    let site = voted().await;
    let visitor = Visitor::new(Options::default()).await;
    for (name, path) in [
        ("leaderboard", "/leaderboard"),
        ("table", "/leaderboard?view=table"),
        ("week", "/leaderboard?period=week&by=divisive"),
        ("newest", "/leaderboard?by=newest"),
        ("empty", "/leaderboard?period=year&since=2025-01-01"),
        ("cats", "/species/cat"),
        ("species", "/species"),
        ("winners", "/photos-of-the-day"),
    ] {
        visitor.goto(&site.url(path)).await;
        look(&visitor, name).await;
        for (width, height, scheme) in
            [(1280, 1400, "light"), (1280, 1400, "dark"), (390, 1600, "light"), (390, 1600, "dark")]
        {
            be(&visitor, (width, height), scheme, "none").await;
            visitor.network().await;
            visitor.screenshot(&format!("boards-{name}-{width}-{scheme}")).await;
        }
        be(&visitor, (1280, 800), "light", "none").await;
    }
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn boards_lead_to_one_another_without_script() {
    let site = voted().await;
    let visitor = Visitor::new(Options::without_script()).await;
    visitor.goto(&site.url("/leaderboard")).await;
    assert_eq!(visitor.count(".podium li").await, 3);
    assert!(visitor.text(".podium .moved").await.contains(char::is_alphabetic));
    assert!(visitor.text(".winner").await.contains("Photo of the day"));
    visitor.follow(".ways-of-boards a[href*='period=week']").await;
    assert_eq!(visitor.text("h1").await, "The derpiest");
    visitor.follow(".ways-of-boards a[href*='by=divisive']").await;
    assert_eq!(visitor.url().await, site.url("/leaderboard?by=divisive&period=week"));
    visitor.follow(".ways-of-boards a[href*='view=table']").await;
    assert!(visitor.text(".board caption").await.contains("people disagree most about first"));
    visitor.follow(".actions a[href='/species']").await;
    visitor.follow(".board a").await;
    assert_eq!(visitor.count(".podium li").await, 3);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_reads_a_board() {
    let site = voted().await;
    let terminal = Terminal::w3m(&site.url("/leaderboard?period=month"));
    terminal.wait_for("The derpiest").await;
    terminal.wait_for("This week").await;
    terminal.activate("Table").await;
    terminal.wait_for("Rank").await;
}
