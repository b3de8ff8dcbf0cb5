//! What a batch of votes costs in rows read: whatever the planner believes, whenever it planned, and however much there is.

use std::time::Duration;

use ratemyderp::config::VoteBrakes;
use ratemyderp::ratings::brake::admit;
use ratemyderp::ratings::deck::{self, Asker, Bookmarks, Class, Who};
use ratemyderp::ratings::record::{Recorded, Vote, record};
use ratemyderp::ratings::{RaterId, double_tap};
use ratemyderp::submissions;
use sqlx::{Connection, PgConnection};

use super::KEY;
use crate::support::{World, rows, score};

/// Within which votes are one tap: less than this test takes between two.
const A_MOMENT: Duration = Duration::from_micros(1);

const PHOTOS: i64 = 5000;

/// Raters in a batch. Each has rated photo 1 to 100 and 20,000 others.
const RATERS: u128 = 8;

/// The most that one vote may read: rater, tally and photo, what it was, the last vote, both brakes; then three or four places of the
/// deck with photo, rating and report, and two photos with their owners. Each is an index entry and a row.
const A_VOTE: i64 = 60;

/// The deck's size, and what is read by the triggers of a statement.
const AROUND: i64 = 10;

const TABLES: [&str; 9] =
    ["submissions", "ratings", "reports", "tallies", "raters", "accounts", "last_votes", "vote_brakes", "deck"];

async fn sql(world: &World, sql: &str) {
    sqlx::raw_sql(sql).execute(&world.pool).await.unwrap();
}

/// Photos of the house from the first to the last number.
async fn add_photos(world: &World, numbers: std::ops::RangeInclusive<i64>) {
    let (first, last, house) = (numbers.start(), numbers.end(), world.house);
    let all = format!(
        "INSERT INTO submissions (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal,
                                  described_ordinal)
         SELECT {house}, 'Photo', 'cat', 'A cat', gen_random_uuid(), 'ready', gen_random_uuid(), '{{160}}', n, n
         FROM generate_series({first}, {last}) n;
         INSERT INTO tallies (submission) SELECT n FROM generate_series({first}, {last}) n ON CONFLICT DO NOTHING;
         UPDATE deck SET size = {last}, described_size = {last}"
    );
    sql(world, &all).await;
}

/// Raters who are known, and have rated much; and members and reports of others.
async fn fill(world: &World) {
    add_photos(world, 11..=PHOTOS).await;
    sql(
        world,
        "INSERT INTO ratings (rater, submission, score)
         SELECT lpad(to_hex(r), 32, '0')::uuid, n, 5 FROM generate_series(1, 8) r, generate_series(1000001, 1020000) n;
         INSERT INTO ratings (rater, submission, score)
         SELECT lpad(to_hex(r), 32, '0')::uuid, n, 5 FROM generate_series(1, 8) r, generate_series(11, 100) n;
         INSERT INTO ratings (rater, submission, score)
         SELECT gen_random_uuid(), 1 + n % 5000, 5 FROM generate_series(1, 20000) n;
         INSERT INTO raters (id, lap_start, lap_end) SELECT gen_random_uuid(), 1, 5000 FROM generate_series(1, 5000);
         INSERT INTO last_votes (rater, submission, at) SELECT gen_random_uuid(), 1, now() FROM generate_series(1, 5000);
         INSERT INTO vote_brakes (network, submission, used, granted) SELECT n, 1, 1, 1 FROM generate_series(1000, 6000) n;
         INSERT INTO accounts (username, display_name) SELECT 'member' || n, 'Member' FROM generate_series(1, 5000) n;
         ALTER TABLE reports DROP CONSTRAINT reports_submission_fkey;
         INSERT INTO reports (rater, submission, reason)
         SELECT lpad(to_hex(r), 32, '0')::uuid, n, 'other' FROM generate_series(1, 8) r, generate_series(1000001, 1003000) n",
    )
    .await;
}

