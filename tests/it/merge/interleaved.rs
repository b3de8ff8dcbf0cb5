//! Batches of votes, merges and reports, all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use ratemyderp::ratings::deck::{self, Bookmarks, Class};
use ratemyderp::ratings::merge::merge;
use ratemyderp::ratings::record::{Recorded, Vote, record};
use ratemyderp::ratings::{RaterId, Score};
use ratemyderp::reports::{Reason, report};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{KEY, member};
use crate::support::{World, score, someone};

const PHOTOS: usize = 6;
const ACCOUNTS: usize = 2;
const BROWSERS: usize = 5;

/// Who votes: first the accounts, then browsers without one.
type Person = usize;

/// Something that one process does in one transaction.
#[derive(Debug, Clone)]
enum Act {
    Batch(Vec<(Person, usize, u8)>),
    Merge { browser: usize, account: usize },
    Report { browser: usize, photo: usize },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => prop::collection::vec((0..ACCOUNTS + BROWSERS, 0..PHOTOS, 1u8..=10), 1..24).prop_map(Act::Batch),
        2 => (0..BROWSERS, 0..ACCOUNTS).prop_map(|(browser, account)| Act::Merge { browser, account }),
        1 => (0..BROWSERS, 0..PHOTOS).prop_map(|(browser, photo)| Act::Report { browser, photo }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_vote_is_lost_left_behind_or_counted_twice(acts in prop::collection::vec(act(), 4..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(interleave(acts))?;
    }
}

/// The world of one case.
struct Scene {
    world: World,
    photos: Vec<i64>,
    accounts: Vec<(i64, RaterId)>,
}

impl Scene {
    /// Each account owns one of the photos.
    async fn new() -> Self {
        let world = World::new().await;
        let (mut photos, mut accounts) = (vec![], vec![]);
        for number in 0..PHOTOS {
            photos.push(world.photo(&format!("Photo {number}")).await);
        }
        for number in 0..ACCOUNTS {
            accounts.push(member(&world, &format!("member{number}")).await);
            let owns = "UPDATE submissions SET owner = $1 WHERE id = $2";
            let own = sqlx::query(owns).bind(accounts[number].0).bind(photos[number]).execute(&world.pool);
            own.await.expect("owned");
        }
        Scene { world, photos, accounts }
    }

    fn rater(&self, person: Person) -> RaterId {
        self.accounts.get(person).map_or_else(|| someone(person as u128), |account| account.1)
    }

    fn browser(&self, browser: usize) -> RaterId {
        someone((ACCOUNTS + browser) as u128)
    }

    /// As the web does it: looks the raters up, and casts their votes some time later.
    async fn act(&self, act: Act) -> Result<Vec<(RaterId, i64, Score, Recorded)>, sqlx::Error> {
        match act {
            Act::Batch(votes) => {
                let mut batch = vec![];
                for (person, photo, given) in votes {
                    let rater = self.world.rater(self.rater(person)).await;
                    batch.push(Vote { rater, submission: self.photos[photo], score: score(given), network: None });
                }
                let mut tx = self.world.pool.begin().await?;
                let recorded = record(&mut tx, &batch).await?;
                tx.commit().await?;
                let told = |(vote, recorded): (Vote, _)| (vote.rater.id, vote.submission, vote.score, recorded);
                Ok(batch.into_iter().zip(recorded).map(told).collect())
            }
            Act::Merge { browser, account } => {
                let mut tx = self.world.pool.begin().await?;
                merge(&mut tx, self.browser(browser), self.accounts[account].1).await?;
                tx.commit().await?;
                Ok(vec![])
            }
            Act::Report { browser, photo } => {
                let mut tx = self.world.pool.begin().await?;
                let reported = report(&mut tx, self.browser(browser), self.photos[photo], Reason::Other, "", 1000);
                reported.await.map_err(|cause| sqlx::Error::Protocol(cause.to_string()))?;
                tx.commit().await?;
                Ok(vec![])
            }
        }
    }
}

async fn interleave(acts: Vec<Act>) -> Result<(), TestCaseError> {
    let scene = Arc::new(Scene::new().await);
    let start = |act| {
        let scene = scene.clone();
        tokio::spawn(async move { scene.act(act).await })
    };
    let running: Vec<JoinHandle<_>> = acts.into_iter().map(start).collect();
    let mut answers = vec![];
    for act in running {
        let told = act.await.expect("no panic");
        answers.extend(told.map_err(|cause| TestCaseError::fail(format!("something failed: {cause}")))?);
    }
    prop_assert_eq!(scene.world.complaints().await, Vec::<String>::new());

    let pairs: Vec<(Uuid, Uuid)> = sqlx::query_as("SELECT id, merged_into FROM raters WHERE merged_into IS NOT NULL")
        .fetch_all(&scene.world.pool)
        .await
        .expect("who was merged");
    let heirs: BTreeMap<RaterId, RaterId> = pairs.into_iter().map(|(id, heir)| (RaterId(id), RaterId(heir))).collect();
    let heir = |rater: RaterId| heirs.get(&rater).copied().unwrap_or(rater);
    let own = |rater: RaterId, photo: i64| {
        scene.accounts.iter().position(|account| account.1 == rater).is_some_and(|at| scene.photos[at] == photo)
    };
    let mut given: BTreeMap<(RaterId, i64), BTreeSet<u8>> = BTreeMap::new();
    for (rater, photo, score, recorded) in answers {
        if recorded == Recorded::OwnPhoto {
            prop_assert!(own(heir(rater), photo), "refused for no reason");
        } else if !own(heir(rater), photo) {
            given.entry((heir(rater), photo)).or_default().insert(score.get());
        }
    }
    let kept: Vec<(Uuid, i64, i16)> = sqlx::query_as("SELECT rater, submission, score FROM ratings")
        .fetch_all(&scene.world.pool)
        .await
        .expect("ratings");
    let kept: BTreeMap<(RaterId, i64), u8> =
        kept.into_iter().map(|(rater, photo, score)| ((RaterId(rater), photo), score as u8)).collect();
    let keys = |ratings: &BTreeMap<(RaterId, i64), _>| ratings.keys().copied().collect::<BTreeSet<_>>();
    prop_assert_eq!(
        kept.keys().copied().collect::<BTreeSet<_>>(),
        keys(&given),
        "one rating for each person and photo"
    );
    for (key, score) in &kept {
        prop_assert!(given[key].contains(score), "nobody gave {} {:?}", score, key);
    }
    for account in &scene.accounts {
        deal(&scene, account.1, &kept).await?;
    }
    Ok(())
}

/// The deck gives this account every photo that is left for it once, and no other.
async fn deal(scene: &Scene, account: RaterId, rated: &BTreeMap<(RaterId, i64), u8>) -> Result<(), TestCaseError> {
    let mut conn = scene.world.pool.acquire().await.expect("a connection");
    let mut dealt: BTreeSet<i64> = rated.keys().filter(|key| key.0 == account).map(|key| key.1).collect();
    loop {
        let mut rater = deck::load(&mut conn, account, Bookmarks::default()).await.expect("a rater");
        let Some(photo) = deck::current(&mut conn, &KEY, &mut rater, Class::All).await.expect("a photo or none") else {
            return Ok(());
        };
        prop_assert!(dealt.insert(photo), "photo {} comes again", photo);
        scene.world.record(&[Vote { rater, submission: photo, score: score(5), network: None }]).await;
    }
}
