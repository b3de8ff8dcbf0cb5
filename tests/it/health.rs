//! The sentence about the queue: each thing that can be wrong, alone.

mod plans;

use ratemyderp::health::{self, Health, Rule};

use crate::support::World;

/// A worker that says that it lives, and a schedule that ticks: all is well.
pub const WELL: &str = "
    INSERT INTO workers (host, pid, slots, kinds) VALUES ('derp', 1, 8, ARRAY['make_thumbnails', 'send_mail', 'rank_photos'])";

async fn assess(world: &World, sql: &str) -> Health {
    sqlx::raw_sql(sql).execute(&world.pool).await.expect("done");
    health::assess(&mut world.pool.acquire().await.expect("a connection"), &world.config()).await.expect("looked at")
}

/// What is said, and where it leads.
fn said(health: &Health) -> Vec<(Rule, &str, &str)> {
    health.said().map(|part| (part.rule, part.words.as_str(), part.link.as_str())).collect()
}

/// So many jobs of a kind and lane that have been due for so many seconds.
fn waiting(kind: &str, lane: &str, count: u32, seconds: u32) -> String {
    format!(
        "INSERT INTO fang_tasks (metadata, kind, task_type, scheduled_at, created_at)
         SELECT '{{}}', '{kind}', '{lane}', now() - interval '{seconds} seconds', now() - interval '{seconds} seconds'
         FROM generate_series(1, {count});"
    )
}

/// One that runs since so many seconds.
fn running(seconds: u32) -> String {
    format!(
        "WITH job AS (
             INSERT INTO fang_tasks (metadata, kind, task_type, state, attempt, lease_owner, lease_until)
             VALUES ('{{}}', 'make_thumbnails', 'images', 'in_progress', 1, 1, now() + interval '20 seconds') RETURNING number
         )
         INSERT INTO job_attempts (job, attempt, worker, started_at)
         SELECT number, 1, 1, now() - interval '{seconds} seconds' FROM job;"
    )
}

#[tokio::test]
async fn all_is_well_with_figures_while_somebody_works_and_nothing_waits() {
    let world = World::new().await;
    let health = assess(
        &world,
        &format!(
            "{WELL}; INSERT INTO job_pace VALUES (date_trunc('minute', now()), false, 'send_mail', 'run', 20, 1204),
             (date_trunc('minute', now()) - interval '2 hours', false, 'send_mail', 'run', 20, 50)"
        ),
    )
    .await;
    assert_eq!(health.sentence(), "All is well: 1,204 jobs in the last hour, nothing waits, 1 worker.");
    let health = assess(&world, &waiting("send_mail", "mail", 3, 1)).await;
    assert_eq!(health.sentence(), "All is well: 1,204 jobs in the last hour, nothing waits longer than 2 s, 1 worker.");
}

#[tokio::test]
async fn without_workers_that_is_said_and_nothing_that_follows_from_it() {
    let world = World::new().await;
    assert_eq!(assess(&world, "").await.sentence(), "Nobody works; nothing is due yet.");
    let many = waiting("make_thumbnails", "images", 2, 4000) + &running(4000);
    let health = assess(&world, &many).await;
    let link = "/ops/jobs?state=queued&sort=next";
    assert_eq!(said(&health), [(Rule::NobodyWorks, "Nobody works, though 2 jobs are due", link)]);
    assert!(health.parts.iter().any(|part| part.rule == Rule::Overdue && part.implied), "{health:?}");
    // One that has not been seen for long does not count, one that is quiet takes nothing.
    let gone = "INSERT INTO workers (host, pid, slots, seen_at) VALUES ('derp', 1, 8, now() - interval '25 seconds')";
    assert_eq!(assess(&world, gone).await.said().next().unwrap().words, "Nobody works, though 2 jobs are due");
    let quiet = "INSERT INTO workers (host, pid, slots, quiet_at) VALUES ('derp', 2, 8, now())";
    let words = "Nobody takes jobs: the only worker is quiet, and 2 jobs are due";
    assert_eq!(assess(&world, quiet).await.said().next().unwrap().words, words);
    let health = assess(&world, &waiting("send_mail", "mail", 1500, 10)).await;
    assert!(health.sentence().ends_with("and 1,502 jobs wait."), "{}", health.sentence());
}

