//! Many visitors at once, each going through the whole deck.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::installation::Installation;
use super::until;
use super::visitor::{Step, Visitor};

/// Ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(180);

/// Each visitor uses all doors in turn: they look at one and vote at the next.
pub struct Crowd {
    visitors: Vec<JoinHandle<Visitor>>,
    seen: Arc<Seen>,
}

/// What happened to the crowd so far.
#[derive(Default)]
struct Seen {
    /// Nothing more will be added to the deck.
    closing: AtomicBool,
    votes: AtomicUsize,
    turned_away: AtomicUsize,
}

impl Crowd {
    pub fn start(count: u32, doors: &[String]) -> Self {
        Self::of((1..=count).map(Visitor::new).collect(), doors)
    }

    /// Visitors who have been here before.
    pub fn of(visitors: Vec<Visitor>, doors: &[String]) -> Self {
        let seen = Arc::new(Seen::default());
        let start = |visitor| {
            let (doors, seen) = (doors.to_vec(), seen.clone());
            thread::spawn(move || go_through(visitor, &doors, &seen))
        };
        Crowd { visitors: visitors.into_iter().map(start).collect(), seen }
    }

    pub fn votes(&self) -> usize {
        self.seen.votes.load(Ordering::Relaxed)
    }

    /// How often the site apologised to somebody.
    pub fn turned_away(&self) -> usize {
        self.seen.turned_away.load(Ordering::Relaxed)
    }

    /// Waits until so many votes were answered.
    pub async fn until_votes(&self, votes: usize) {
        until(&format!("{votes} votes are answered"), async || {
            assert!(!self.visitors.iter().any(JoinHandle::is_finished), "a visitor has left");
            self.votes() >= votes
        })
        .await;
    }

    /// Waits until everybody has seen everything.
    pub async fn finish(self) -> Vec<Visitor> {
        self.seen.closing.store(true, Ordering::Relaxed);
        let join = |visitor: JoinHandle<Visitor>| visitor.join().expect("a content visitor");
        let visitors = self.visitors;
        tokio::task::spawn_blocking(move || visitors.into_iter().map(join).collect()).await.expect("content visitors")
    }
}

fn go_through(mut visitor: Visitor, doors: &[String], seen: &Seen) -> Visitor {
    let start = Instant::now();
    let mut turn = visitor.number as usize;
    let mut cut_off = false;
    loop {
        assert!(start.elapsed() < PATIENCE, "visitor {} does not come to an end", visitor.number);
        let closing = seen.closing.load(Ordering::Relaxed);
        let look = &doors[turn % doors.len()];
        // Whoever got no answer at one door tries the next, and stays there for once.
        let vote = if cut_off { look } else { &doors[(turn + 1) % doors.len()] };
        let step = visitor.step(look, vote);
        cut_off = step == Step::CutOff;
        turn += 1;
        match step {
            Step::Rated => {
                seen.votes.fetch_add(1, Ordering::Relaxed);
            }
            Step::TakenDown => {}
            Step::SeenAll if closing => return visitor,
            Step::TurnedAway => {
                seen.turned_away.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(50));
            }
            Step::SeenAll | Step::CutOff => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Everybody has rated everything, and every tally is what they say that they gave, each vote once.
pub async fn assert_counted(installation: &Installation, visitors: &[Visitor]) {
    let votable = installation.votable().await;
    let mut expected: BTreeMap<i64, Vec<i32>> = BTreeMap::new();
    for visitor in visitors {
        // Whoever is at the end was not shown the unsure ones again, or has rated them again: so they count.
        for &photo in visitor.rated.union(&visitor.unsure) {
            expected.entry(photo).or_insert_with(|| vec![0; 10])[usize::from(visitor.score(photo)) - 1] += 1;
        }
        for photo in &votable {
            let rated = visitor.rated.contains(photo) || visitor.unsure.contains(photo);
            assert!(rated, "visitor {} was never shown photo {photo}", visitor.number);
        }
    }
    let tallies: Vec<(i64, Vec<i32>)> =
        sqlx::query_as("SELECT submission, histogram FROM tallies WHERE count > 0 ORDER BY submission")
            .fetch_all(&installation.pool)
            .await
            .expect("tallies");
    assert_eq!(tallies.into_iter().collect::<BTreeMap<_, _>>(), expected);
}
