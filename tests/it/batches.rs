//! Questions that wait together.

mod plans;

use std::sync::Arc;
use std::time::Duration;

use ratemyderp::db::batches::{Answers, Batches};
use ratemyderp::error::Error;
use ratemyderp::ratings::collector::Collector;
use ratemyderp::ratings::dealer::Dealer;
use ratemyderp::ratings::deck::{self, Bookmarks, Class, DeckKey, Rater, Who};
use ratemyderp::ratings::raters;
use ratemyderp::ratings::record::{Recorded, Vote};
use rocket::futures::future::join_all;
use sqlx::PgConnection;
use tokio::sync::{Semaphore, mpsc};

use crate::support::{World, score, someone};

const KEY: DeckKey = DeckKey([9; 32]);

/// Answers with what was asked, once the test lets it, and tells of each batch.
struct Echo {
    allowed: Arc<Semaphore>,
    batches: mpsc::UnboundedSender<Vec<i64>>,
}

impl Answers for Echo {
    type Question = i64;
    type Answer = i64;

    async fn answer(&self, conn: &mut PgConnection, questions: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
        self.batches.send(questions.to_vec()).expect("a test");
        self.allowed.acquire().await.expect("a semaphore").forget();
        sqlx::query_scalar("SELECT 10 / n FROM unnest($1::bigint[]) n").bind(questions).fetch_all(conn).await
    }
}

struct Echoes {
    _world: World,
    batches: Batches<Echo>,
    allowed: Arc<Semaphore>,
    told: mpsc::UnboundedReceiver<Vec<i64>>,
}

async fn echoes(connections: u32) -> Echoes {
    let world = World::new().await;
    let (batches, told) = mpsc::unbounded_channel();
    let allowed = Arc::new(Semaphore::new(0));
    let echo = Echo { allowed: allowed.clone(), batches };
    Echoes { batches: Batches::start(world.pool.clone(), echo, connections), _world: world, allowed, told }
}

impl Echoes {
    /// Asks, and returns once that is waited for.
    async fn asked(&self, question: i64) -> tokio::task::JoinHandle<Result<i64, Error>> {
        let batches = self.batches.clone();
        let asking = tokio::spawn(async move { batches.ask(question).await });
        tokio::task::yield_now().await;
        asking
    }
}

#[tokio::test]
async fn what_waits_meanwhile_is_one_batch_in_its_order() {
    let mut echoes = echoes(1).await;
    let first = echoes.asked(1).await;
    assert_eq!(echoes.told.recv().await, Some(vec![1]), "who is alone waits for nobody");
    let mut others = vec![];
    for question in [2, 5, 10] {
        others.push(echoes.asked(question).await);
    }
    echoes.allowed.add_permits(2);
    assert_eq!(first.await.unwrap().unwrap(), 10);
    assert_eq!(echoes.told.recv().await, Some(vec![2, 5, 10]));
    let answers: Vec<i64> = join_all(others).await.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    assert_eq!(answers, [5, 2, 1]);
}

#[tokio::test]
async fn several_batches_are_under_way_at_once() {
    let mut echoes = echoes(2).await;
    let first = echoes.asked(1).await;
    assert_eq!(echoes.told.recv().await, Some(vec![1]));
    let second = echoes.asked(2).await;
    assert_eq!(echoes.told.recv().await, Some(vec![2]), "while the first is not answered");
    echoes.allowed.add_permits(2);
    assert_eq!((first.await.unwrap().unwrap(), second.await.unwrap().unwrap()), (10, 5));
}

#[tokio::test]
async fn a_question_that_fails_fails_alone() {
    let mut echoes = echoes(1).await;
    let first = echoes.asked(1).await;
    echoes.told.recv().await;
    let (good, bad, other) = (echoes.asked(2).await, echoes.asked(0).await, echoes.asked(5).await);
    echoes.allowed.add_permits(10);
    assert_eq!(first.await.unwrap().unwrap(), 10);
    assert_eq!(good.await.unwrap().unwrap(), 5);
    assert!(matches!(bad.await.unwrap(), Err(Error::Internal(_))), "division by zero");
    assert_eq!(other.await.unwrap().unwrap(), 2);
}

#[tokio::test]
async fn whoever_comes_when_too_many_wait_is_told_at_once() {
    let mut echoes = echoes(1).await;
    let first = echoes.asked(1).await;
    echoes.told.recv().await;
    let mut waiting = vec![];
    for _ in 0..1024 {
        waiting.push(echoes.asked(1).await);
    }
    let answer = tokio::time::timeout(Duration::from_secs(5), echoes.batches.ask(1)).await.expect("at once");
    assert!(matches!(answer, Err(Error::Busy)));
    echoes.allowed.add_permits(2000);
    for answer in [vec![first], waiting].into_iter().flatten() {
        assert_eq!(answer.await.unwrap().unwrap(), 10, "whoever waited is answered");
    }
}

fn vote(rater: u128, submission: i64, given: u8) -> Vote {
    let rater = Rater { id: someone(rater), account: None, bookmarks: Bookmarks::default(), stored: false };
    Vote { rater, submission, score: score(given), network: None }
}