#[tokio::test]
async fn jobs_that_run_while_none_ends_are_stalled_only_if_others_are_due() {
    let world = World::new().await;
    let health = assess(&world, &format!("{WELL}; {}{}", running(400), running(900))).await;
    assert!(health.is_well(), "a long job alone is none: {health:?}");
    let health = assess(&world, &waiting("make_thumbnails", "images", 1, 60)).await;
    let words = "Stalled: 2 running, nothing ended for 6 min, and 1 job is due";
    assert_eq!(said(&health), [(Rule::Stalled, words, "/ops/jobs?state=processing")]);
    let ended = "INSERT INTO job_pace VALUES (date_trunc('minute', now()), false, 'make_thumbnails', 'run', 1, 1)";
    assert!(assess(&world, ended).await.is_well());
    let health = assess(&world, &format!("DELETE FROM job_pace; {}", running(10))).await;
    assert!(health.is_well(), "one has just begun");
}

#[tokio::test]
async fn each_lane_has_its_limit_and_what_is_paused_waits_rightly() {
    let world = World::new().await;
    let both = waiting("make_thumbnails", "images", 3, 400) + &waiting("send_mail", "mail", 2, 600);
    let health = assess(&world, &format!("{WELL}; {both}")).await;
    let words = "3 jobs are due in the lane images, the oldest for 6 min (the limit is 5 min)";
    assert_eq!(said(&health), [(Rule::Overdue, words, "/ops/jobs?state=queued&lane=images&sort=next")]);
    let health =
        assess(&world, "UPDATE fang_tasks SET scheduled_at = now() - interval '1000 seconds' WHERE kind = 'send_mail'")
            .await;
    let words = "Jobs of mail and images wait for too long, the oldest for 16 min";
    assert_eq!(said(&health), [(Rule::Overdue, words, "/ops/lanes")]);
    assert_eq!(health.parts[0].items.len(), 2);
    let paused = "UPDATE lanes SET paused_at = now() WHERE name = 'images';
        INSERT INTO paused_kinds (kind, paused_by, reason) VALUES ('send_mail', 'anna', 'the server is down')";
    assert!(assess(&world, paused).await.is_well());
    let forgotten = "UPDATE paused_kinds SET paused_at = now() - interval '3 hours'";
    let health = assess(&world, forgotten).await;
    let words = "The kind send_mail has been paused for 3 h by anna: “the server is down”";
    assert_eq!(said(&health), [(Rule::Paused, words, "/ops/jobs?state=queued&kind=send_mail")]);
}

#[tokio::test]
async fn what_failed_is_said_by_error_until_somebody_has_seen_to_it() {
    let world = World::new().await;
    let failed = "
        INSERT INTO fang_tasks (metadata, kind, task_type, state, error_group, updated_at)
        SELECT '{}', 'make_thumbnails', 'images', 'failed', 7 + n % 2, now() - n * interval '1 minute' FROM generate_series(1, 9) n;
        INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser)
        VALUES (7, 'make_thumbnails', 'no space left', 'no space left', 1, 1), (8, 'make_thumbnails', 'odd', 'odd', 2, 1);
        UPDATE error_groups SET first_seen_at = now() - interval '2 days' WHERE id = 7";
    let health = assess(&world, &format!("{WELL}; {failed}")).await;
    let part = &health.parts[0];
    assert!(part.words.starts_with("9 failed since ") && part.words.ends_with(" in 2 error groups"), "{}", part.words);
    assert_eq!(part.link, "/ops/errors");
    let links: Vec<&str> = part.items.iter().map(|item| item.link.as_str()).collect();
    assert_eq!(links, ["/ops/errors/8", "/ops/errors/7"], "the largest first");
    assert!(part.items[1].words.ends_with(": no space left"), "{:?}", part.items);
    assert!(
        part.items[0].words.starts_with("5 jobs of make_thumbnails failed with a new error since "),
        "{:?}",
        part.items
    );
    assert!(part.items[1].words.starts_with("4 jobs of make_thumbnails failed since "), "{:?}", part.items);
    // One is muted, then what is left is discarded.
    let health = assess(&world, "INSERT INTO error_group_notes (error_group, muted_at) VALUES (8, now())").await;
    assert!(health.parts[0].words.ends_with("with the same error"), "{health:?}");
    assert!(health.parts[0].link == "/ops/errors/7", "{health:?}");
    assert!(assess(&world, "UPDATE fang_tasks SET discarded_at = now() WHERE error_group = 7").await.is_well());
}

