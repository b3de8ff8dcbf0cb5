//! What ratings add up to by day, and the boards made of it.

mod plans;
mod random_week;

use chrono::{Days, NaiveDate, Utc};
use ratemyderp::ratings::boards::moved::{self, Moved};
use ratemyderp::ratings::boards::{self, Board, Listing, Order, Page, Period, photo_of_the_day, species};
use ratemyderp::ratings::standings;

use strum::VariantArray;

use crate::support::{World, someone};

/// What the ranking job does.
async fn work_out(world: &World) {
    let mut tx = world.pool.begin().await.expect("a transaction");
    moved::keep(&mut tx).await.expect("yesterday");
    let gathered = boards::gather(&mut tx, false).await.expect("what has changed");
    standings::recompute(&mut tx).await.expect("a generation");
    boards::update(&mut tx, &gathered).await.expect("boards");
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
    sql(
        &world,
        "INSERT INTO submission_days (submission, day, shares, arrivals, views)
         SELECT submission, day - (submission % 3)::integer, submission % 4 + 1, 7, 20 FROM submission_days WHERE submission % 3 > 0;
         INSERT INTO rating_changes (submission, day) SELECT submission, day FROM submission_days;
         UPDATE submission_days SET shares = 1 + submission % 4",
    )
    .await;
    work_out(&world).await;
    for &order in Order::VARIANTS {
        for period in [Period::All, Period::Month] {
            if period != Period::All && !order.has_periods() {
                continue;
            }
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

#[tokio::test]
async fn boards_of_days_long_past_go_and_late_changes_do_not_bring_them_back() {
    let world = World::new().await;
    let photo = world.photo("Old").await;
    for rater in 0..12 {
        world.rate(someone(rater), photo, 9).await;
    }
    sql(&world, "UPDATE ratings SET created_at = now() - interval '90 days'").await;
    work_out(&world).await;
    let days = "board_photos WHERE period = 'day'";
    assert_eq!(world.count(days).await, 1);
    boards::prune::prune(&world.pool).await.unwrap();
    assert_eq!(world.count(days).await, 1, "it is shown");
    sql(
        &world,
        "UPDATE ratings SET created_at = created_at - interval '10 days';
         UPDATE board_photos SET since = since - 10 WHERE period = 'day'; UPDATE submission_days SET day = day - 10; TRUNCATE rating_changes",
    )
    .await;
    work_out(&world).await;
    assert_eq!(world.count(days).await, 0);
    sql(&world, "INSERT INTO board_photos (submission, period, since, species, shown, ratings, sum, squares) VALUES (1, 'day', '2026-01-01', 'cat', true, 1, 1, 1)").await;
    assert!(boards::prune::prune(&world.pool).await.unwrap() == 1 && world.count(days).await == 0);
    world.rate(someone(3), photo, 1).await;
    work_out(&world).await;
    assert_eq!(world.count(days).await, 0, "a rating of then that was changed");
    assert_eq!(world.count("board_photos WHERE period = 'all' AND sum = 100").await, 1);
    assert_eq!(world.complaints().await, [""; 0]);
}

#[tokio::test]
async fn a_photo_that_is_hidden_while_its_boards_are_made_leaves_its_species_once() {
    let world = World::new().await;
    let (photo, _) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    world.rate(someone(1), photo, 8).await;
    work_out(&world).await;
    world.rate(someone(2), photo, 9).await;
    let mut tx = world.pool.begin().await.expect("a transaction");
    let gathered = boards::gather(&mut tx, false).await.expect("what has changed");
    world.hide(photo).await;
    standings::recompute(&mut tx).await.expect("a generation");
    boards::update(&mut tx, &gathered).await.expect("boards");
    tx.commit().await.expect("commit");
    work_out(&world).await;
    assert_eq!(world.complaints().await, [""; 0]);
}
