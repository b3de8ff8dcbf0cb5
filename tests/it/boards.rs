//! What ratings add up to by day, and the boards made of it.

mod plans;

use chrono::{Days, NaiveDate, Utc};
use proptest::prelude::*;
use ratemyderp::ratings::boards::moved::{self, Moved};
use ratemyderp::ratings::boards::{self, Board, Listing, Order, Page, Period, photo_of_the_day, species};
use ratemyderp::ratings::standings;
use ratemyderp::submissions::removal;

use crate::support::{World, someone};

/// What the ranking job does.
async fn work_out(world: &World) {
    let mut tx = world.pool.begin().await.expect("a transaction");
    moved::keep(&mut tx).await.expect("yesterday");
    standings::recompute(&mut tx).await.expect("a generation");
    boards::update(&mut tx).await.expect("boards");
    tx.commit().await.expect("commit");
}

async fn sql(world: &World, sql: &str) {
    sqlx::raw_sql(sql).execute(&world.pool).await.expect(sql);
}

fn board(order: Order, period: Period) -> Board {
    Board { order, period, since: period.since(Utc::now().date_naive()), species: None }
}

async fn list(world: &World, board: &Board) -> Listing {
    let mut conn = world.pool.acquire().await.expect("a connection");
    boards::page(&mut conn, board, Page::First).await.expect("a page")
}

fn photos(listing: &Listing) -> Vec<(i64, Option<i64>)> {
    listing.photos.iter().map(|photo| (photo.submission, photo.rank)).collect()
}

/// Rows that differ between what was added up and a count of all ratings.
async fn differences(world: &World) -> Vec<String> {
    let days = "SELECT submission, day, ratings, sum, squares FROM submission_days";
    let counted = "SELECT submission, (created_at AT TIME ZONE 'UTC')::date, count(*), sum(score)::bigint, sum(score * score)::bigint
                   FROM ratings GROUP BY 1, 2";
    let listed = "SELECT submission, period, since, ratings, sum, squares, shown, species, (score IS NOT NULL)
                  FROM board_photos";
    let wanted = "SELECT p.submission, p.period, p.since, p.ratings, p.sum, p.squares, s.ordinal IS NOT NULL, lower(s.species),
                         s.ordinal IS NOT NULL AND p.ratings >= CASE p.period WHEN 'all' THEN 1 ELSE 10 END
                  FROM (SELECT submission, period, since_of(period, day) AS since, sum(ratings)::bigint AS ratings,
                               sum(sum)::bigint AS sum, sum(squares)::bigint AS squares
                        FROM (SELECT r.submission, (r.created_at AT TIME ZONE 'UTC')::date AS day, 1 AS ratings, r.score AS sum,
                                     r.score * r.score AS squares FROM ratings r
                              UNION ALL SELECT id, '1970-01-01', 0, 0, 0 FROM submissions WHERE ordinal IS NOT NULL) AS r,
                             unnest(enum_range(NULL::board_period)) AS p (period)
                        GROUP BY 1, 2, 3 HAVING period = 'all' OR sum(ratings) > 0) AS p
                       JOIN submissions s ON s.id = p.submission";
    let kinds = "SELECT name, photos FROM species";
    let there = "SELECT lower(species), count(*) FROM submissions WHERE ordinal IS NOT NULL GROUP BY 1";
    let mut found = vec![];
    for (kept, again) in [(days, counted), (listed, wanted), (kinds, there)] {
        let query =
            format!("SELECT x::text FROM (({kept} EXCEPT {again}) UNION ALL ({again} EXCEPT {kept})) AS x ORDER BY 1");
        found.extend(sqlx::query_scalar::<_, String>(&query).fetch_all(&world.pool).await.expect("a comparison"));
    }
    found
}

/// What happens in a week.
#[derive(Debug, Clone)]
enum Event {
    Vote(u128, usize, u8),
    Hide(usize),
    Unhide(usize),
    Delete(usize),
    Rename(usize, &'static str),
    /// So many ratings were given a day earlier.
    Earlier(u8),
    WorkOut,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        24 => (0u128..14, 0usize..6, 1u8..=10).prop_map(|(who, photo, score)| Event::Vote(who, photo, score)),
        1 => (0usize..6).prop_map(Event::Hide),
        1 => (0usize..6).prop_map(Event::Unhide),
        1 => (5usize..6).prop_map(Event::Delete),
        1 => ((0usize..6), prop_oneof![Just("Cat"), Just("dog"), Just("CAT")]).prop_map(|(photo, what)| Event::Rename(photo, what)),
        3 => (1u8..20).prop_map(Event::Earlier),
        3 => Just(Event::WorkOut),
    ]
}