#[tokio::test]
async fn what_a_dead_worker_held_and_what_nobody_knows_is_named() {
    let world = World::new().await;
    let orphan = running(500) + "UPDATE fang_tasks SET lease_until = now() - interval '40 seconds';";
    let unknown = waiting("frobnicate", "images", 2, 5);
    let health = assess(&world, &format!("{WELL}; {orphan}{unknown}")).await;
    let words: Vec<_> = said(&health).iter().map(|(_, words, _)| (*words).to_owned()).collect();
    assert_eq!(
        words,
        [
            "1 job is held by a worker that is gone, and nobody rescues it",
            "2 jobs of the kind frobnicate wait, which no worker knows"
        ]
    );
    assert_eq!(said(&health)[1].2, "/ops/jobs?state=queued&kind=frobnicate");
    // Whoever does not say what they know is taken to know what we do.
    let old = "UPDATE workers SET kinds = NULL; DELETE FROM fang_tasks WHERE state = 'in_progress'";
    assert_eq!(assess(&world, old).await.parts.len(), 1);
}

#[tokio::test]
async fn a_worker_that_is_gone_without_a_word_is_named_until_another_starts() {
    let world = World::new().await;
    let gone = "INSERT INTO workers (host, pid, slots, started_at, seen_at)
        SELECT 'derp', pid, 8, now() - interval '2 hours', now() - interval '200 seconds' FROM generate_series(41, 42) pid";
    let started = "UPDATE workers SET started_at = now() - interval '3 hours' WHERE pid = 1";
    let health = assess(&world, &format!("{WELL}; {started}; {gone}")).await;
    assert_eq!(said(&health), [(Rule::Vanished, "2 workers have vanished", "/ops/workers")]);
    assert!(
        health.parts[0].items[0].words.starts_with("Worker 2 on derp, process 41, has not been seen for 3 min"),
        "{health:?}"
    );
    // Each that starts takes the place of one, and one that stops has said so.
    let again = "INSERT INTO workers (host, pid, slots, kinds) SELECT 'other', 43, 8, kinds FROM workers WHERE pid = 1";
    let health = assess(&world, again).await;
    assert_eq!(health.parts[0].link, "/ops/workers/3");
    assert!(assess(&world, "UPDATE workers SET stopped_at = now() WHERE number IN (2, 3)").await.is_well());
}

#[tokio::test]
async fn a_kind_that_rests_is_told_of_even_when_it_is_tried_seldom() {
    let world = World::new().await;
    let tried = "INSERT INTO job_pace VALUES (date_trunc('minute', now()), false, 'send_mail', 'run', 20, 3),
        (date_trunc('minute', now()), false, 'send_mail', 'failed', 20, 3)";
    assert!(assess(&world, &format!("{WELL}; {tried}")).await.is_well());
    let health = assess(&world, "UPDATE workers SET resting = '{send_mail}'").await;
    let words = "Of 3 attempts of send_mail within 5 minutes all failed, so the others rest until one does not";
    assert_eq!(said(&health), [(Rule::Failing, words, "/ops/jobs?state=retrying&kind=send_mail")]);
}

