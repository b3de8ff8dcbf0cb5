//! Which photo comes next.

mod plans;

use std::collections::BTreeSet;

use proptest::prelude::*;
use ratemyderp::ratings::RaterId;
use ratemyderp::ratings::deck::{self, Bookmarks, Class, DeckKey, Rater};
use ratemyderp::reports::{Reason, report};

use crate::support::{World, someone};

const KEY: DeckKey = DeckKey([9; 32]);

/// Something that happens while somebody goes through the deck.
#[derive(Debug, Clone)]
enum Event {
    Added,
    AddedWithoutWords,
    Hidden(usize),
    Unhidden(usize),
    Described(usize),
    LeftWithoutWords(usize),
    RatedCurrent(bool),
    RatedByPermalink(usize),
    ReportedCurrent(bool),
    /// Somebody else votes.
    RatedByAnother(usize),
    /// A tab that was opened earlier asks again, with the cookie it had then.
    OldTab(bool),
}

/// Where there is a flag, true means: in described mode.
fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Added),
        2 => Just(Event::AddedWithoutWords),
        2 => any::<usize>().prop_map(Event::Hidden),
        2 => any::<usize>().prop_map(Event::Unhidden),
        2 => any::<usize>().prop_map(Event::Described),
        2 => any::<usize>().prop_map(Event::LeftWithoutWords),
        8 => any::<bool>().prop_map(Event::RatedCurrent),
        2 => any::<usize>().prop_map(Event::RatedByPermalink),
        1 => any::<bool>().prop_map(Event::ReportedCurrent),
        1 => any::<usize>().prop_map(Event::RatedByAnother),
        2 => any::<bool>().prop_map(Event::OldTab),
    ]
}

fn class(described: bool) -> Class {
    if described { Class::Described } else { Class::All }
}

/// One person with their cookie, and what they must and must not be shown.
struct Person {
    id: RaterId,
    cookie: Bookmarks,
    first_cookie: Bookmarks,
    done: BTreeSet<i64>,
}

impl Person {
    async fn current(&mut self, world: &World, class: Class, cookie: Bookmarks) -> Option<i64> {
        let mut conn = world.pool.acquire().await.expect("a connection");
        let mut rater: Rater = deck::load(&mut conn, self.id, cookie).await.expect("a rater");
        let current = deck::current(&mut conn, &KEY, &mut rater, class).await.expect("a photo or none");
        if !rater.stored {
            self.cookie = rater.bookmarks;
            self.first_cookie.all = self.first_cookie.all.or(rater.bookmarks.all);
            self.first_cookie.described = self.first_cookie.described.or(rater.bookmarks.described);
        }
        current
    }
}

/// What is in the deck, and what is not.
#[derive(Default)]
struct Photos {
    visible: Vec<i64>,
    hidden: Vec<i64>,
    described: BTreeSet<i64>,
}

impl Photos {
    async fn add(&mut self, world: &World, described: bool) {
        let id = world.photo("Photo").await;
        self.visible.push(id);
        self.described.insert(id);
        if !described {
            self.describe(world, id, " ").await;
        }
    }

    async fn describe(&mut self, world: &World, id: i64, words: &str) {
        world.describe(id, words).await;
        match words.trim() {
            "" => self.described.remove(&id),
            _ => self.described.insert(id),
        };
    }

    fn shows(&self, id: i64, class: Class) -> bool {
        self.visible.contains(&id) && (class == Class::All || self.described.contains(&id))
    }

