//! What operators read on the command line.

use serde_json::{Value, json};

use crate::support::{Database, Process};
use crate::test_worker::Worker;

#[tokio::test]
async fn status_list_and_show_tell_people_and_scripts_the_same() {
    let database = Database::new().await;
    let hopeless = database.add(1, "hopeless", 5, json!({ "ms": 0 })).await[0];
    database.add(1, "from_the_future", 5, json!({})).await;
    assert!(database.output(&["status"]).contains("No worker process is running."));
    let _process = Worker::default().start(&database);
    database.until_state(hopeless, "failed").await;

    let status = database.output(&["status"]);
    assert!(status.starts_with("kind             queued  processing  retrying  failed  finished\n"), "{status}");
    assert!(status.contains("\nhopeless         0       0           0         1       0\n"), "{status}");
    assert!(status.contains("\nWorker 1 on ") && status.contains(": 0 of 8 busy"), "{status}");
    let status: Value = serde_json::from_str(&database.output(&["status", "--json"])).unwrap();
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
    let show: Value = serde_json::from_str(&database.output(&["show", "1", "--json"])).unwrap();
    assert_eq!(show["attempts"][0]["outcome"], "failed");
}

#[tokio::test]
async fn mistakes_are_told_apart_by_their_exit_codes() {
    let database = Database::new().await;
    let code = |arguments: &[&str]| database.program(arguments).output().unwrap().status.code();
    assert_eq!(code(&["show", "404"]), Some(1));
    assert_eq!(code(&["list", "--state", "lost"]), Some(2));
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