/// All that the web process asks for a batch of votes, and then for the cards: how many rows that read.
async fn cost(conn: &mut PgConnection, photo: i64, class: Class) -> i64 {
    let mut tx = conn.begin().await.unwrap();
    let before = rows::read(&mut tx).await;
    let who: Vec<Who> =
        (1..=RATERS).map(|n| Who::Visitor { id: someone_known(n), cookie: Bookmarks::default() }).collect();
    let raters = deck::load_all(&mut tx, &who).await.unwrap();
    let raters: Vec<_> = raters.into_iter().map(Option::unwrap).collect();
    let votes: Vec<Vote> = (photo..)
        .zip(&raters)
        .map(|(submission, rater)| Vote { rater: *rater, submission, score: score(7), network: Some(submission) })
        .collect();
    assert_eq!(double_tap::find(&mut tx, &votes, A_MOMENT).await.unwrap(), [false; RATERS as usize]);
    let brakes = VoteBrakes {
        new_for_hours: 24,
        new_raters_per_network: 300,
        new_raters_hours: 1,
        ratings_per_photo_and_network: 40,
        photo_hours: 24,
    };
    assert_eq!(admit(&mut tx, &votes, &brakes).await.unwrap(), [None; RATERS as usize]);
    let recorded = record(&mut tx, &votes).await.unwrap();
    assert!(recorded.iter().all(|recorded| matches!(recorded, Recorded::Counted { .. })), "{recorded:?}");
    let mut askers: Vec<Asker> = raters.into_iter().map(|rater| Asker { rater, class }).collect();
    let next = deck::current_all(&mut tx, &KEY, &mut askers).await.unwrap();
    let ids: Vec<i64> = next.into_iter().flatten().chain(votes.iter().map(|vote| vote.submission)).collect();
    assert!(!submissions::find_all(&mut tx, &ids).await.unwrap().is_empty());
    let read = rows::read(&mut tx).await - before;
    tx.commit().await.unwrap();
    read
}

fn someone_known(number: u128) -> RaterId {
    RaterId(uuid::Uuid::from_u128(number))
}

async fn connection(world: &World, mode: &str) -> PgConnection {
    let mut conn = PgConnection::connect(world.url()).await.unwrap();
    sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
    conn
}

#[tokio::test]
async fn a_batch_of_votes_costs_the_same_however_much_there_is_and_whenever_it_was_planned() {
    let world = World::new().await;
    for table in TABLES {
        sql(&world, &format!("ALTER TABLE {table} SET (autovacuum_enabled = off)")).await;
    }
    add_photos(&world, 1..=10).await;
    // The eight are known.
    sql(
        &world,
        "INSERT INTO raters (id, lap_start, lap_end, described_start, described_end, described_position)
         SELECT lpad(to_hex(r), 32, '0')::uuid, 1, 10, 1, 10, 0 FROM generate_series(1, 8) r",
    )
    .await;
    let most = RATERS as i64 * A_VOTE + AROUND;
    // Planned while there was next to nothing, and used since. (With statistics that say so every table is read from its beginning:
    // plans are made anew when the statistics are, and connections live for half an hour.)
    let mut early = connection(&world, "force_generic_plan").await;
    cost(&mut early, 1, Class::All).await;
    fill(&world).await;
    for class in [Class::All, Class::Described] {
        let read = cost(&mut early, 200, class).await;
        assert!(read <= most, "{read} rows, more than {most}: planned early, {class:?}");
    }
    let pretend = |rows: &str| {
        format!(
            "UPDATE pg_class SET {rows} WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpages > 0"
        )
    };
    let few = format!("ANALYZE; {}", pretend("reltuples = relpages"));
    let huge = pretend("reltuples = 100000000");
    for (statistics, make) in
        [("that were never made", ""), ("of what is there", "ANALYZE"), ("of few", &few), ("of a huge site", &huge)]
    {
        sql(&world, make).await;
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let mut conn = connection(&world, mode).await;
            for class in [Class::All, Class::Described] {
                let read = cost(&mut conn, 300, class).await;
                assert!(read <= most, "{read} rows, more than {most}: statistics {statistics}, {mode}, {class:?}");
            }
        }
    }
}
