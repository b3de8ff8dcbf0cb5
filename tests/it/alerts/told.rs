//! Round by round.

use std::time::Duration;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::alerts::{self, Outlets, history, silence};
use ratemyderp::error::Error;
use ratemyderp::mail::Mailer;

use crate::health::WELL;
use crate::mail::Received;
use crate::support::World;

/// Everything that a process needs to look, without waiting between rounds.
struct Watch {
    world: World,
    mailer: Mailer,
}

impl Watch {
    async fn new() -> Self {
        let world = World::new().await;
        let mailer = world.mailer();
        Watch { world, mailer }
    }

    fn outlets(&self) -> Outlets {
        let outlets = Outlets::from_config(&self.world.config()).unwrap();
        outlets.with_mailer(self.mailer.clone(), "ops@example.com")
    }

    async fn look(&self) {
        let looked = alerts::look(&self.world.pool, &self.world.config(), &self.outlets(), Duration::ZERO).await;
        assert!(looked.unwrap());
    }

    async fn sql(&self, sql: &str) {
        sqlx::raw_sql(sql).execute(&self.world.pool).await.unwrap();
    }

    /// Subjects of all mails.
    async fn subjects(&self) -> Vec<String> {
        self.mailer.sent().await.iter().map(|raw| Received::read(raw).header("Subject")).collect()
    }

    async fn open(&self) -> i64 {
        history::open(&mut self.world.pool.acquire().await.unwrap()).await.unwrap()[0].id
    }
}

#[tokio::test]
async fn what_is_seen_twice_is_told_once_and_its_end_too() {
    let watch = Watch::new().await;
    watch.look().await;
    assert_eq!(watch.subjects().await, [""; 0], "once may be an accident");
    for _ in 0..3 {
        watch.look().await;
    }
    assert_eq!(watch.subjects().await, ["Alert: Nobody works; nothing is due yet"]);
    let mail = Received::read(&watch.mailer.sent().await[0]);
    assert_eq!(mail.header("To"), "ops@example.com");
    assert!(mail.text.contains("/ops/workers") && mail.text.contains("/ops/alerts"), "{}", mail.text);
    watch.sql(WELL).await;
    watch.look().await;
    assert_eq!(watch.subjects().await.len(), 1, "one good moment is not the end");
    watch.look().await;
    watch.look().await;
    assert_eq!(watch.subjects().await[1..], ["Over: Nobody works; nothing is due yet"]);
    let past = history::past(&mut watch.world.pool.acquire().await.unwrap(), None, 10).await.unwrap();
    assert_eq!(past.len(), 1);
}

#[tokio::test]
async fn what_goes_by_itself_is_never_told() {
    let watch = Watch::new().await;
    for _ in 0..3 {
        watch.look().await;
        watch.sql(WELL).await;
        watch.look().await;
        watch.sql("DELETE FROM workers").await;
    }
    assert_eq!(watch.subjects().await, [""; 0]);
    assert_eq!(watch.world.count("alerts").await, 0);
}

#[tokio::test]
async fn what_stays_is_told_again_after_hours() {
    let watch = Watch::new().await;
    watch.look().await;
    watch.look().await;
    watch.sql("UPDATE alerts SET told_at = told_at - interval '3 hours 59 minutes'").await;
    watch.look().await;
    assert_eq!(watch.subjects().await.len(), 1);
    watch.sql("UPDATE alerts SET told_at = told_at - interval '1 minute'").await;
    watch.look().await;
    watch.look().await;
    assert_eq!(watch.subjects().await[1..], ["Still: Nobody works; nothing is due yet"]);
}

#[tokio::test]
async fn a_silence_keeps_quiet_until_its_end_and_stands_in_the_log() {
    let watch = Watch::new().await;
    watch.look().await;
    watch.sql("UPDATE alerts SET seen_at = now()").await;
    let actor = Actor { account: None, name: "noodle".into() };
    let mut tx = watch.world.pool.begin().await.unwrap();
    let id: i64 = sqlx::query_scalar("SELECT id FROM alerts").fetch_one(&mut *tx).await.unwrap();
    for (reason, minutes) in [("", 30), (" \n", 30), ("x\0", 30), ("I know", 31), (&*"x".repeat(301), 30)] {
        let refused = silence::begin(&mut tx, &actor, id, reason, minutes).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{reason:?}");
    }
    assert!(matches!(silence::begin(&mut tx, &actor, 404, "I know", 30).await, Err(Error::NotFound)));
    silence::begin(&mut tx, &actor, id, "I know", 30).await.unwrap();
    tx.commit().await.unwrap();
    watch.look().await;
    watch.look().await;
    assert_eq!(watch.subjects().await, [""; 0]);
    assert_eq!(
        watch.world.count("audit_log WHERE detail LIKE 'nobody_works for 30 minutes: I know, by noodle'").await,
        1
    );
    // The time is over, and it is still so.
    watch.sql("UPDATE alert_silences SET until = now() - interval '1 second'").await;
    watch.look().await;
    assert_eq!(watch.subjects().await, ["Alert: Nobody works; nothing is due yet"]);
    let mut tx = watch.world.pool.begin().await.unwrap();
    let open = watch.open().await;
    silence::begin(&mut tx, &actor, open, "I know", 30).await.unwrap();
    assert!(silence::end(&mut tx, &actor, open).await.unwrap() && !silence::end(&mut tx, &actor, open).await.unwrap());
}

#[tokio::test]
async fn many_processes_make_one_round() {
    let watch = Watch::new().await;
    let (config, outlets) = (watch.world.config(), watch.outlets());
    let looks = || async {
        let look = || alerts::look(&watch.world.pool, &config, &outlets, Duration::from_secs(30));
        let (a, b, c, d) = tokio::join!(look(), look(), look(), look());
        [a, b, c, d].into_iter().filter(|looked| *looked.as_ref().unwrap()).count()
    };
    assert_eq!(looks().await, 1);
    assert_eq!(looks().await, 0, "half a minute is not over");
    watch.sql("UPDATE alert_rounds SET looked_at = now() - interval '28 seconds'").await;
    assert_eq!(looks().await, 1);
    assert_eq!(watch.subjects().await.len(), 1);
    assert_eq!(watch.world.count("pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").await, 0);
}

#[tokio::test]
async fn whoever_is_killed_before_noting_sends_it_once_more_under_the_same_name() {
    let watch = Watch::new().await;
    watch.look().await;
    watch.look().await;
    watch.sql("UPDATE alert_messages SET mail_owed = true, mailed_at = NULL").await;
    watch.look().await;
    let ids: Vec<String> =
        watch.mailer.sent().await.iter().map(|raw| Received::read(raw).header("Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn what_follows_from_something_worse_is_neither_told_nor_over() {
    let watch = Watch::new().await;
    watch.sql(WELL).await;
    watch
        .sql("INSERT INTO fang_tasks (metadata, kind, task_type, scheduled_at) VALUES ('{}', 'rank_photos', 'ranking', now() - interval '1 hour')")
        .await;
    watch.look().await;
    watch.look().await;
    watch.sql("DELETE FROM workers").await;
    for _ in 0..4 {
        watch.look().await;
    }
    let subjects = watch.subjects().await;
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[0].starts_with("Alert: 1 job is due in the lane ranking"), "{subjects:?}");
    assert_eq!(subjects[1], "Alert: Nobody works, though 1 job is due");
}
