//! What retrying and cancelling mean to photos and mails.

use ratemyderp::mail::{self, Notification};
use ratemyderp::queue::Job;
use ratemyderp::storage::Storage;
use ratemyderp_jobs::{Context, drain};
use sqlx::PgPool;
use uuid::Uuid;

use super::{act, agrees, context, fail, failed, votes};
use crate::handlers::{self, mailer, settings};
use crate::support::Database;

/// A photo whose attempts are used up, because its pictures could not be stored.
async fn failed_photo(database: &Database) -> (Context, i64, i64) {
    let (context, photo) = handlers::upload(database, Some(handlers::picture())).await;
    let folder = std::env::temp_dir().join(format!("derp-{}", Uuid::new_v4()));
    let broken = Storage::local(&folder).unwrap();
    let key: Uuid = sqlx::query_scalar("SELECT original_key FROM submissions").fetch_one(&database.pool).await.unwrap();
    broken.put_original(key, handlers::picture()).await.unwrap();
    std::fs::write(folder.join("images"), "a file where a folder should be").unwrap();
    sqlx::query("UPDATE fang_tasks SET retries = max_attempts - 1").execute(&database.pool).await.unwrap();
    drain(&Context::new(database.pool.clone(), broken, mailer(), settings())).await.unwrap_err();
    std::fs::remove_dir_all(folder).unwrap();
    let job = sqlx::query_scalar("SELECT number FROM fang_tasks WHERE kind = 'make_thumbnails' AND state = 'failed'")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    (context, photo, job)
}