async fn happen(world: &World, ids: &[i64], event: Event) {
    match event {
        Event::Vote(who, photo, score) => drop(world.rate(someone(who), ids[photo], score).await),
        Event::Hide(photo) => {
            let visible = format!("submissions WHERE id = {} AND moderation = 'visible'", ids[photo]);
            if world.count(&visible).await > 0 {
                world.hide(ids[photo]).await;
            }
        }
        Event::Unhide(photo) => {
            let hidden = format!("submissions WHERE id = {} AND moderation = 'hidden'", ids[photo]);
            if world.count(&hidden).await > 0 {
                world.unhide(ids[photo]).await;
            }
        }
        Event::Delete(photo) => {
            let mut tx = world.pool.begin().await.expect("a transaction");
            let there =
                world.count(&format!("submissions WHERE id = {} AND moderation <> 'removed'", ids[photo])).await;
            if there > 0 {
                removal::remove(&mut tx, ids[photo]).await.expect("removed");
                removal::erase(&mut tx, ids[photo]).await.expect("erased");
            }
            tx.commit().await.expect("commit");
        }
        Event::Rename(photo, what) => {
            let rename = sqlx::query("UPDATE submissions SET species = $1 WHERE id = $2 AND moderation <> 'removed'");
            rename.bind(what).bind(ids[photo]).execute(&world.pool).await.expect("renamed");
        }
        Event::Earlier(many) => {
            let query = format!(
                "UPDATE ratings SET created_at = created_at - interval '1 day'
                 WHERE (rater, submission) IN (SELECT rater, submission FROM ratings ORDER BY score, rater LIMIT {many})"
            );
            sql(world, &query).await;
        }
        Event::WorkOut => work_out(world).await,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn boards_are_what_a_count_of_all_ratings_finds(events in prop::collection::vec(event(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let world = World::new().await;
            let mut ids = vec![];
            for number in 0..6 {
                ids.push(world.photo(&format!("Photo {number}")).await);
            }
            for event in events {
                happen(&world, &ids, event).await;
            }
            work_out(&world).await;
            prop_assert_eq!(differences(&world).await, [""; 0]);
            // The same after a crash, which empties what was noted.
            sql(&world, "TRUNCATE rating_changes, submission_days; UPDATE board_photos SET ratings = 0, sum = 7").await;
            work_out(&world).await;
            prop_assert_eq!(differences(&world).await, [""; 0]);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn the_best_of_the_week_are_those_with_ten_votes_of_that_week() {
    let world = World::new().await;
    let (old, few, best, second) =
        (world.photo("Old").await, world.photo("Few").await, world.photo("Best").await, world.photo("Second").await);
    for rater in 0..12 {
        world.rate(someone(rater), old, 10).await;
    }
    sql(&world, "UPDATE ratings SET created_at = created_at - interval '8 days'").await;
    for rater in 0..12u8 {
        world.rate(someone(rater.into()), best, 9).await;
        world.rate(someone(rater.into()), second, if rater % 2 == 0 { 1 } else { 10 }).await;
        if rater < 9 {
            world.rate(someone(rater.into()), few, 10).await;
        }
    }
    work_out(&world).await;
    let week = list(&world, &board(Order::Derpiest, Period::Week)).await;
    assert_eq!(photos(&week), [(best, Some(1)), (second, Some(2))]);
    let least = list(&world, &board(Order::LeastDerpy, Period::Day)).await;
    assert_eq!(photos(&least), [(second, Some(1)), (best, Some(2))]);
    let divisive = list(&world, &board(Order::Divisive, Period::Week)).await;
    assert_eq!(photos(&divisive)[0], (second, Some(1)));
    let newest = list(&world, &board(Order::Newest, Period::All)).await;
    assert_eq!(photos(&newest), [(second, None), (best, None), (few, None), (old, None)]);
    let last = Period::Week.since(Utc::now().date_naive() - Days::new(8));
    let last = list(&world, &Board { since: last, ..board(Order::Derpiest, Period::Week) }).await;
    assert_eq!(photos(&last), [(old, Some(1))]);
    let cats = Board { species: Some("cat".to_owned()), ..board(Order::Derpiest, Period::All) };
    assert_eq!(list(&world, &cats).await.photos.len(), 4);
    world.hide(best).await;
    let week = list(&world, &board(Order::Derpiest, Period::Week)).await;
    assert_eq!(photos(&week), [(second, Some(2))], "out of sight at once, and ranks follow");
    work_out(&world).await;
    assert_eq!(photos(&list(&world, &board(Order::Derpiest, Period::Week)).await), [(second, Some(1))]);
}

#[tokio::test]
async fn pages_of_every_board_meet_without_gap_or_overlap() {
    let world = World::new().await;
    for number in 0..53u32 {
        let photo = world.photo(&format!("Photo {number}")).await;
        for rater in 0..10 {
            // Many ties.
            world.rate(someone(rater), photo, 1 + (number % 4) as u8 * (1 + (rater % 2) as u8)).await;
        }
    }
    work_out(&world).await;
    let mut conn = world.pool.acquire().await.unwrap();
    for order in [Order::Derpiest, Order::LeastDerpy, Order::Divisive, Order::Newest] {
        for period in [Period::All, Period::Month] {
            for species in [None, Some("cat".to_owned())] {
                let board = Board { species, ..board(order, period) };
                let (mut down, mut page) = (vec![], Page::First);
                loop {
                    let found = boards::page(&mut conn, &board, page).await.unwrap();
                    down.push(photos(&found));
                    match found.photos.last().filter(|_| found.more_after) {
                        Some(last) => page = Page::After(last.mark()),
                        None => break,
                    }
                }
                assert_eq!(down.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 13], "{board:?}");
                let all: std::collections::BTreeSet<i64> = down.iter().flatten().map(|photo| photo.0).collect();
                assert_eq!(all.len(), 53, "{board:?}");
                let ranks: Vec<_> = down.iter().flatten().filter_map(|photo| photo.1).collect();
                assert!(ranks.is_sorted(), "{board:?}");
                let last = boards::page(&mut conn, &board, page).await.unwrap();
                let up = boards::page(&mut conn, &board, Page::Before(last.photos[0].mark())).await.unwrap();
                assert_eq!(photos(&up), down[1], "{board:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_rank_says_how_it_has_moved_since_yesterday() {
    let world = World::new().await;
    let (one, two, three) = (world.photo("One").await, world.photo("Two").await, world.photo("Three").await);
    for rater in 0..20 {
        world.rate(someone(rater), one, 9).await;
        world.rate(someone(rater), two, 5).await;
    }
    work_out(&world).await;
    let mut conn = world.pool.acquire().await.unwrap();
    assert!(moved::since_yesterday(&mut conn, &[(one, 1)]).await.unwrap().is_empty(), "there was no yesterday");
    sql(&world, "UPDATE generation SET finished_at = finished_at - interval '1 day'").await;
    for rater in 0..20 {
        world.rate(someone(rater), three, 10).await;
        world.rate(someone(rater), one, 1).await;
    }
    work_out(&world).await;
    let ranks: Vec<(i64, i64)> = list(&world, &board(Order::Derpiest, Period::All))
        .await
        .photos
        .iter()
        .filter_map(|photo| Some((photo.submission, photo.rank?)))
        .collect();
    assert_eq!(ranks, [(three, 1), (two, 2), (one, 3)]);
    let moved: Vec<_> = moved::since_yesterday(&mut conn, &ranks).await.unwrap().into_values().collect();
    assert_eq!(moved, [Moved::Down(2), Moved::Not, Moved::New]);
}

#[tokio::test]
async fn the_photo_of_the_day_is_chosen_once_the_day_is_over() {
    let world = World::new().await;
    let (best, next) = (world.photo("Best").await, world.photo("Next").await);
    for rater in 0..10 {
        world.rate(someone(rater), best, 9).await;
        world.rate(someone(rater), next, 8).await;
    }
    work_out(&world).await;
    let mut conn = world.pool.acquire().await.unwrap();
    assert!(photo_of_the_day::before(&mut conn, None, 9).await.unwrap().is_empty(), "the day is not over");
    // Both days are over now; half of the votes were cast the day before the other half, and by more than ten people.
    for rater in 10..20 {
        world.rate(someone(rater), best, 9).await;
        world.rate(someone(rater), next, 8).await;
    }
    sql(
        &world,
        "UPDATE ratings SET created_at = created_at - interval '1 day' * (1 + (rater > '00000000-0000-0000-0000-000000000009')::integer);
         UPDATE board_state SET chosen_until = NULL",
    )
    .await;
    work_out(&world).await;
    let chosen: Vec<(NaiveDate, i64)> = photo_of_the_day::before(&mut conn, None, 9)
        .await
        .unwrap()
        .iter()
        .map(|photo| (photo.day, photo.submission))
        .collect();
    let today = Utc::now().date_naive();
    assert_eq!(chosen, [(today - Days::new(1), next), (today - Days::new(2), best)], "who has been one rests");
    world.hide(best).await;
    assert_eq!(photo_of_the_day::before(&mut conn, None, 9).await.unwrap().len(), 1);
    assert_eq!(
        species::find(&mut conn, "CAT").await.unwrap().map(|species| species.photos),
        Some(2),
        "until the next run"
    );
}
