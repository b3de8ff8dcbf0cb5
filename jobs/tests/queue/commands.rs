//! What operators read on the command line.

use std::process::Stdio;

use ratemyderp::queue::{Job, board};
use serde_json::{Value, json};

use crate::handlers::enqueue;
use crate::support::{Database, Process, until};
use crate::test_worker::Worker;

#[tokio::test]
async fn status_list_and_show_tell_people_and_scripts_the_same() {
    let database = Database::new().await;
    let hopeless = database.add(1, "hopeless", 5, json!({ "ms": 0 })).await[0];
    database.add(1, "from_the_future", 5, json!({})).await;
    let (code, status) = database.status(&["status"]);
    assert!(status.starts_with("Nobody works, though 2 jobs are due.\n\nkind "), "{status}");
    assert_eq!(code, Some(1), "sick");
    assert!(status.contains("No worker process is running."));
    let _process = Worker::default().start(&database);
    database.until_state(hopeless, "failed").await;

    let (code, status) = database.status(&["status"]);
    assert!(status.contains("\n\nkind             queued  processing  retrying  failed  finished\n"), "{status}");
    assert!(status.starts_with("1 failed since ") && status.contains("no worker knows"), "{status}");
    assert_eq!(code, Some(1));
    assert!(status.contains("\nhopeless         0       0           0         1       0\n"), "{status}");
    assert!(status.contains("\nWorker 1 on ") && status.contains(": 0 of 8 busy"), "{status}");
    let status: Value = serde_json::from_str(&database.status(&["status", "--json"]).1).unwrap();
    assert_eq!(status["health"]["parts"][0]["rule"], "failed");
    assert_eq!(status["health"]["well"], false);
    let counts = status["counts"].as_array().unwrap();
    assert!(counts.contains(&json!({ "kind": "hopeless", "lane": "test", "state": "failed", "count": 1 })), "{status}");

    assert!(database.output(&["list", "--state", "failed"]).contains("hopeless  failed  1"));
    assert_eq!(database.output(&["list", "--kind", "rank_photos"]), "No such jobs.\n");
    let list: Value = serde_json::from_str(&database.output(&["list", "--json"])).unwrap();
    let numbers: Vec<_> = list["items"].as_array().unwrap().iter().map(|job| job["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [hopeless + 1, hopeless], "the newest first");
    let page: Value = serde_json::from_str(&database.output(&["list", "--json", "--before", "2"])).unwrap();
    assert_eq!(page["items"][0]["error"], "never");
    assert_eq!(page["next"], Value::Null);
    let failed = database.output(&["list", "--state", "failed", "--since", "-1h", "--by", "ended"]);
    assert!(failed.starts_with("Failed jobs that ended since ") && failed.contains("hopeless"), "{failed}");

    let show = database.output(&["show", &hopeless.to_string()]);
    assert!(show.starts_with(&format!("Job {hopeless}: hopeless (failed)\n")), "{show}");
    assert!(show.contains("failures   1 of at most 5") && show.contains("failed   never"), "{show}");
    let group: i64 = sqlx::query_scalar("SELECT id FROM error_groups").fetch_one(&database.pool).await.unwrap();
    let id = group.to_string();
    let errors = database.output(&["errors", "--sort", "most"]);
    assert!(errors.contains(&id) && errors.contains("hopeless") && errors.contains("never"), "{errors}");
    assert!(database.output(&["mute", &id, "--reason", "I know", "--as", "anna"]).starts_with("Nobody is alerted"));
    assert_eq!(database.output(&["errors"]), "No such errors.\n", "muted");
    database.output(&["note", &id, "it is hopeless"]);
    let one = database.output(&["errors", &id]);
    assert!(one.contains("by anna: I know") && one.contains("note       it is hopeless"), "{one}");
    database.output(&["unmute", &id, "--reason", "enough"]);
    let one: Value = serde_json::from_str(&database.output(&["errors", &id, "--json"])).unwrap();
    assert_eq!((&one["group"]["failed"], &one["versions"][0]["n"]), (&json!(1), &json!(1)), "{one}");
    assert_eq!(database.count("audit_log WHERE action LIKE 'error group%'").await, 3);
    let show: Value = serde_json::from_str(&database.output(&["show", "1", "--json"])).unwrap();
    assert_eq!(show["attempts"][0]["outcome"], "failed");
}

#[tokio::test]
async fn output_that_nobody_reads_ends_a_command_quietly() {
    let database = Database::new().await;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = database.program(&["status"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (None, ""), "by SIGPIPE");
}

#[tokio::test]
async fn mistakes_are_told_apart_by_their_exit_codes() {
    let database = Database::new().await;
    let code = |arguments: &[&str]| database.program(arguments).output().unwrap().status.code();
    assert_eq!(code(&["show", "404"]), Some(1));
    assert_eq!(code(&["list", "--state", "lost"]), Some(2));
    assert_eq!(code(&["list", "--account", "nobody"]), Some(2));
    assert_eq!(code(&["errors", "404"]), Some(1));
    assert_eq!(code(&["errors", "--sort", "loudest"]), Some(2));
    assert_eq!(code(&["mute", "404", "--reason", "because"]), Some(1));
    assert_eq!(code(&["mute", "404", "--reason", ""]), Some(2));
    let output = database.program(&["list", "--since", "yesterday"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("--since: “yesterday” is no time"), "{output:?}");
    let mut wrong = database.program(&["status"]);
    wrong.env("DATABASE_URL", "postgres://127.0.0.1:1/nobody");
    let output = wrong.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("ratemyderp-jobs: no database: "));
    // The worker itself waits for its database instead, and can be stopped meanwhile.
    let mut waiting = database.program(&[]);
    let mut waiting = Process::start(waiting.env("DATABASE_URL", "postgres://127.0.0.1:1/nobody"));
    waiting.until_it_catches_sigterm().await;
    waiting.signal("TERM");
    assert_eq!(waiting.ended().await.code(), Some(0));
}

#[tokio::test]
async fn jobs_are_changed_from_a_terminal_only_when_their_number_was_confirmed() {
    let database = Database::new().await;
    for submission in 1..=3 {
        enqueue(&database.pool, Job::DeleteVotes { submission }).await;
    }
    sqlx::query("UPDATE fang_tasks SET state = 'failed', attempt = 20").execute(&database.pool).await.unwrap();
    let run = |arguments: &[&str]| database.program(arguments).output().unwrap();
    let retry = ["retry", "--kind", "delete_votes"];
    let output = run(&[&retry[..], &["--dry-run"]].concat());
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("retry 3 jobs. Failed delete_votes jobs."), "{printed}");
    assert!(printed.contains("3 delete_votes (failed, lane upkeep): they wait again"), "{printed}");
    assert_eq!(output.status.code(), Some(0));
    for (arguments, code, words) in [
        (&[][..], 3, "add --yes or --count 3"),
        (&["--count", "4"], 3, "there are 3 such jobs, not 4"),
        (&["--state", "lost"], 2, "There is no state"),
    ] {
        let output = run(&[&retry[..], arguments].concat());
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), complaint.contains(words)), (Some(code), true), "{complaint}");
    }
    assert_eq!(run(&["discard", "1", "--yes"]).status.code(), Some(2), "why?");
    assert_eq!(run(&["retry"]).status.code(), Some(2), "which?");
    assert_eq!(run(&["retry", "404", "--yes"]).status.code(), Some(4));
    assert_eq!(run(&["move-lane", "nowhere", "1", "--yes"]).status.code(), Some(2), "which lane?");
    assert_eq!(run(&["set-priority", "1000", "1", "--yes"]).status.code(), Some(2));
    let dry = run(&["set-priority", "-5", "--kind", "delete_votes", "--state", "queued", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0), "{dry:?}");
    assert_eq!(database.count("fang_tasks WHERE state = 'failed'").await, 3, "nothing was done yet");

    let _process = Process::start(database.program(&["work"]).env("ROCKET_JOBS", "{poll_seconds=1}"));
    let mut conn = database.pool.acquire().await.unwrap();
    until("a worker is there", async || !board::workers(&mut conn).await.unwrap().is_empty()).await;
    let output = database.output(&["retry", "--kind", "delete_votes", "--count", "3", "--as", "anna", "--json"]);
    let ended: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((&ended["operation"]["state"], &ended["operation"]["done"]), (&json!("done"), &json!(3)), "{output}");
    assert!(database.output(&["operations"]).contains("anna"));
    assert_eq!(database.count("audit_log WHERE detail LIKE '%retry 3 jobs%by anna'").await, 1);
}
