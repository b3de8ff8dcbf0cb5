//! PostgreSQL goes away and comes back under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::cluster::Cluster;
use super::crowd::{Crowd, assert_counted};
use super::installation::Installation;
use super::until;
use super::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_postgresql_is_apologised_for_and_loses_no_vote() {
    let mut cluster = Cluster::new();
    let installation = Installation::on(&cluster.url).await;
    installation.photos(16).await;
    let (mut left, mut right) = tokio::join!(installation.web(), installation.web());
    let mut jobs = installation.jobs();
    let watch = Watch::start(left.door());
    let crowd = Crowd::start(12, &[left.door(), right.door()]);
    crowd.until_votes(30).await;

    let mut nights = vec![];
    for how in ["fast", "immediate"] {
        cluster.stop(how);
        let dusk = Instant::now();
        let apologies = crowd.turned_away();
        until("visitors are turned away", async || crowd.turned_away() >= apologies + 12).await;
        until("/readyz has said so", async || watch.answers().iter().any(|answer| answer.asked > dusk)).await;
        nights.push((dusk, Instant::now()));
        let votes = crowd.votes();
        cluster.start();
        crowd.until_votes(votes + 20).await;
    }
    let visitors = crowd.finish().await;
    let dawn = Instant::now();
    until("/readyz says so", async || watch.answers().iter().any(|answer| answer.asked > dawn && answer.ready)).await;
    installation.upload("Newcomer", super::installation::picture(64, 99)).await;
    installation.until_developed().await;
    let visitors = Crowd::of(visitors, &[left.door(), right.door()]).finish().await;

    assert_counted(&installation, &visitors).await;
    installation.check().await;
    for (dusk, dawn) in nights {
        let asked: Vec<Health> =
            watch.answers().into_iter().filter(|it| it.asked > dusk && it.answered < dawn).collect();
        assert!(!asked.is_empty(), "the night was long enough to ask");
        assert!(asked.iter().all(|it| !it.ready), "/readyz said that visitors could vote: {asked:?}");
    }
    assert!(watch.answers().iter().all(|answer| answer.alive), "/healthz is about the process alone");
    for process in [&mut left.process, &mut right.process, &mut jobs] {
        assert!(process.lives());
        assert!(!process.log().contains("panicked"), "{}", process.log());
    }
    drop((watch, left, right, jobs));
    installation.pool.close().await;
}

#[tokio::test]
async fn what_votes_note_for_the_ranking_job_outlives_a_crash() {
    let mut cluster = Cluster::new();
    let installation = Installation::on(&cluster.url).await;
    installation.photos(3).await;
    let noted = "SELECT (SELECT count(*) FROM photos_to_rank), (SELECT count(*) FROM rating_changes)";
    let left: (i64, i64) = sqlx::query_as(noted).fetch_one(&installation.pool).await.expect("counted");
    assert!(left.0 > 0 && left.1 > 0, "new photos are noted: {left:?}");
    cluster.stop("immediate");
    cluster.start();
    let kept: (i64, i64) = sqlx::query_as(noted).fetch_one(&installation.pool).await.expect("counted");
    assert_eq!(kept, left);
    installation.pool.close().await;
}

/// Asks for `/readyz` and `/healthz` all the time.
struct Watch {
    answers: Arc<std::sync::Mutex<Vec<Health>>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy)]
struct Health {
    asked: Instant,
    answered: Instant,
    ready: bool,
    alive: bool,
}

impl Watch {
    fn start(door: String) -> Self {
        let (answers, end) = (Arc::new(std::sync::Mutex::new(vec![])), Arc::new(AtomicBool::new(false)));
        let (written, ended) = (answers.clone(), end.clone());
        let thread = thread::spawn(move || {
            let mut visitor = Visitor::new(0);
            while !ended.load(Ordering::Relaxed) {
                let asked = Instant::now();
                let ready = visitor.get(&format!("{door}/readyz")).expect("an answer");
                assert!([200, 503].contains(&ready.status), "{}: {}", ready.status, ready.html);
                let answered = Instant::now();
                let alive = visitor.get(&format!("{door}/healthz")).is_ok_and(|answer| answer.status == 200);
                let health = Health { asked, answered, ready: ready.status == 200, alive };
                written.lock().expect("no panic").push(health);
                thread::sleep(Duration::from_millis(50));
            }
        });
        Watch { answers, end, thread: Some(thread) }
    }

    fn answers(&self) -> Vec<Health> {
        assert!(self.thread.as_ref().is_some_and(|thread| !thread.is_finished()), "the process no longer answers");
        self.answers.lock().expect("no panic").clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