#[tokio::test]
async fn ticks_that_nobody_made_are_missed_unless_the_schedule_is_paused() {
    let world = World::new().await;
    let ticked = "INSERT INTO schedules (name, tick) VALUES
        ('rank_photos', date_trunc('minute', now()) - interval '5 minutes'),
        ('delete_accounts', date_trunc('hour', now()))";
    let health = assess(&world, &format!("{WELL}; {ticked}")).await;
    let part = &health.parts[0];
    assert!(part.words.starts_with("The schedule rank_photos has missed "), "{part:?}");
    assert_eq!((part.rule, part.link.as_str()), (Rule::MissedTicks, "/ops/schedules/rank_photos"));
    let paused = "INSERT INTO paused_schedules (name, paused_by, reason) VALUES ('rank_photos', 'anna', 'rest')";
    assert!(assess(&world, paused).await.is_well());
}

#[tokio::test]
async fn a_lane_that_gets_fuller_all_the_time_grows() {
    let world = World::new().await;
    let samples =
        "INSERT INTO lane_samples SELECT date_trunc('minute', now()) - n * interval '1 minute', 'mail', 1000 - 10 * n
        FROM generate_series(0, 20) n";
    let health = assess(&world, &format!("{WELL}; {samples}; {}", waiting("send_mail", "mail", 10, 90))).await;
    let words = "The lane mail grows: 850 waited 15 minutes ago and 1,000 now; nothing ends there";
    assert_eq!(said(&health), [(Rule::Grows, words, "/ops/jobs?state=queued&lane=mail&sort=next")]);
    let ends = "INSERT INTO job_pace VALUES (date_trunc('minute', now()), false, 'send_mail', 'run', 1, 150)";
    let health = assess(&world, ends).await;
    assert!(health.parts[0].words.ends_with("with nothing new it would drain in 1 h 40 min"), "{health:?}");
}

#[tokio::test]
async fn a_kind_whose_attempts_fail_is_told_before_any_job_has_failed_for_good() {
    let world = World::new().await;
    let pace = |measure: &str, n: u32| {
        format!("INSERT INTO job_pace VALUES (date_trunc('minute', now()), false, 'send_mail', '{measure}', 20, {n});")
    };
    let retrying = "INSERT INTO fang_tasks (metadata, kind, task_type, state, attempt, scheduled_at, error_message)
        VALUES ('{}', 'send_mail', 'mail', 'retried', 3, now() + interval '1 minute', 'connection refused')";
    let health = assess(&world, &format!("{WELL}; {} {} {retrying}", pace("run", 40), pace("failed", 9))).await;
    assert!(health.is_well(), "nine are few: {health:?}");
    let health = assess(&world, "UPDATE job_pace SET n = 19 WHERE measure = 'failed'").await;
    assert!(health.is_well(), "fewer than half: {health:?}");
    let health = assess(&world, "UPDATE job_pace SET n = 40 WHERE measure = 'failed'").await;
    let words = "Of 40 attempts of send_mail within 5 minutes all failed: connection refused";
    assert_eq!(said(&health), [(Rule::Failing, words, "/ops/jobs?state=retrying&kind=send_mail")]);
    let mute = "INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser) VALUES (7, 'send_mail', 'x', 'x', 1, 1);
        INSERT INTO error_group_notes (error_group, muted_at) VALUES (7, now()); UPDATE fang_tasks SET error_group = 7";
    let health = assess(&world, mute).await;
    assert!(health.is_well(), "somebody knows of it: {health:?}");
    let health =
        assess(&world, "DELETE FROM error_group_notes; UPDATE job_pace SET at = at - interval '6 minutes'").await;
    assert!(health.is_well(), "it is over: {health:?}");
}
