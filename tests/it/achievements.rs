//! What a member's photos and ratings have come to.

use ratemyderp::ratings::achievements::{self, Best, Everybody, PHOTOS, PhotoFigures};
use ratemyderp::ratings::{RaterId, raters};
use ratemyderp::submissions::avatars;
use sqlx::Connection;

use crate::support::{World, rows, someone};

async fn sql(world: &World, statements: &str) {
    sqlx::raw_sql(statements).execute(&world.pool).await.expect("it ran");
}

async fn rater(world: &World, account: i64) -> RaterId {
    let mut tx = world.pool.begin().await.unwrap();
    let rater = raters::ensure(&mut tx, account).await.unwrap();
    tx.commit().await.unwrap();
    rater
}

#[tokio::test]
async fn figures_are_of_photos_on_show_and_equal_a_recount() {
    let world = World::new().await;
    let (noodle, pickle) = (world.member("noodle").await, world.member("pickle").await);
    let mut conn = world.pool.acquire().await.unwrap();
    let none = achievements::of_photos(&mut conn, noodle).await.unwrap();
    assert_eq!((none.photos, none.ratings, none.score, none.best, none.days), (0, 0, None, None, 0));
    let everybody = achievements::everybody(&mut conn).await.unwrap();
    assert_eq!((everybody.photos, everybody.points), (0, None));

    let mut photos = vec![];
    for title in ["Bo", "Biscuit", "Marmalade", "Hidden"] {
        photos.push(world.photo(title).await);
    }
    sqlx::query("UPDATE submissions SET owner = $1").bind(noodle).execute(&world.pool).await.unwrap();
    let other = world.photo("Of somebody else").await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(pickle)
        .bind(other)
        .execute(&world.pool)
        .await
        .unwrap();
    for (at, given) in [(0, 3), (1, 9), (2, 6), (3, 10)] {
        for voter in 1..=4 {
            world.rate(someone(voter), photos[at], given).await;
        }
    }
    world.hide(photos[3]).await;
    sqlx::query("INSERT INTO photos_of_the_day VALUES ('2026-11-01', $1, 9, 80), ('2026-11-03', $1, 9, 80), ('2026-11-02', $2, 9, 80)")
        .bind(photos[1])
        .bind(photos[3])
        .execute(&world.pool)
        .await
        .unwrap();
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();

    let figures = achievements::of_photos(&mut conn, noodle).await.unwrap();
    let mean: f64 = sqlx::query_scalar("SELECT avg(score) FROM standings").fetch_one(&mut *conn).await.unwrap();
    let best = Some(Best { submission: photos[1], title: "Biscuit".to_owned(), rank: 1 });
    let described = figures.described;
    let expected = PhotoFigures {
        photos: 3,
        described,
        ratings: 12,
        score: Some(mean),
        best,
        days: 2,
        last_day: "2026-11-03".parse().ok(),
    };
    assert_eq!(figures, expected);
    let Everybody { photos, ratings, points, .. } = achievements::everybody(&mut conn).await.unwrap();
    assert_eq!((photos, ratings, points), (3, 12, Some(6.0)));
}

#[tokio::test]
async fn who_has_rated_every_photo_of_others_lately_misses_nothing() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let lately =
        async || achievements::rated_all_lately(&mut world.pool.acquire().await.unwrap(), noodle).await.unwrap();
    let (old, new, own) = (world.photo("Old").await, world.photo("New").await, world.photo("Own").await);
    assert_eq!(lately().await, None, "somebody who has not rated yet");
    let rater = rater(&world, noodle).await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(noodle)
        .bind(own)
        .execute(&world.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE submissions SET created_at = now() - interval '31 days' WHERE id = $1")
        .bind(old)
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(lately().await, None);
    world.rate(rater, new, 5).await;
    assert_eq!(lately().await, Some(1), "neither their own nor those from before");
    let newer = world.photo("Newer").await;
    assert_eq!(lately().await, None);
    world.hide(newer).await;
    assert_eq!(lately().await, Some(1), "nobody can rate what is hidden");
    sql(&world, "UPDATE submissions SET created_at = now() - interval '31 days'").await;
    assert_eq!(lately().await, None, "there was nothing to miss");
}