    /// Something happens to one of them; nothing does where there is none.
    async fn undergo(&mut self, world: &World, event: &Event) {
        let pick = |from: &[i64], at: usize| (!from.is_empty()).then(|| from[at % from.len()]);
        let everything = [self.visible.clone(), self.hidden.clone()].concat();
        match *event {
            Event::Added => self.add(world, true).await,
            Event::AddedWithoutWords => self.add(world, false).await,
            Event::Hidden(at) => {
                if let Some(id) = pick(&self.visible, at) {
                    world.hide(id).await;
                    self.visible.retain(|&other| other != id);
                    self.hidden.push(id);
                }
            }
            Event::Unhidden(at) => {
                if let Some(id) = pick(&self.hidden, at) {
                    world.unhide(id).await;
                    self.hidden.retain(|&other| other != id);
                    self.visible.push(id);
                }
            }
            Event::Described(at) => {
                if let Some(id) = pick(&everything, at) {
                    self.describe(world, id, " Asleep in a bucket ").await;
                }
            }
            Event::LeftWithoutWords(at) => {
                if let Some(id) = pick(&everything, at) {
                    self.describe(world, id, "").await;
                }
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_repeated_or_skipped_whatever_happens_meanwhile(
        photos in prop::collection::vec(prop::bool::weighted(0.6), 0..90),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(go_through(photos, events))?;
    }
}

async fn go_through(described: Vec<bool>, events: Vec<Event>) -> Result<(), TestCaseError> {
    let world = World::new().await;
    let mut photos = Photos::default();
    for described in described {
        photos.add(&world, described).await;
    }
    let (cookie, first_cookie) = (Bookmarks::default(), Bookmarks::default());
    let mut person = Person { id: someone(1), cookie, first_cookie, done: BTreeSet::new() };
    for event in events {
        let mut before = vec![];
        for class in [Class::All, Class::Described] {
            let cookie = person.cookie;
            before.push((class, person.current(&world, class, cookie).await));
        }
        photos.undergo(&world, &event).await;
        let pick = |at: usize| (!photos.visible.is_empty()).then(|| photos.visible[at % photos.visible.len()]);
        match event {
            Event::RatedCurrent(described) => {
                if let Some(id) = before[usize::from(described)].1 {
                    rate(&world, &mut person, id).await;
                }
            }
            Event::RatedByPermalink(at) => {
                if let Some(id) = pick(at) {
                    rate(&world, &mut person, id).await;
                }
            }
            Event::ReportedCurrent(described) => {
                if let Some(id) = before[usize::from(described)].1 {
                    let mut tx = world.pool.begin().await.expect("a transaction");
                    report(&mut tx, person.id, id, Reason::Stolen, "", 1000).await.expect("reported");
                    tx.commit().await.expect("commit");
                    person.done.insert(id);
                }
            }
            Event::RatedByAnother(at) => {
                if let Some(id) = pick(at) {
                    world.rate(someone(2), id, 3).await;
                }
            }
            Event::OldTab(described) => {
                let (old, kept) = (person.first_cookie, person.cookie);
                if let Some(id) = person.current(&world, class(described), old).await {
                    prop_assert!(!person.done.contains(&id), "an old tab repeats photo {id}");
                }
                person.cookie = kept;
            }
            _ => {}
        }
        for (class, before) in before {
            let cookie = person.cookie;
            let after = person.current(&world, class, cookie).await;
            if let Some(id) = after {
                prop_assert!(photos.shows(id, class), "photo {id} is not in the deck of {class:?}");
                prop_assert!(!person.done.contains(&id), "photo {id} comes again");
            }
            if let Some(id) = before.filter(|&id| photos.shows(id, class) && !person.done.contains(&id)) {
                prop_assert_eq!(after, Some(id), "the photo changed although nothing was done with it");
            }
        }
    }
    prop_assert_eq!(world.complaints().await, Vec::<String>::new());
    // The described ones first, and then what is left of all.
    for class in [Class::Described, Class::All] {
        let open = |id: &i64| photos.shows(*id, class) && !person.done.contains(id);
        let open: BTreeSet<i64> = photos.visible.iter().copied().filter(open).collect();
        let mut shown = BTreeSet::new();
        loop {
            let cookie = person.cookie;
            let Some(id) = person.current(&world, class, cookie).await else { break };
            prop_assert!(shown.insert(id), "photo {} comes twice", id);
            rate(&world, &mut person, id).await;
        }
        prop_assert_eq!(shown, open, "everything that was left of {:?} comes exactly once", class);
    }
    prop_assert_eq!(world.complaints().await, Vec::<String>::new());
    Ok(())
}

/// Casts the vote as the web does: with what the cookie says.
async fn rate(world: &World, person: &mut Person, submission: i64) {
    let mut conn = world.pool.acquire().await.expect("a connection");
    let rater = deck::load(&mut conn, person.id, person.cookie).await.expect("a rater");
    drop(conn);
    let vote = ratemyderp::ratings::record::Vote { rater, submission, score: crate::support::score(7), network: None };
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
    let bookmarks = Bookmarks::default();
    let mut owner = Rater { id: someone(1), account: Some(world.house), bookmarks, stored: false };
    let mut other = Rater { id: someone(2), account: None, bookmarks, stored: false };
    for class in [Class::All, Class::Described] {
        assert_eq!(deck::current(&mut conn, &KEY, &mut owner, class).await.unwrap(), None);
        assert!(deck::current(&mut conn, &KEY, &mut other, class).await.unwrap().is_some());
    }
}
