use rocket::http::Status;

use super::page::get;
use crate::support::{World, someone};

#[tokio::test]
async fn the_board_says_ranks_and_leads_down_and_up() {
    let world = World::new().await;
    let client = world.client().await;
    assert!(get(&client, "/leaderboard").await.text().contains("Nobody is on the board yet"));
    for number in 0..25u8 {
        let photo = world.photo(&format!("Photo {number}")).await;
        for rater in 0..4 {
            world.rate(someone(rater), photo, 1 + (number + rater as u8) % 10).await;
        }
    }
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let top = get(&client, "/leaderboard").await;
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
    let top = get(&client, "/leaderboard").await;
    assert!(top.text().contains("Rank 1, which these photos share, of 23, derpiest first"), "{}", top.text());
    let bottom = get(&client, &top.between("rel=\"next\" href=\"", "\"").expect("a way down")).await;
    assert!(bottom.text().contains("Rank 21, which these photos share, of 23"), "{}", bottom.text());
    assert!(bottom.html.contains("<title>Leaderboard, rank 21 - RateMyDerp</title>"));
}
