//! Podium, gallery, table, species and photos of the day.

use super::look::be;
use super::{look, untroubled};
use crate::journeys::tab_to;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;
use ratemyderp::queue::Job;

/// Enough votes for two pages of every board, of which some were cast yesterday; and photos that were looked at, shared and come to.
async fn voted() -> Site {
    let site = Site::new().await;
    site.add(18).await;
    site.rank().await;
    sqlx::raw_sql(
        "INSERT INTO ratings (rater, submission, score, created_at)
         SELECT md5(n::text || id)::uuid, id, 1 + (n * id + n / 3) % 10, now() - interval '1 day' * (n % 2)
         FROM submissions, generate_series(1, 24) n WHERE ordinal IS NOT NULL;
         UPDATE tallies t SET count = r.count, sum = r.sum, histogram = r.histogram
         FROM (SELECT submission, count(*), sum(score),
                      ARRAY(SELECT count(*) FILTER (WHERE score = s) FROM ratings i, generate_series(1, 10) s WHERE i.submission = o.submission GROUP BY s ORDER BY s) AS histogram
               FROM ratings o GROUP BY submission) r WHERE r.submission = t.submission;
         INSERT INTO submission_days (submission, day, views, shares, arrivals)
         SELECT id, current_date - n::int, 20 + 3 * id, (id + n) % 5, (2 * id + n) % 9
         FROM submissions, generate_series(0, 9) n WHERE ordinal IS NOT NULL
         ON CONFLICT (submission, day) DO UPDATE
         SET views = excluded.views, shares = excluded.shares, arrivals = excluded.arrivals;
         INSERT INTO rating_changes (submission, day) SELECT submission, day FROM submission_days;
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
    // How many photos are on the page at least.
    for (name, path, photos) in [
        ("leaderboard", "/leaderboard", 20),
        ("table", "/leaderboard?view=table", 20),
        ("week", "/leaderboard?period=week&by=divisive", 20),
        ("trending", "/leaderboard?by=trending", 20),
        ("trending-table", "/leaderboard?by=trending&view=table", 20),
        ("viral", "/leaderboard?by=most_viral", 20),
        ("newest", "/leaderboard?by=newest", 20),
        ("empty", "/leaderboard?period=year&since=2025-01-01", 0),
        ("cats", "/species/cat", 4),
        ("viral-cats", "/species/cat?by=most_viral", 4),
        ("species", "/species", 0),
        ("winners", "/photos-of-the-day", 1),
    ] {
        visitor.goto(&site.url(path)).await;
        let shown = visitor.count(".sheet a[href^='/submissions/']:not([href$=new])").await;
        assert!(shown >= photos, "{name}: {shown} photos");
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
async fn boards_of_what_is_talked_about_go_on_and_back_without_script() {
    let site = voted().await;
    let visitor = Visitor::new(Options::without_script()).await;
    for (name, unit, said) in
        [("Trending", "heat", "hottest first"), ("Most viral", "virality", "passed on most first")]
    {
        visitor.goto(&site.url("/leaderboard")).await;
        let order = format!(
            "[...document.querySelectorAll('.ways-of-boards a')].find(a => a.innerText === '{name}').getAttribute('href')"
        );
        let order: String = visitor.evaluate(&order).await;
        visitor.follow(&format!(".ways-of-boards a[href='{order}']")).await;
        assert!(visitor.text(".range").await.contains(said), "{}", visitor.text(".range").await);
        assert!(visitor.text(".podium .what").await.contains(unit), "{}", visitor.text(".podium .what").await);
        assert_eq!((visitor.count(".podium li").await, visitor.count(".gallery li").await), (3, 17), "{name}");
        assert_eq!(visitor.count(".winner").await, 0, "what is of one day is no part of it");
        let first = visitor.text(".podium .name bdi").await;
        visitor.follow("a[rel='next']").await;
        look(&visitor, &format!("{name}, continued")).await;
        assert!(visitor.count(".gallery li").await >= 5 && visitor.count(".podium").await == 0, "{name}");
        visitor.follow("a[rel='prev']").await;
        assert_eq!(visitor.text(".podium .name bdi").await, first);
    }
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_keyboard_goes_from_board_to_board_and_to_a_photo() {
    let site = voted().await;
    for options in [Options::default(), Options::without_script()] {
        let visitor = Visitor::new(options).await;
        visitor.goto(&site.url("/leaderboard")).await;
        for name in ["Trending", "Table"] {
            tab_to(&visitor, name).await;
            visitor.press("Enter").await;
            let here = format!("[...document.querySelectorAll('[aria-current]')].some(a => a.innerText === '{name}')");
            visitor.wait_until("that board", &here).await;
        }
        let first = visitor.text(".board tbody th bdi").await;
        tab_to(&visitor, &first).await;
        visitor.press("Enter").await;
        visitor.wait_for_text("h1", &first).await;
        assert!(visitor.text("main").await.contains("Seen about "), "who came sees how far it got");
        untroubled(&visitor).await;
    }
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

#[rocket::async_test]
async fn w3m_reads_what_is_trending_and_photos_of_the_day() {
    let site = voted().await;
    let terminal = Terminal::w3m(&site.url("/leaderboard?by=trending&view=table"));
    terminal.wait_for("hottest first").await;
    terminal.wait_for("Muffin").await;
    terminal.activate("Most viral").await;
    terminal.wait_for("Virality").await;
    terminal.wait_for("McGraw").await;
    let terminal = Terminal::w3m(&site.url("/photos-of-the-day"));
    terminal.wait_for("the one with the highest score").await;
    terminal.wait_for("from 12 people").await;
}