async fn photo_state(pool: &PgPool, photo: i64) -> String {
    sqlx::query_scalar("SELECT state::text FROM submissions WHERE id = $1").bind(photo).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn a_photo_whose_job_had_failed_for_good_becomes_ready_after_a_retry() {
    let database = Database::new().await;
    let (context, photo, job) = failed_photo(&database).await;
    assert_eq!(photo_state(&database.pool, photo).await, "failed");

    let operation = act(&database.pool, "retry", job).await.unwrap();
    assert_eq!((operation.state.name(), operation.done), ("done", 1));
    assert_eq!(photo_state(&database.pool, photo).await, "pending");
    agrees(&database).await;
    drain(&context).await.unwrap();
    assert_eq!(photo_state(&database.pool, photo).await, "ready");
    assert_eq!(database.count("fang_tasks WHERE kind = 'make_thumbnails' AND state = 'finished'").await, 1);
    agrees(&database).await;
}

#[tokio::test]
async fn a_photo_whose_file_is_gone_is_not_retried_and_the_operator_hears_why() {
    let database = Database::new().await;
    let (context, photo, job) = failed_photo(&database).await;
    sqlx::query("UPDATE discarded_blobs SET due_at = now()").execute(&database.pool).await.unwrap();
    handlers::enqueue(&database.pool, Job::DeleteDiscardedBlobs).await;
    drain(&context).await.unwrap();
    let why = act(&database.pool, "retry", job).await.unwrap_err().to_string();
    assert!(why.contains(&format!("The file of photo {photo} is not kept any more")), "{why}");
    assert_eq!(database.state(job).await.0, "failed");
    assert_eq!(database.count("operations").await, 0, "nothing is left of what was not done");
}

#[tokio::test]
async fn a_retry_that_is_taken_back_leaves_the_photo_failed_and_its_file_kept() {
    let database = Database::new().await;
    let (context, photo, job) = failed_photo(&database).await;
    let operation = act(&database.pool, "retry", job).await.unwrap().number;
    let undone = super::running::undo(&database.pool, operation).await;
    assert_eq!((undone.done, undone.moved, undone.refused), (1, 0, 0));
    assert_eq!(photo_state(&database.pool, photo).await, "failed");
    assert!(database.state(job).await.1.contains("storage:"), "with its old error");
    agrees(&database).await;
    act(&database.pool, "retry", job).await.unwrap();
    drain(&context).await.unwrap();
    assert_eq!(photo_state(&database.pool, photo).await, "ready");
}

#[tokio::test]
async fn a_photo_that_failed_and_is_removed_takes_its_file_with_it() {
    let database = Database::new().await;
    let (context, photo, job) = failed_photo(&database).await;
    let key: Uuid =
        sqlx::query_scalar("SELECT failed_original_key FROM submissions").fetch_one(&database.pool).await.unwrap();
    let mut tx = database.pool.begin().await.unwrap();
    ratemyderp::submissions::removal::remove(&mut tx, photo).await.unwrap();
    tx.commit().await.unwrap();
    drain(&context).await.unwrap();
    assert!(context.storage.original(key).await.is_err());
    assert_eq!(database.count("discarded_blobs").await, 0);
    let why = act(&database.pool, "retry", job).await.unwrap_err().to_string();
    assert!(why.contains("has been deleted since"), "{why}");
}

/// A mail that is owed to somebody with an address, and its job.
async fn owed_mail(pool: &PgPool) -> (i64, i64) {
    let mut tx = pool.begin().await.unwrap();
    let account: i64 = sqlx::query_scalar(
        "INSERT INTO accounts (username, display_name, email, email_verified_at)
         VALUES ('derpina', 'Derpina', 'derpina@example.org', now()) RETURNING id",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    sqlx::query("INSERT INTO settings (account) VALUES ($1)").bind(account).execute(&mut *tx).await.unwrap();
    mail::enqueue(&mut tx, Notification::PasswordChanged { account }).await.unwrap();
    tx.commit().await.unwrap();
    sqlx::query_as("SELECT m.id, t.number FROM mails m, fang_tasks t WHERE t.kind = 'send_mail'")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_mail_whose_job_had_failed_for_good_arrives_after_a_retry() {
    let database = Database::new().await;
    let (mail, job) = owed_mail(&database.pool).await;
    let mut tx = database.pool.begin().await.unwrap();
    fail(&mut tx, &[job]).await;
    ratemyderp::operations::effects::gave_up(&mut tx, &Job::SendMail { mail, optional: false }, "no luck")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(database.count("mails WHERE unsent_at IS NOT NULL").await, 1);

    act(&database.pool, "retry", job).await.unwrap();
    assert_eq!(database.count("mails WHERE unsent_at IS NULL AND sent_at IS NULL").await, 1, "it is owed again");
    agrees(&database).await;
    drain(&context(&database)).await.unwrap();
    assert_eq!(database.count("mails WHERE sent_at IS NOT NULL AND attempts = 1").await, 1);
    let why = act(&database.pool, "retry", job).await.unwrap_err().to_string();
    assert!(why.contains("It has finished: only failed jobs can be retried."), "{why}");
}

#[tokio::test]
async fn a_mail_that_is_cancelled_is_sent_to_nobody_until_that_is_taken_back() {
    let database = Database::new().await;
    let (_, job) = owed_mail(&database.pool).await;
    let operation = act(&database.pool, "cancel", job).await.unwrap().number;
    assert_eq!(database.state(job).await, ("failed".to_owned(), "cancelled by anna: the test says so".to_owned()));
    assert_eq!(database.count("mails WHERE reason = 'cancelled by anna: the test says so'").await, 1);
    drain(&context(&database)).await.unwrap();
    agrees(&database).await;
    super::running::undo(&database.pool, operation).await;
    assert_eq!(database.state(job).await.0, "new");
    agrees(&database).await;
    drain(&context(&database)).await.unwrap();
    assert_eq!(database.count("mails WHERE sent_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn what_somebody_relies_on_is_not_cancelled() {
    let database = Database::new().await;
    let job = handlers::enqueue(&database.pool, Job::DeleteVotes { submission: 7 }).await;
    let why = act(&database.pool, "cancel", job).await.unwrap_err().to_string();
    assert!(why.contains("Somebody relies on it that these votes go."), "{why}");
    assert_eq!(database.state(job).await.0, "new");
}

#[tokio::test]
async fn an_operation_is_deleted_when_it_is_old_and_no_job_names_it_any_more() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..4)).await;
    let mut ended = Vec::new();
    for job in &jobs {
        ended.push(act(&database.pool, "discard", *job).await.unwrap().number);
    }
    // The second job has been touched by another operation since; the third operation ended lately.
    act(&database.pool, "restore", jobs[1]).await.unwrap();
    sqlx::query("UPDATE operations SET ended_at = now() - interval '100 days' WHERE number = ANY($1)")
        .bind(&ended[..2])
        .execute(&database.pool)
        .await
        .unwrap();
    handlers::enqueue(&database.pool, Job::DeleteOldRecords).await;
    assert_eq!(drain(&context(&database)).await.unwrap(), 1);
    let left: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM operations ORDER BY number").fetch_all(&database.pool).await.unwrap();
    assert_eq!(left, [ended[0], ended[2], ended[2] + 1]);
    assert_eq!(
        database
            .count("operation_jobs j LEFT JOIN operations o ON o.number = j.operation WHERE o.number IS NULL")
            .await,
        0
    );
    agrees(&database).await;
}
