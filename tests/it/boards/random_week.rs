//! Days and boards after a random week, against a count of all ratings.

use chrono::{Days, Utc};
use proptest::prelude::*;
use ratemyderp::ratings::reach::{Reach, Reached, Step};
use ratemyderp::submissions::removal;

use super::{sql, work_out};
use crate::support::{World, someone};

/// Rows that differ between what was added up and a count of all ratings.
async fn differences(world: &World) -> Vec<String> {
    let days = "SELECT submission, day, ratings, sum, squares FROM submission_days WHERE ratings > 0";
    let counted = "SELECT submission, (created_at AT TIME ZONE 'UTC')::date, count(*), sum(score)::bigint, sum(score * score)::bigint
                   FROM ratings GROUP BY 1, 2";
    let listed = "SELECT submission, period, since, ratings, sum, squares, shown, species, (score IS NOT NULL)
                  FROM board_photos WHERE shown OR ratings > 0";
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
    /// One rater's ratings are another's from now on.
    HandOver(u128, u128),
    /// It is shared, come to by others and looked at, so often.
    Reach(usize, u8),
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
        1 => (0u128..14, 0u128..14).prop_map(|(from, into)| Event::HandOver(from, into)),
        4 => (0usize..6, 1u8..9).prop_map(|(photo, often)| Event::Reach(photo, often)),
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
        Event::HandOver(from, into) => {
            let hand_over = "UPDATE ratings r SET rater = $2 WHERE rater = $1
                             AND NOT EXISTS (SELECT FROM ratings WHERE rater = $2 AND submission = r.submission)";
            let moved = sqlx::query(hand_over)
                .bind(someone(from).0)
                .bind(someone(into).0)
                .execute(&world.pool)
                .await
                .expect("moved");
            if moved.rows_affected() > 0 {
                let raters = "INSERT INTO raters (id, lap_start, lap_end) VALUES ($1, 1, 1) ON CONFLICT DO NOTHING";
                sqlx::query(raters).bind(someone(into).0).execute(&world.pool).await.expect("somebody");
            }
        }
        Event::Reach(photo, often) => {
            let reach = Reach::new(&world.config().secret().expect("a secret").clone());
            let day = Utc::now().date_naive() - Days::new(u64::from(often) % 5);
            for who in 0..often {
                let step = if who % 3 == 0 { Step::Share } else { Step::Arrival };
                reach.count(someone(who.into()), Reached { step, submission: ids[photo], day });
                reach.look(ids[photo], day);
            }
            reach.flush(&world.pool).await.expect("written");
        }
        Event::Earlier(many) => {
            let query = format!(
                "UPDATE ratings SET created_at = created_at - interval '1 day'
                 WHERE (rater, submission) IN (SELECT rater, submission FROM ratings ORDER BY score, rater LIMIT {many})"
            );
            sql(world, &query).await;
        }
        Event::WorkOut => {
            work_out(world).await;
            assert_eq!(world.complaints().await, [""; 0]);
        }
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
            prop_assert_eq!(world.complaints().await, [""; 0]);
            work_out(&world).await;
            prop_assert_eq!(differences(&world).await, [""; 0]);
            prop_assert_eq!(world.complaints().await, [""; 0]);
            // The same where what was noted is lost.
            sql(&world, "TRUNCATE rating_changes, submission_days; UPDATE board_photos SET ratings = 0, sum = 7").await;
            work_out(&world).await;
            prop_assert_eq!(differences(&world).await, [""; 0]);
            prop_assert_eq!(world.complaints().await, [""; 0]);
            Ok(())
        })?;
    }
}
