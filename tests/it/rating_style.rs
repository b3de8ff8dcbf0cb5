//! How somebody votes, in figures.

use ratemyderp::accounts;
use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::rating_style::{COUNTED, RatingStyle, SAMPLE, of_account};
use ratemyderp::ratings::record::Vote;
use ratemyderp::ratings::{RaterId, raters};

use crate::support::{World, score, someone};

async fn member(world: &World) -> (i64, RaterId) {
    let mut tx = world.pool.begin().await.expect("a transaction");
    let account = accounts::ensure(&mut tx, "noodle", "Noodle").await.expect("an account");
    let rater = raters::ensure(&mut tx, account).await.expect("a rater");
    tx.commit().await.expect("commit");
    (account, rater)
}

async fn style(world: &World, account: i64) -> Option<RatingStyle> {
    let mut conn = world.pool.acquire().await.expect("a connection");
    of_account(&mut conn, account).await.expect("figures or none")
}

#[tokio::test]
async fn somebody_is_compared_with_everybody_else_who_rated_the_same_photos() {
    let world = World::new().await;
    let (account, rater) = member(&world).await;
    assert_eq!(style(&world, account).await, None);
    // Two others give 4 and 6, the member 7: two points more. Nobody else has rated the last photo.
    for number in 0..5 {
        let photo = world.photo("Photo").await;
        world.rate(rater, photo, 7).await;
        if number < 4 {
            world.rate(someone(1), photo, 4).await;
            world.rate(someone(2), photo, 6).await;
        }
    }
    let few = style(&world, account).await.unwrap();
    assert_eq!(few, RatingStyle { count: 5, mean: 7.0, above_others: None }, "four photos say nothing");
    let photo = world.photo("Photo").await;
    world.rate(rater, photo, 1).await;
    world.rate(someone(1), photo, 9).await;
    let style = style(&world, account).await.unwrap();
    assert_eq!((style.count, style.mean), (6, 6.0));
    assert!((style.above_others.unwrap() - (4.0 * 2.0 - 8.0) / 5.0).abs() < 1e-9, "{style:?}");
}

#[tokio::test]
async fn many_ratings_are_not_all_looked_at() {
    let world = World::new().await;
    let (account, rater) = member(&world).await;
    let photos = COUNTED + SAMPLE;
    sqlx::raw_sql(&format!(
        "INSERT INTO submissions (owner, title, species, original_key, state, rendition_key, rendition_sizes, ordinal)
         SELECT {}, 'Photo', 'cat', gen_random_uuid(), 'ready', gen_random_uuid(), '{{160}}', n
         FROM generate_series(1, {photos}) n;
         UPDATE deck SET size = {photos};
         INSERT INTO tallies (submission) SELECT id FROM submissions",
        world.house
    ))
    .execute(&world.pool)
    .await
    .unwrap();
    let ids: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM submissions ORDER BY id").fetch_all(&world.pool).await.unwrap();
    let newest = ids.len() - usize::try_from(SAMPLE).unwrap();
    for (given, photos) in [(1, &ids[..newest]), (9, &ids[newest..])] {
        let bookmarks = Bookmarks::default();
        let rater = Rater { id: rater, account: Some(account), bookmarks, stored: true };
        let votes: Vec<Vote> =
            photos.iter().map(|&submission| Vote { rater, submission, score: score(given), network: None }).collect();
        world.record(&votes).await;
    }
    let style = style(&world, account).await.unwrap();
    assert_eq!((style.count, style.mean), (COUNTED + 1, 9.0), "the newest photos");
    sqlx::query("ANALYZE").execute(&world.pool).await.unwrap();
    let plan: Vec<String> = sqlx::query_scalar(
        "EXPLAIN SELECT avg(own.score - (t.sum - own.score)::float8 / (t.count - 1)) FILTER (WHERE t.count > 1)
         FROM (SELECT submission, score FROM ratings r WHERE r.rater = $1 ORDER BY submission DESC LIMIT 1000) own
              CROSS JOIN LATERAL (SELECT count, sum FROM tallies WHERE submission = own.submission OFFSET 0) t",
    )
    .bind(rater.0)
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Index Scan Backward using ratings_pkey") && !plan.contains("Seq Scan"), "{plan}");
}
