use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::record::Vote;
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use super::page::{Page, get};
use crate::support::{World, score, someone};

#[tokio::test]
async fn the_board_says_ranks_and_leads_down_and_up() {
    let world = World::new().await;
    let client = world.client().await;
    assert!(get(&client, "/leaderboard?view=table").await.text().contains("Nobody is on the board yet"));
    for number in 0..25u8 {
        let photo = world.photo(&format!("Photo {number}")).await;
        for rater in 0..4 {
            world.rate(someone(rater), photo, 1 + (number + rater as u8) % 10).await;
        }
    }
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let top = get(&client, "/leaderboard?view=table").await;
    assert!(top.text().contains("of 25, derpiest first"), "{}", top.text());
    let next = top.between("rel=\"next\" href=\"", "\"").expect("a way down");
    let bottom = get(&client, &next).await;
    assert_eq!(bottom.html.matches("<td class=\"rank\">").count(), 5);
    assert!(!bottom.html.contains("rel=\"next\""));
    let previous = bottom.between("rel=\"prev\" href=\"", "\"").expect("a way up");
    assert_eq!(get(&client, &previous).await.but_for_way_back(), top.but_for_way_back());
}

#[tokio::test]
async fn a_mangled_address_is_explained() {
    let world = World::new().await;
    let client = world.client().await;
    for wrong in ["after=x", "before=NaN~1", "after=7"] {
        let page = get(&client, &format!("/leaderboard?{wrong}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{wrong}");
        assert!(page.text().contains("Begin at the top"));
    }
}

#[tokio::test]
async fn a_board_that_is_not_there_is_not_made_up() {
    let world = World::new().await;
    let client = world.client().await;
    for (wrong, said) in [
        ("by=nonsense", "no leaderboard by that"),
        ("by=", "by that"),
        ("period=8", "of that time"),
        ("period=week&since=2026-11-24", "Weeks begin on Mondays"),
        ("period=day&since=3026-11-24", "none is in the future"),
        ("period=day&since=yesterday", "No such day"),
        ("since=2026-11-24", "No such day"),
        ("by=newest&period=day", "not listed by time"),
        ("period=day&since=2025-01-01", "Boards of single days are kept for 92 days"),
        ("by=trending&period=week", "not listed by time"),
        ("by=most_viral&period=all&since=2026-11-24", "No such day"),
        ("view=film", "a gallery or a table"),
    ] {
        let page = get(&client, &format!("/leaderboard?{wrong}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{wrong}");
        assert!(page.text().contains(said), "{}", page.text());
    }
    assert_eq!(get(&client, "/leaderboard?by=derpiest&period=all").await.status, Status::Ok);
}

#[tokio::test]
async fn a_page_whose_photos_share_a_rank_says_so() {
    let world = World::new().await;
    let client = world.client().await;
    for number in 0..23u8 {
        let photo = world.photo(&format!("Photo {number}")).await;
        world.rate(someone(1), photo, if number < 20 { 9 } else { 4 }).await;
    }
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let top = get(&client, "/leaderboard?view=table").await;
    assert!(top.text().contains("Rank 1, which these photos share, of 23, derpiest first"), "{}", top.text());
    let bottom = get(&client, &top.between("rel=\"next\" href=\"", "\"").expect("a way down")).await;
    assert!(bottom.text().contains("Rank 21, which these photos share, of 23"), "{}", bottom.text());
    assert!(bottom.html.contains("<title>Leaderboard, rank 21 - RateMyDerp</title>"));
}

#[tokio::test]
async fn the_way_up_ends_at_the_top_and_leaves_nobody_out() {
    let world = World::new().await;
    let client = world.client().await;
    for number in 0..45 {
        photo_with(&world, [&vec![10; number + 2][..], &[1]].concat()).await;
    }
    rank(&world).await;
    let second = follow(&client, &get(&client, "/leaderboard?view=table").await, "next").await;
    assert!(second.text().contains("Ranks 21 to 40 of 45"), "{}", second.text());
    let third = follow(&client, &second, "next").await;
    let up = follow(&client, &third, "prev").await;
    assert!(up.text().contains("Ranks 21 to 40 of 45"), "{}", up.text());
    // A photo goes out of sight: there are 39 above the page that is open.
    let gone = sqlx::query_scalar("SELECT submission FROM standings ORDER BY score DESC OFFSET 4 LIMIT 1");
    world.hide(gone.fetch_one(&world.pool).await.unwrap()).await;
    let top = follow(&client, &third, "prev").await;
    assert!(top.text().contains("Ranks 1 to 40 of 45"), "{}", top.text());
    assert_eq!(column(&top, RANK).len(), 39);
    assert!(!top.html.contains("rel=\"prev\""));
}

#[tokio::test]
async fn photos_with_the_mean_share_a_rank_however_many_ratings_they_have() {
    let world = World::new().await;
    let client = world.client().await;
    for scores in [vec![9], vec![9; 8], vec![9; 4], [8, 10].repeat(4), vec![8; 5], vec![10; 5]] {
        photo_with(&world, scores).await;
    }
    rank(&world).await;
    let board = get(&client, "/leaderboard?view=table").await;
    assert_eq!(column(&board, RANK), ["1", "2", "2", "2", "2", "6"]);
    assert_eq!(column(&board, SCORE)[1..5], ["9.0"; 4]);
}

#[tokio::test]
async fn scores_of_different_ranks_are_told_apart() {
    let world = World::new().await;
    let client = world.client().await;
    // People disagree about each, and the photos hardly differ: scores are close to the mean.
    for scores in [[5, 10].repeat(10), [5, 10].repeat(11), [1, 10].repeat(10)] {
        photo_with(&world, scores).await;
    }
    rank(&world).await;
    let board = get(&client, "/leaderboard?view=table").await;
    let scores = column(&board, SCORE);
    assert!(scores[0] > scores[1] && scores[0].len() > "9.9".len(), "{scores:?}");
}

/// How the cells begin.
const RANK: &str = "<td class=\"rank\">";
const SCORE: &str = "</span></th>\n<td>";

/// A photo that somebody each has given one of these scores.
async fn photo_with(world: &World, scores: Vec<u8>) {
    let submission = world.photo("Marmalade").await;
    let vote = |(number, given)| {
        let rater = Rater { id: someone(number), account: None, bookmarks: Bookmarks::default(), stored: false };
        Vote { rater, submission, score: score(given), network: None }
    };
    let votes: Vec<Vote> = (0..).zip(scores).map(vote).collect();
    world.record(&votes).await;
}

async fn rank(world: &World) {
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// The page that a link of this sort leads to.
async fn follow(client: &Client, page: &Page, rel: &str) -> Page {
    get(client, &page.between(&format!("rel=\"{rel}\" href=\""), "\"").expect("a link")).await
}

/// What the cells that begin like this say.
fn column<'p>(board: &'p Page, start: &str) -> Vec<&'p str> {
    board.html.split(start).skip(1).map(|rest| rest.split('<').next().unwrap()).collect()
}