#[tokio::test]
async fn somebody_is_shown_with_their_own_photo_while_it_is_on_show() {
    let world = World::new().await;
    let (noodle, pickle) = (world.member("noodle").await, world.member("pickle").await);
    let (own, other) = (world.photo("Own").await, world.photo("Other").await);
    for (photo, owner) in [(own, noodle), (other, pickle)] {
        sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
            .bind(owner)
            .bind(photo)
            .execute(&world.pool)
            .await
            .unwrap();
    }
    let choose = async |typed: &str| {
        let mut tx = world.pool.begin().await.unwrap();
        let chosen = avatars::choose(&mut tx, noodle, typed).await.is_ok();
        tx.commit().await.unwrap();
        chosen
    };
    let shown = async || {
        let found = avatars::find(&mut world.pool.acquire().await.unwrap(), noodle).await.unwrap();
        found.map(|avatar| avatar.submission)
    };
    assert!(choose(&own.to_string()).await);
    for wrong in [&other.to_string(), &(own + 1_000).to_string(), "-1", "own"] {
        assert!(!choose(wrong).await, "{wrong}");
    }
    assert_eq!(shown().await, Some(own));
    world.hide(own).await;
    assert_eq!(shown().await, None, "what is hidden is shown nowhere");
    assert!(!choose(&own.to_string()).await);
    assert!(choose("").await);
}

#[tokio::test]
async fn figures_cost_the_same_however_many_photos_there_are() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let rater = rater(&world, noodle).await;
    // Noodle has sent in a third of all photos, and has rated all the others.
    sqlx::query(
        "INSERT INTO submissions (owner, title, species, original_key, state, rendition_key, rendition_sizes, ordinal)
         SELECT CASE n % 3 WHEN 0 THEN $1 ELSE $2 END, 'Photo', 'cat', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n
         FROM generate_series(1, 30000) n",
    )
    .bind(noodle)
    .bind(world.house)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query("INSERT INTO ratings (rater, submission, score) SELECT $1, id, 5 FROM submissions WHERE owner <> $2")
        .bind(rater.0)
        .bind(noodle)
        .execute(&world.pool)
        .await
        .unwrap();
    sql(
        &world,
        "INSERT INTO tallies (submission, count, sum) SELECT id, 12, 60 FROM submissions;
         INSERT INTO standings (submission, score, count, sum) SELECT id, 1 + id % 900 / 100.0, 12, 60 FROM submissions;
         INSERT INTO ladder (score, above) SELECT DISTINCT score, rank() OVER (ORDER BY score DESC) - 1 FROM standings;
         INSERT INTO photos_of_the_day SELECT date '2026-11-01' - n, n, 9, 80 FROM generate_series(1, 3000) n",
    )
    .await;
    // Of each photo looked at: its own row, and an index entry and row of three tables. A rank counts a rung of the ladder.
    let most = PHOTOS * 10;
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let mut conn = sqlx::PgConnection::connect(world.url()).await.unwrap();
            sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
            let mut tx = conn.begin().await.unwrap();
            let before = rows::read(&mut tx).await;
            assert_eq!(achievements::of_photos(&mut tx, noodle).await.unwrap().photos, PHOTOS);
            let figures = rows::read(&mut tx).await - before;
            let lately = achievements::rated_all_lately(&mut tx, noodle).await.unwrap();
            assert!(lately.is_some_and(|photos| (600..=700).contains(&photos)), "{lately:?}");
            let all = rows::read(&mut tx).await - before;
            assert!(figures <= most && all <= 2 * most, "{figures}, {all} rows, {mode}, statistics {statistics}");
        }
        sql(&world, "ANALYZE").await;
    }
}