#[tokio::test]
async fn a_vote_that_cannot_be_written_leaves_its_neighbours_counted() {
    let world = World::new().await;
    let (good, bad) = (world.photo("Marmalade").await, world.photo("Cursed").await);
    sqlx::raw_sql(&format!(
        "CREATE FUNCTION curse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cursed'; END $$;
         CREATE TRIGGER curse BEFORE INSERT ON ratings FOR EACH ROW WHEN (NEW.submission = {bad}) EXECUTE FUNCTION curse()"
    ))
    .execute(&world.pool)
    .await
    .unwrap();
    let collector = Collector::start(world.pool.clone(), world.config().rates.stuffing, Duration::ZERO);
    let votes = [vote(1, good, 7), vote(2, bad, 5), vote(3, good, 9), vote(4, good, 2)];
    let answers = join_all(votes.into_iter().map(|vote| collector.cast(vote))).await;
    assert!(matches!(answers[1], Err(Error::Internal(_))), "{:?}", answers[1]);
    for (at, given) in [(0, 7), (2, 9), (3, 2)] {
        assert!(
            matches!(answers[at], Ok(Recorded::Counted { score: counted, .. }) if counted == score(given)),
            "{:?}",
            answers[at]
        );
    }
    assert_eq!((world.ratings().await, world.complaints().await), (3, vec![]));
}

/// Everybody who may wait together: new, known, finished, a member, whoever goes through described photos alone, and whose row
/// cannot be written.
#[tokio::test]
async fn each_who_waits_is_dealt_what_they_would_be_dealt_alone() {
    let world = World::new().await;
    let mut photos = vec![];
    for number in 0..40 {
        let id = world.photo(&format!("Photo {number}")).await;
        if number % 2 == 0 {
            world.describe(id, " ").await;
        }
        photos.push(id);
    }
    let account = world.newcomer("derpina").await;
    let mut tx = world.pool.begin().await.unwrap();
    let member = raters::ensure(&mut tx, account).await.unwrap();
    tx.commit().await.unwrap();
    let (known, finished, described, unwritable) = (someone(2), someone(3), someone(4), someone(5));
    for &photo in &photos[..10] {
        world.rate(known, photo, 5).await;
        world.rate(member, photo, 6).await;
    }
    for &photo in &photos {
        world.rate(finished, photo, 5).await;
    }
    world.rate(described, photos[1], 5).await;
    world.rate(unwritable, photos[0], 5).await;
    sqlx::raw_sql(&format!(
        "CREATE FUNCTION curse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cursed'; END $$;
         CREATE TRIGGER curse BEFORE UPDATE ON raters FOR EACH ROW WHEN (NEW.id = '{}') EXECUTE FUNCTION curse()",
        unwritable.0
    ))
    .execute(&world.pool)
    .await
    .unwrap();

    let dealer = Dealer::start(world.pool.clone(), KEY);
    let visitor = |id| Who::Visitor { id, cookie: Bookmarks::default() };
    let whose = [
        (visitor(someone(1)), Class::All),
        (visitor(known), Class::All),
        (visitor(finished), Class::All),
        (visitor(described), Class::Described),
        (Who::Member(account), Class::All),
        (visitor(unwritable), Class::All),
        (visitor(known), Class::Described),
    ];
    let raters = join_all(whose.iter().map(|(who, _)| dealer.rater(*who))).await;
    let raters: Vec<Rater> = raters.into_iter().map(Result::unwrap).collect();
    assert_eq!((raters[4].id, raters[4].account), (member, Some(account)));
    assert!(!raters[0].stored && raters[1].stored);
    let deals =
        join_all(raters.iter().zip(whose).map(|(rater, (_, class))| dealer.deal(*rater, class, Some(photos[7]))));
    let deals = deals.await;

    let mut conn = world.pool.acquire().await.unwrap();
    for (at, (rater, (_, class))) in raters.iter().zip(whose).enumerate() {
        let mut alone = *rater;
        match (&deals[at], deck::current(&mut conn, &KEY, &mut alone, class).await) {
            (Ok(deal), Ok(next)) => {
                assert_eq!(deal.next.as_ref().map(|photo| photo.id), next, "{at}");
                assert_eq!(deal.rater.bookmarks, alone.bookmarks, "{at}");
                assert_eq!(deal.last.as_ref().map(|photo| photo.id), Some(photos[7]), "{at}");
            }
            (Err(Error::Internal(_)), Err(_)) => assert_eq!(at, 5, "only whose row cannot be written fails"),
            (deal, next) => panic!("{at}: {deal:?}, alone {next:?}"),
        }
    }
    assert!(deals[2].as_ref().unwrap().next.is_none(), "finished");
    assert!(deals[5].is_err());
}

#[tokio::test]
async fn a_member_without_a_rater_is_not_found_and_nobody_else_is_told_so() {
    let world = World::new().await;
    let account = world.newcomer("derpina").await;
    sqlx::query("DELETE FROM raters WHERE account = $1").bind(account).execute(&world.pool).await.unwrap();
    let dealer = Dealer::start(world.pool.clone(), KEY);
    let visitor = Who::Visitor { id: someone(1), cookie: Bookmarks::default() };
    let (member, visitor) = tokio::join!(dealer.rater(Who::Member(account)), dealer.rater(visitor));
    assert!(matches!(member, Err(Error::NotFound)));
    assert_eq!(visitor.unwrap().id, someone(1));
}
