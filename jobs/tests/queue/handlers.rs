//! The product's handlers, run in place.

use ratemyderp::config::{self, Config, JobsConfig};
use ratemyderp::mail::Mailer;
use ratemyderp::queue::{self, Job, board};
use ratemyderp::storage::Storage;
use ratemyderp_jobs::{Context, drain};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::Database;

/// What the owner of a photo reads when every attempt has failed.
const OUR_FAULT: &str = "Something went wrong on our side, and your photo is not to blame. Please send it again.";

#[tokio::test]
async fn an_upload_becomes_a_photo_that_people_may_vote_on() {
    let database = Database::new().await;
    let (context, submission) = upload(&database, Some(picture())).await;
    assert_eq!(progress(&database.pool, submission).await, Some(board::JobState::Queued));
    assert_eq!(drain(&context).await.unwrap(), 1);
    assert_eq!(progress(&database.pool, submission).await, Some(board::JobState::Finished));
    let (state, key, sizes): (String, Uuid, Vec<i32>) = sqlx::query_as(
        "SELECT state::text, rendition_key, rendition_sizes FROM submissions WHERE id = $1 AND ordinal = 1",
    )
    .bind(submission)
    .fetch_one(&database.pool)
    .await
    .unwrap();
    assert_eq!((state.as_str(), sizes.as_slice()), ("ready", [160].as_slice()));
    assert!(!context.storage.rendition(key, 160).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_is_not_a_photo_fails_with_a_plain_reason_and_its_job_is_done() {
    let database = Database::new().await;
    let (context, submission) = upload(&database, Some(b"dear diary".to_vec())).await;
    assert_eq!(drain(&context).await.unwrap(), 2, "it fails, and its file goes");
    assert_eq!(
        failure(&database.pool, submission).await,
        "This file is not a photo. Please choose a JPEG, PNG, WebP or GIF picture."
    );
    assert_eq!(database.count("fang_tasks WHERE state = 'finished' AND kind = 'make_thumbnails'").await, 1);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_the_storages_fault_and_nothing_is_thrown_away() {
    let database = Database::new().await;
    let (context, submission) = upload(&database, None).await;
    let error = drain(&context).await.unwrap_err().to_string();
    assert!(error.contains("(make_thumbnails): storage:"), "{error}");
    assert_eq!(database.count("submissions WHERE state = 'pending'").await, 1, "it is tried again");
    sqlx::query("UPDATE fang_tasks SET retries = max_attempts - 1, scheduled_at = now()")
        .execute(&database.pool)
        .await
        .unwrap();
    drain(&context).await.unwrap_err();
    assert_eq!(failure(&database.pool, submission).await, OUR_FAULT);
    assert_eq!(database.count("fang_tasks WHERE state = 'failed' AND error_group IS NOT NULL").await, 1);
    assert_eq!(
        database.count("submissions WHERE failed_original_key IS NOT NULL").await,
        1,
        "a retry can still find it"
    );
    assert_eq!(database.count("discarded_blobs WHERE due_at > now() + interval '29 days'").await, 1);
}

#[tokio::test]
async fn a_photo_whose_attempts_are_used_up_fails_together_with_its_job() {
    let database = Database::new().await;
    let (context, submission) = upload(&database, Some(picture())).await;
    // A blob store that refuses to write, and a job at its last attempt.
    let folder = std::env::temp_dir().join(format!("derp-{}", Uuid::new_v4()));
    let broken = Storage::local(&folder).unwrap();
    let key: Uuid = original_key(&database.pool, submission).await;
    broken.put_original(key, picture()).await.unwrap();
    std::fs::write(folder.join("images"), "a file where a folder should be").unwrap();
    let context = Context::new(context.pool, broken, mailer(), settings());
    sqlx::query("UPDATE fang_tasks SET retries = max_attempts - 1").execute(&database.pool).await.unwrap();

    let error = drain(&context).await.unwrap_err().to_string();
    assert!(error.contains("(make_thumbnails): storage:"), "{error}");
    assert_eq!(failure(&database.pool, submission).await, OUR_FAULT);
    assert_eq!(database.count("fang_tasks WHERE state = 'failed'").await, 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_worker_that_has_lost_its_job_publishes_nothing_and_leaves_no_blobs() {
    let database = Database::new().await;
    let (context, submission) = upload(&database, Some(picture())).await;
    let folder = std::env::temp_dir().join(format!("derp-{}", Uuid::new_v4()));
    let storage = Storage::local(&folder).unwrap();
    storage.put_original(original_key(&database.pool, submission).await, picture()).await.unwrap();
    // Another worker takes the job at the worst moment.
    sqlx::raw_sql(
        "CREATE FUNCTION rob() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN UPDATE fang_tasks SET attempt = attempt + 1; RETURN NULL; END $$;
         CREATE TRIGGER rob AFTER UPDATE ON submissions FOR EACH ROW EXECUTE FUNCTION rob();",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    let context = Context::new(context.pool, storage, mailer(), settings());
    assert_eq!(drain(&context).await.unwrap_err().to_string(), "its lease was lost");
    assert_eq!(database.count("submissions WHERE state = 'pending'").await, 1);
    let left = std::fs::read_dir(folder.join("images"))
        .map_or(0, |images| images.flat_map(|key| std::fs::read_dir(key.unwrap().path()).unwrap()).count());
    assert_eq!(left, 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_submission_that_has_vanished_is_no_failure() {
    let database = Database::new().await;
    enqueue(&database.pool, Job::MakeThumbnails { submission: 404 }).await;
    let context = Context::new(database.pool.clone(), Storage::memory(), mailer(), settings());
    assert_eq!(drain(&context).await.unwrap(), 1);
    assert_eq!(database.count("fang_tasks WHERE state = 'finished'").await, 1);
}

#[tokio::test]
async fn ranking_makes_a_generation() {
    let database = Database::new().await;
    enqueue(&database.pool, Job::RankPhotos).await;
    let context = Context::new(database.pool.clone(), Storage::memory(), mailer(), settings());
    assert_eq!(drain(&context).await.unwrap(), 1);
    assert_eq!(database.count("generation WHERE number = 1").await, 1);
}

#[tokio::test]
async fn pruning_deletes_what_is_old_and_keeps_what_is_young_failed_or_waiting() {
    let database = Database::new().await;
    sqlx::raw_sql(
        "INSERT INTO fang_tasks (metadata, kind, state, created_at, updated_at)
         SELECT '{}', state || ' ' || days, state::fang_task_state, now() - make_interval(days => days), now() - make_interval(days => days)
         FROM unnest('{new,in_progress,failed,finished,retried}'::text[]) AS state, unnest('{100,20,0}'::int[]) AS days;
         INSERT INTO job_attempts (job, attempt, worker) SELECT number, 1, 1 FROM fang_tasks;
         INSERT INTO raters (id, lap_start, lap_end, merged_into, merged_at)
         SELECT gen_random_uuid(), 1, 1, gen_random_uuid(), now() - make_interval(hours => hours) FROM unnest('{25,1}'::int[]) AS hours;",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    enqueue(&database.pool, Job::DeleteOldRecords).await;
    let context = Context::new(database.pool.clone(), Storage::memory(), mailer(), settings());
    assert_eq!(drain(&context).await.unwrap(), 1);
    let kept: Vec<String> = sqlx::query_scalar("SELECT kind FROM fang_tasks WHERE kind LIKE 'f% %' ORDER BY kind")
        .fetch_all(&database.pool)
        .await
        .unwrap();
    assert_eq!(kept, ["failed 0", "failed 20", "finished 0"]);
    assert_eq!(database.count("fang_tasks WHERE state IN ('new', 'in_progress', 'retried')").await, 9);
    assert_eq!(
        database.count("job_attempts a LEFT JOIN fang_tasks t ON t.number = a.job WHERE t.number IS NULL").await,
        0
    );
    assert_eq!(database.count("raters").await, 1, "who was merged an hour ago");
}

/// A photo that waits for its renditions, as an upload leaves it.
pub async fn upload(database: &Database, file: Option<Vec<u8>>) -> (Context, i64) {
    let context = Context::new(database.pool.clone(), Storage::memory(), mailer(), settings());
    let key = Uuid::new_v4();
    if let Some(file) = file {
        context.storage.put_original(key, file).await.unwrap();
    }
    let mut tx = database.pool.begin().await.unwrap();
    let submission = sqlx::query_scalar(
        "WITH owner AS (INSERT INTO accounts (username, display_name) VALUES ('derpina', 'Derpina') RETURNING id)
         INSERT INTO submissions (owner, title, species, original_key) SELECT id, 'Marmalade', 'cat', $1 FROM owner RETURNING id",
    )
    .bind(key)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    queue::enqueue(&mut tx, Job::MakeThumbnails { submission }).await.unwrap();
    tx.commit().await.unwrap();
    (context, submission)
}

pub async fn enqueue(pool: &PgPool, job: Job) -> i64 {
    let mut tx = pool.begin().await.unwrap();
    let number = queue::enqueue(&mut tx, job).await.unwrap().number;
    tx.commit().await.unwrap();
    number
}

async fn progress(pool: &PgPool, submission: i64) -> Option<board::JobState> {
    let mut conn = pool.acquire().await.unwrap();
    board::queue_position(&mut conn, submission).await.unwrap().map(|position| position.state)
}

async fn failure(pool: &PgPool, submission: i64) -> String {
    sqlx::query_scalar("SELECT failure FROM submissions WHERE id = $1 AND state = 'failed'")
        .bind(submission)
        .fetch_one(pool)
        .await
        .unwrap()
}

async fn original_key(pool: &PgPool, submission: i64) -> Uuid {
    sqlx::query_scalar("SELECT original_key FROM submissions WHERE id = $1")
        .bind(submission)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// A small PNG.
pub fn picture() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(200, 180, |x, y| image::Rgb([x as u8, y as u8, 90]));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

pub fn mailer() -> Mailer {
    Mailer::outbox(&config()).unwrap()
}

pub fn settings() -> JobsConfig {
    JobsConfig { workers: 2, ..config().jobs }
}

fn config() -> Config {
    config::figment().merge(("secret_key", "of the tests")).extract().unwrap()
}
