//! Which photo comes next.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ratemyderp::ratings::RaterId;
use ratemyderp::ratings::deck::{self, DeckKey, Progress, Rater};
use ratemyderp::submissions::reports::{Reason, report};

use crate::support::{World, someone};

const KEY: DeckKey = DeckKey([9; 32]);

/// Something that happens while somebody goes through the deck.
#[derive(Debug, Clone)]
enum Event {
    Added,
    Hidden(usize),
    Unhidden(usize),
    RatedCurrent,
    RatedByPermalink(usize),
    ReportedCurrent,
    /// Somebody else votes.
    RatedByAnother(usize),
    /// A tab that was opened earlier asks again, with the cookie it had then.
    OldTab,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Added),
        2 => any::<usize>().prop_map(Event::Hidden),
        2 => any::<usize>().prop_map(Event::Unhidden),
        8 => Just(Event::RatedCurrent),
        2 => any::<usize>().prop_map(Event::RatedByPermalink),
        1 => Just(Event::ReportedCurrent),
        1 => any::<usize>().prop_map(Event::RatedByAnother),
        2 => Just(Event::OldTab),
    ]
}

/// One person with their cookie, and what they must and must not be shown.
struct Person {
    id: RaterId,
    cookie: Option<Progress>,
    first_cookie: Option<Progress>,
    done: BTreeSet<i64>,
}

impl Person {
    async fn current(&mut self, world: &World, cookie: Option<Progress>) -> Option<i64> {
        let mut conn = world.pool.acquire().await.expect("a connection");
        let mut rater: Rater = deck::load(&mut conn, self.id, cookie).await.expect("a rater");
        let current = deck::current(&mut conn, &KEY, &mut rater).await.expect("a photo or none");
        if !rater.stored {
            self.cookie = rater.progress;
            self.first_cookie = self.first_cookie.or(rater.progress);
        }
        current
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_repeated_or_skipped_whatever_happens_meanwhile(
        photos in 0usize..90,
        events in prop::collection::vec(event(), 1..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(go_through(photos, events))?;
    }
}

async fn go_through(photos: usize, events: Vec<Event>) -> Result<(), TestCaseError> {
    let world = World::new().await;
    let (mut visible, mut hidden) = (vec![], vec![]);
    for number in 0..photos {
        visible.push(world.photo(&format!("Photo {number}")).await);
    }
    let mut person = Person { id: someone(1), cookie: None, first_cookie: None, done: BTreeSet::new() };
    for event in events {
        let cookie = person.cookie;
        let before = person.current(&world, cookie).await;
        let pick = |from: &Vec<i64>, at: usize| (!from.is_empty()).then(|| from[at % from.len()]);
        match event {
            Event::Added => visible.push(world.photo("New").await),
            Event::Hidden(at) => {
                if let Some(id) = pick(&visible, at) {
                    world.hide(id).await;
                    visible.retain(|&other| other != id);
                    hidden.push(id);
                }
            }
            Event::Unhidden(at) => {
                if let Some(id) = pick(&hidden, at) {
                    world.unhide(id).await;
                    hidden.retain(|&other| other != id);
                    visible.push(id);
                }
            }
            Event::RatedCurrent => {
                if let Some(id) = before {
                    rate(&world, &mut person, id).await;
                }
            }
            Event::RatedByPermalink(at) => {
                if let Some(id) = pick(&visible, at) {
                    rate(&world, &mut person, id).await;
                }
            }
            Event::ReportedCurrent => {
                if let Some(id) = before {
                    let mut tx = world.pool.begin().await.expect("a transaction");
                    report(&mut tx, person.id, id, Reason::Stolen, "", 1000).await.expect("reported");
                    tx.commit().await.expect("commit");
                    person.done.insert(id);
                }
            }
            Event::RatedByAnother(at) => {
                if let Some(id) = pick(&visible, at) {
                    world.rate(someone(2), id, 3).await;
                }
            }
            Event::OldTab => {
                let old = person.first_cookie;
                let kept = person.cookie;
                let seen = person.current(&world, old).await;
                if let Some(id) = seen {
                    prop_assert!(!person.done.contains(&id), "an old tab repeats photo {id}");
                }
                person.cookie = kept;
            }
        }
        let cookie = person.cookie;
        let after = person.current(&world, cookie).await;
        if let Some(id) = after {
            prop_assert!(visible.contains(&id), "photo {id} is not in the deck");
            prop_assert!(!person.done.contains(&id), "photo {id} comes again");
        }
        if let Some(id) = before.filter(|id| visible.contains(id) && !person.done.contains(id)) {
            prop_assert_eq!(after, Some(id), "the photo changed although nothing was done with it");
        }
    }
    let open: BTreeSet<i64> = visible.iter().copied().filter(|id| !person.done.contains(id)).collect();
    let mut shown = BTreeSet::new();
    loop {
        let cookie = person.cookie;
        let Some(id) = person.current(&world, cookie).await else { break };
        prop_assert!(shown.insert(id), "photo {} comes twice", id);
        rate(&world, &mut person, id).await;
    }
    prop_assert_eq!(shown, open, "everything that was left comes exactly once");
    prop_assert_eq!(world.complaints().await, Vec::<String>::new());
    Ok(())
}

/// Casts the vote as the web does: with what the cookie says.
async fn rate(world: &World, person: &mut Person, submission: i64) {
    let mut conn = world.pool.acquire().await.expect("a connection");
    let rater = deck::load(&mut conn, person.id, person.cookie).await.expect("a rater");
    drop(conn);
    let vote = ratemyderp::ratings::record::Vote { rater, submission, score: crate::support::score(7) };
    world.record(&[vote]).await;
    person.done.insert(submission);
}

#[tokio::test]
async fn own_photos_are_never_dealt() {
    let world = World::new().await;
    for number in 0..5 {
        world.photo(&format!("Photo {number}")).await;
    }
    let mut conn = world.pool.acquire().await.unwrap();
    let mut owner = Rater { id: someone(1), account: Some(world.house), progress: None, stored: false };
    assert_eq!(deck::current(&mut conn, &KEY, &mut owner).await.unwrap(), None);
    let mut other = Rater { id: someone(2), account: None, progress: None, stored: false };
    assert!(deck::current(&mut conn, &KEY, &mut other).await.unwrap().is_some());
}

#[tokio::test]
async fn the_next_photo_is_found_without_a_scan() {
    let world = World::new().await;
    sqlx::raw_sql(
        "INSERT INTO submissions (owner, title, species, original_key, state, rendition_key, ordinal)
         SELECT (SELECT id FROM accounts LIMIT 1), 'Photo', 'cat', gen_random_uuid(), 'ready', gen_random_uuid(), n
         FROM generate_series(1, 20000) n;
         UPDATE deck SET size = 20000;
         ANALYZE",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let ordinals: Vec<i64> = (1..=32).map(|n| n * 601).collect();
    let plan: Vec<String> = sqlx::query_scalar(
        "EXPLAIN SELECT s.id, s.ordinal FROM submissions s
         WHERE s.ordinal = ANY($1) AND s.owner IS DISTINCT FROM NULL::bigint
           AND NOT EXISTS (SELECT FROM ratings r WHERE r.rater = $2 AND r.submission = s.id)
           AND NOT EXISTS (SELECT FROM reports p WHERE p.rater = $2 AND p.submission = s.id)",
    )
    .bind(ordinals)
    .bind(someone(1).0)
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(!plan.contains("Seq Scan on submissions"), "{plan}");
    assert!(plan.contains("submissions_ordinal_key"), "{plan}");
}
