//! A photo's files on their way: made anew, moved, discarded, found without a row.

use std::time::Duration;

use ratemyderp::config::UploadsConfig;
use ratemyderp::error::Error;
use ratemyderp::queue::{self, Job, board};
use ratemyderp::storage::Storage;
use ratemyderp::submissions::crop::Crop;
use ratemyderp::submissions::upload::{Details, Duplicate, Entered, Original, enter};
use ratemyderp::submissions::words::{Description, Name};
use ratemyderp::submissions::{self, check, developing, drafts, editing, moderation, near, removal};
use ratemyderp_jobs::{Context, drain};
use sha2::{Digest, Sha256};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::drained::{enqueue, mailer, settings};
use crate::support::Database;

#[tokio::test]
async fn the_same_file_is_refused_with_the_other_photo_unless_that_one_failed_or_is_gone() {
    let site = Site::new().await;
    let first = site.submit(1, &picture(300, 200, 1)).await.unwrap();
    let Entered::New(id) = first else { panic!("{first:?}") };
    let public = |public| Entered::Duplicate(Duplicate { id, owner: site.owner, public });
    assert_eq!(site.submit(2, &picture(300, 200, 1)).await.unwrap(), public(false));
    site.drain().await;
    assert_eq!(site.submit(2, &picture(300, 200, 1)).await.unwrap(), public(true));
    site.change(async |tx| removal::remove(tx, id).await.unwrap()).await;
    assert!(matches!(site.submit(2, &picture(300, 200, 1)).await.unwrap(), Entered::New(_)));
    assert!(matches!(site.submit(3, b"a shopping list").await.unwrap(), Entered::New(_)));
    site.drain().await;
    assert!(matches!(site.submit(3, b"a shopping list").await.unwrap(), Entered::New(_)));
}

#[tokio::test]
async fn of_two_uploads_of_the_same_file_at_once_one_wins() {
    let site = Site::new().await;
    let file = picture(300, 200, 1);
    let all = futures(20, |number| site.submit(number, &file)).await;
    let new = all.iter().filter(|entered| matches!(entered, Ok(Entered::New(_)))).count();
    let twice = all.iter().filter(|entered| matches!(entered, Ok(Entered::Duplicate(_)))).count();
    assert_eq!((new, twice), (1, 19), "{all:?}");
    assert_eq!(site.database.count("submissions").await, 1);
}

#[tokio::test]
async fn a_hundred_uploads_at_once_do_not_pass_the_quota() {
    let site = Site::new().await;
    let all = futures(100, |number| {
        let site = &site;
        async move { site.submit_within(number, &number.to_be_bytes(), 5).await }
    })
    .await;
    let new = all.iter().filter(|entered| matches!(entered, Ok(Entered::New(_)))).count();
    assert_eq!(new, 5);
    let refused = all.iter().find_map(|entered| entered.as_ref().err()).expect("a refusal");
    let Error::TooFast { message, retry_after } = refused else { panic!("{refused}") };
    assert!(message.starts_with("You have handed in 5 photos in the last 24 hours"), "{message}");
    assert!((86_000..=86_400).contains(retry_after));
    // A day later they no longer count; and an account of some age may send more.
    site.sql("UPDATE submissions SET created_at = now() - interval '25 hours'").await;
    assert!(site.submit_within(200, b"another", 5).await.is_ok());
    site.sql("UPDATE accounts SET created_at = now() - interval '8 days'").await;
    for number in 300..319 {
        site.submit_within(number, &number.to_be_bytes(), 5).await.unwrap();
    }
    assert!(site.submit_within(400, b"one too many", 5).await.is_err());
}

#[tokio::test]
async fn a_photo_that_looks_like_an_older_one_is_marked_for_review() {
    let site = Site::new().await;
    let first = site.photo(1, &picture(400, 300, 1)).await;
    let copy = image::load_from_memory(&picture(400, 300, 1)).unwrap();
    let smaller = png(&copy.resize_exact(200, 150, image::imageops::FilterType::Triangle).to_rgb8());
    let second = site.photo(2, &smaller).await;
    site.photo(3, &picture(400, 300, 9)).await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    let pairs = near::to_review(&mut conn, 10).await.unwrap();
    assert_eq!(pairs.iter().map(|pair| (pair.id, pair.older)).collect::<Vec<_>>(), [(second, first)]);
    site.change(async |tx| assert!(near::reviewed(tx, second).await.unwrap())).await;
    assert!(near::to_review(&mut conn, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_near_fingerprint_is_found_through_the_index() {
    let site = Site::new().await;
    let first = site.photo(1, &picture(400, 300, 1)).await;
    let second = site.photo(2, &picture(400, 300, 9)).await;
    // Two changed bits in three quarters and one in the last: the worst that still counts as near.
    site.sql(&format!(
        "UPDATE submissions SET fingerprint = (SELECT fingerprint # x'8001400208010010'::bit(64)::bigint
                                               FROM submissions WHERE id = {second}) WHERE id = {first}"
    ))
    .await;
    site.sql(&format!(
        "UPDATE submissions SET state = 'pending', ordinal = NULL, described_ordinal = NULL, rendition_key = NULL, original_sha256 = NULL WHERE id = {second};"
    ))
    .await;
    enqueue(&site.context.pool, Job::Thumbnail { submission: second }).await;
    site.drain().await;
    assert_eq!(site.database.count(&format!("submissions WHERE near_duplicate_of = {first}")).await, 1);
    let plan: Vec<String> = {
        let mut tx = site.context.pool.begin().await.unwrap();
        sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *tx).await.unwrap();
        sqlx::query_scalar(
            "EXPLAIN SELECT id FROM submissions WHERE fingerprint IS NOT NULL AND moderation <> 'removed'
             AND fingerprint_quarters(fingerprint) && '{1,2,3}'",
        )
        .fetch_all(&mut *tx)
        .await
        .unwrap()
    };
    assert!(plan.iter().any(|line| line.contains("submissions_fingerprint")), "{plan:?}");
}

#[tokio::test]
async fn another_crop_makes_other_pictures_and_the_old_ones_stay_until_pages_no_longer_show_them() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(600, 200, 1)).await;
    let before = site.find(id).await;
    let old = before.rendition_key.unwrap();
    site.change(async |tx| editing::edit(tx, site.owner, id, &details(7, Crop::Right)).await.unwrap()).await;
    let meanwhile = site.find(id).await;
    assert_eq!((meanwhile.title.as_str(), meanwhile.rendition_key), ("Photo 7", Some(old)));
    assert!(meanwhile.votable());
    site.drain().await;
    let after = site.find(id).await;
    let new = after.rendition_key.unwrap();
    assert_ne!(new, old);
    let storage = &site.context.storage;
    assert_ne!(storage.rendition(new, 160).await.unwrap(), storage.rendition(old, 160).await.unwrap());
    site.sql("UPDATE discarded_blobs SET due_at = now()").await;
    enqueue(&site.context.pool, Job::Discard).await;
    site.drain().await;
    assert!(storage.rendition(old, 160).await.is_err());
    assert!(storage.rendition(new, 160).await.is_ok());
    site.whole().await;
    // Other words alone, or a place that is the same along the long side, make nothing anew.
    site.change(async |tx| editing::edit(tx, site.owner, id, &details(8, Crop::TopRight)).await.unwrap()).await;
    assert_eq!(site.drain().await, 0);
    site.change(async |tx| {
        let stranger = editing::edit(tx, site.owner + 1, id, &details(9, Crop::Left)).await;
        assert!(matches!(stranger, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_crop_that_cannot_be_made_leaves_the_photo_as_it_is() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(600, 200, 1)).await;
    let before = site.find(id).await;
    let original: Uuid =
        sqlx::query_scalar("SELECT original_key FROM submissions").fetch_one(&site.context.pool).await.unwrap();
    site.context.storage.put_original(original, b"rotten".to_vec()).await.unwrap();
    site.change(async |tx| editing::edit(tx, site.owner, id, &details(1, Crop::Right)).await.unwrap()).await;
    site.drain().await;
    let after = site.find(id).await;
    assert_eq!((after.rendition_key, after.crop), (before.rendition_key, Crop::Auto));
    assert!(after.votable());
    site.whole().await;
}

#[tokio::test]
async fn a_hidden_photo_cannot_be_reached_under_its_old_address_and_comes_back_under_another() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    let public = site.find(id).await.rendition_key.unwrap();
    site.change(async |tx| moderation::hide(tx, id).await.unwrap()).await;
    site.drain().await;
    let storage = &site.context.storage;
    assert!(storage.rendition(public, 160).await.is_err());
    let hidden = site.find(id).await;
    assert!(hidden.renditions_hidden);
    assert!(storage.hidden_rendition(hidden.rendition_key.unwrap(), 160).await.is_ok());
    assert!(storage.rendition(hidden.rendition_key.unwrap(), 160).await.is_err());
    site.change(async |tx| moderation::unhide(tx, id).await.unwrap()).await;
    site.drain().await;
    let back = site.find(id).await;
    assert!(!back.renditions_hidden);
    assert!(storage.rendition(back.rendition_key.unwrap(), 160).await.is_ok());
    assert_eq!(site.blobs().await.len(), 1 + 1 + 3, "the original, one rendition, three previews");
    site.whole().await;
}

#[tokio::test]
async fn a_deleted_photo_leaves_no_blob_no_vote_and_no_standing() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    site.sql(&format!(
        "INSERT INTO raters (id, lap_start, lap_end) VALUES ('{0}', 1, 1);
         INSERT INTO ratings (rater, submission, score) VALUES ('{0}', {id}, 7);
         UPDATE tallies SET count = 1, sum = 7, histogram[7] = 1;
         INSERT INTO reports (rater, submission, reason) VALUES ('{0}', {id}, 'other');",
        Uuid::new_v4()
    ))
    .await;
    enqueue(&site.context.pool, Job::Rank).await;
    site.drain().await;
    assert_eq!(site.database.count("standings").await, 1);
    site.change(async |tx| removal::remove(tx, id).await.unwrap()).await;
    site.whole().await;
    site.drain().await;
    for table in ["ratings", "tallies", "reports", "standings", "discarded_blobs"] {
        assert_eq!(site.database.count(table).await, 0, "{table}");
    }
    assert!(site.blobs().await.is_empty());
    site.whole().await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    assert!(submissions::find(&mut conn, id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_photo_deleted_while_it_is_made_stays_deleted() {
    let site = Site::new().await;
    let Entered::New(id) = site.submit(1, &picture(300, 200, 1)).await.unwrap() else { panic!() };
    site.change(async |tx| removal::remove(tx, id).await.unwrap()).await;
    site.drain().await;
    assert_eq!(site.database.count("submissions WHERE moderation = 'removed' AND ordinal IS NULL").await, 1);
    assert!(site.blobs().await.is_empty());
}

#[tokio::test]
async fn originals_go_once_their_renditions_are_made_where_that_is_configured() {
    let mut site = Site::new().await;
    site.context.storage = site.context.storage.clone().keeping_originals(false);
    let id = site.photo(1, &picture(300, 200, 1)).await;
    site.drain().await;
    assert_eq!(site.blobs().await.len(), 1);
    site.change(async |tx| assert!(!developing::renew(tx, id).await.unwrap())).await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    assert!(!editing::find(&mut conn, id).await.unwrap().unwrap().croppable);
    site.whole().await;
}

#[tokio::test]
async fn all_renditions_are_made_anew_by_one_job_that_says_how_far_it_is_and_goes_on_where_it_stopped() {
    let site = Site::new().await;
    for number in 1..=4 {
        site.photo(number, &picture(200, 180, number)).await;
    }
    let job = enqueue(&site.context.pool, Job::Rerender).await;
    // The third photo's file cannot be read, as if the store were away: the attempt ends there.
    site.sql("CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'away'; END $$;").await;
    site.sql(
        "CREATE TRIGGER away BEFORE UPDATE ON submissions FOR EACH ROW WHEN (old.id = 3) EXECUTE FUNCTION away();",
    )
    .await;
    let keys = site.keys().await;
    assert!(drain(&site.context).await.is_err());
    let mut conn = site.context.pool.acquire().await.unwrap();
    let advance = board::advance(&mut conn, job).await.unwrap().unwrap();
    assert_eq!((advance.done, advance.total, advance.skipped), (2, 4, 0));
    let shown = site.database.output(&["show", &job.to_string()]);
    assert!(shown.contains("progress   2 of 4 (50 %)"), "{shown}");
    let half = site.keys().await;
    site.sql("DROP TRIGGER away ON submissions; UPDATE fang_tasks SET scheduled_at = now();").await;
    // One whose file has rotted keeps what it has.
    let rotten: Uuid =
        sqlx::query_scalar("SELECT original_key FROM submissions WHERE id = 4").fetch_one(&mut *conn).await.unwrap();
    site.context.storage.put_original(rotten, b"rotten".to_vec()).await.unwrap();
    site.drain().await;
    let after = site.keys().await;
    let changed = |from: &[Uuid], to: &[Uuid]| from.iter().zip(to).map(|(a, b)| a != b).collect::<Vec<_>>();
    assert_eq!(changed(&keys, &half), [true, true, false, false]);
    assert_eq!(changed(&half, &after), [false, false, true, false]);
    let advance = board::advance(&mut conn, job).await.unwrap().unwrap();
    assert_eq!((advance.done, advance.skipped), (4, 1));
    site.whole().await;
}

#[tokio::test]
async fn blobs_without_a_row_go_when_they_are_old_and_nothing_else_does() {
    let folder = std::env::temp_dir().join(format!("derp-{}", Uuid::new_v4()));
    let mut site = Site::new().await;
    site.context.storage = Storage::local(&folder).unwrap();
    let storage = site.context.storage.clone();
    let id = site.photo(1, &picture(300, 200, 1)).await;
    let hidden = site.photo(2, &picture(300, 200, 9)).await;
    site.change(async |tx| moderation::hide(tx, hidden).await.unwrap()).await;
    site.drain().await;
    site.sql("DELETE FROM discarded_blobs").await;
    let draft = drafts::Arrived { original: original(b"kept"), bytes: 4, width: 64, height: 64 };
    storage.put_original(draft.original.key, b"kept".to_vec()).await.unwrap();
    site.change(async |tx| {
        drafts::keep(tx, site.owner, &draft).await.unwrap();
    })
    .await;
    let before = site.blobs().await;
    let (old, young) = (Uuid::new_v4(), Uuid::new_v4());
    for key in [old, young] {
        storage.put_original(key, b"lost".to_vec()).await.unwrap();
        storage.put_rendition(key, 160, b"lost".to_vec()).await.unwrap();
        storage.put_preview(key, "start", b"lost".to_vec()).await.unwrap();
    }
    std::fs::write(folder.join("README"), "not ours").unwrap();
    std::fs::write(folder.join(format!("originals/{}#1", Uuid::new_v4().simple())), "cut short").unwrap();
    // Everything is two days old but what belongs to the young key.
    let days_ago = std::time::SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for file in files(&folder) {
        if !file.to_string_lossy().contains(&young.simple().to_string()) {
            std::fs::File::options().write(true).open(&file).unwrap().set_modified(days_ago).unwrap();
        }
    }
    enqueue(&site.context.pool, Job::Sweep).await;
    site.drain().await;
    let mut after = site.blobs().await;
    after.retain(|path| !path.contains(&young.simple().to_string()));
    let mut expected = before;
    expected.insert(0, "README".into());
    assert_eq!(after, expected);
    assert!(files(&folder).iter().all(|file| !file.to_string_lossy().contains('#')));
    assert!(storage.original(young).await.is_ok());
    assert_eq!(site.database.count("sweep WHERE removed = 4 AND finished_at IS NOT NULL AND position = ''").await, 1);
    assert!(site.find(id).await.votable());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_sweep_goes_on_where_it_stopped() {
    let site = Site::new().await;
    let storage = &site.context.storage;
    let mut keys: Vec<Uuid> = (0..7).map(|_| Uuid::new_v4()).collect();
    keys.sort();
    for &key in &keys {
        storage.put_original(key, b"x".to_vec()).await.unwrap();
    }
    let first = storage.blobs_after("", 5).await.unwrap();
    assert!(first.more);
    let rest = storage.blobs_after(&first.blobs[4].path, 5).await.unwrap();
    assert!(!rest.more);
    let seen: Vec<Uuid> =
        first.blobs.iter().chain(&rest.blobs).filter_map(|blob| blob.key).map(|(_, key)| key).collect();
    assert_eq!(seen, keys);
}

#[tokio::test]
async fn a_draft_gets_a_preview_and_goes_after_a_day_or_when_three_newer_ones_came() {
    let site = Site::new().await;
    let file = picture(300, 200, 1);
    let mut kept = vec![];
    for number in 0..4 {
        let arrived = drafts::Arrived {
            original: Original { key: Uuid::new_v4(), sha256: [number; 32] },
            bytes: 1,
            width: 300,
            height: 200,
        };
        site.context.storage.put_original(arrived.original.key, file.clone()).await.unwrap();
        let mut tx = site.context.pool.begin().await.unwrap();
        kept.push(drafts::keep(&mut tx, site.owner, &arrived).await.unwrap());
        tx.commit().await.unwrap();
    }
    site.drain().await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    assert!(drafts::find(&mut conn, site.owner, kept[0]).await.unwrap().is_none());
    assert!(drafts::find(&mut conn, site.owner + 1, kept[1]).await.unwrap().is_none());
    let draft = drafts::find(&mut conn, site.owner, kept[1]).await.unwrap().unwrap();
    let preview = site.context.storage.preview(draft.preview_key.unwrap(), "whole").await.unwrap();
    assert_eq!(
        image::load_from_memory_with_format(&preview, image::ImageFormat::Jpeg).map(|p| p.width()).unwrap(),
        160
    );
    assert_eq!(site.blobs().await.len(), 3 + 3);
    let limits = limits(5);
    let mut tx = site.context.pool.begin().await.unwrap();
    let entered = drafts::submit(&mut tx, site.owner, kept[3], &details(1, Crop::Auto), &limits).await.unwrap();
    assert!(matches!(entered, Entered::New(_)));
    let again = drafts::submit(&mut tx, site.owner, kept[3], &details(1, Crop::Auto), &limits).await;
    assert!(matches!(again, Err(Error::NotFound)));
    tx.commit().await.unwrap();
    site.sql("UPDATE drafts SET created_at = now() - interval '25 hours'").await;
    site.sql("UPDATE discarded_blobs SET due_at = now()").await;
    enqueue(&site.context.pool, Job::Discard).await;
    site.drain().await;
    assert_eq!(site.database.count("drafts").await, 0);
    assert_eq!(site.blobs().await.iter().filter(|path| path.starts_with("originals/")).count(), 1);
}

/// A database, a blob store and somebody who owns photos.
struct Site {
    database: Database,
    context: Context,
    owner: i64,
}

impl Site {
    async fn new() -> Self {
        let database = Database::new().await;
        let context = Context::new(database.pool.clone(), Storage::memory(), mailer(), settings());
        let owner = sqlx::query_scalar(
            "INSERT INTO accounts (username, display_name) VALUES ('derpina', 'Derpina') RETURNING id",
        )
        .fetch_one(&database.pool)
        .await
        .unwrap();
        Site { database, context, owner }
    }

    async fn submit(&self, number: u32, file: &[u8]) -> Result<Entered, Error> {
        self.enter(number, file, None).await
    }

    async fn submit_within(&self, number: u32, file: &[u8], per_day_when_new: i64) -> Result<Entered, Error> {
        self.enter(number, file, Some(&limits(per_day_when_new))).await
    }

    async fn enter(&self, number: u32, file: &[u8], limits: Option<&UploadsConfig>) -> Result<Entered, Error> {
        let original = original(file);
        self.context.storage.put_original(original.key, file.to_vec()).await?;
        let mut tx = self.context.pool.begin().await?;
        let entered = enter(&mut tx, self.owner, &details(number, Crop::Auto), original, limits).await;
        match entered {
            Ok(Entered::New(_)) => tx.commit().await?,
            _ => self.context.storage.delete_original(original.key).await?,
        }
        entered
    }

    /// A photo that is ready.
    async fn photo(&self, number: u32, file: &[u8]) -> i64 {
        let Entered::New(id) = self.submit(number, file).await.unwrap() else { panic!("a duplicate") };
        self.drain().await;
        assert!(self.find(id).await.votable());
        id
    }

    async fn drain(&self) -> usize {
        drain(&self.context).await.unwrap()
    }

    async fn find(&self, id: i64) -> submissions::Submission {
        let mut conn = self.context.pool.acquire().await.unwrap();
        submissions::find(&mut conn, id).await.unwrap().unwrap()
    }

    async fn keys(&self) -> Vec<Uuid> {
        let sql = "SELECT rendition_key FROM submissions ORDER BY id";
        sqlx::query_scalar(sql).fetch_all(&self.context.pool).await.unwrap()
    }

    async fn blobs(&self) -> Vec<String> {
        self.context.storage.blobs_after("", 1000).await.unwrap().blobs.into_iter().map(|blob| blob.path).collect()
    }

    async fn sql(&self, sql: &str) {
        sqlx::raw_sql(sql).execute(&self.context.pool).await.unwrap();
    }

    async fn change(&self, work: impl AsyncFnOnce(&mut Transaction<'static, Postgres>)) {
        let mut tx = self.context.pool.begin().await.unwrap();
        work(&mut tx).await;
        tx.commit().await.unwrap();
    }

    /// A recount of everything finds nothing wrong.
    async fn whole(&self) {
        let mut conn = self.context.pool.acquire().await.unwrap();
        let mut wrong = check::check(&mut conn).await.unwrap();
        wrong.extend(ratemyderp::ratings::check::check(&mut conn).await.unwrap());
        wrong.extend(queue::check::check(&mut conn).await.unwrap());
        assert_eq!(wrong, Vec::<String>::new());
    }
}

async fn futures<T>(count: u32, work: impl Fn(u32) -> T) -> Vec<T::Output>
where
    T: Future,
{
    let mut running: Vec<_> = (0..count).map(|number| Box::pin(work(number))).collect();
    let mut done: Vec<Option<T::Output>> = (0..count).map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in running.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

fn limits(per_day_when_new: i64) -> UploadsConfig {
    UploadsConfig { new_account_days: 7, per_day_when_new, per_day: 20, silence_seconds: 60 }
}

fn details(number: u32, crop: Crop) -> Details {
    Details {
        title: Name::parse(&format!("Photo {number}"), "the animal's name").unwrap(),
        species: Name::parse("cat", "the species").unwrap(),
        alt_text: Description::parse("A cat in a box").unwrap(),
        crop,
    }
}

fn original(file: &[u8]) -> Original {
    Original { key: Uuid::new_v4(), sha256: Sha256::digest(file).into() }
}

/// Blobs of light in places that the seed decides.
fn picture(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let at = |salt: u32, of: u32| f64::from((seed * 7919 + salt * 104_729) % 1000) / 1000.0 * f64::from(of);
    png(&image::RgbImage::from_fn(width, height, |x, y| {
        let light = (0..6).map(|blob| {
            let (dx, dy) = (f64::from(x) - at(blob, width), f64::from(y) - at(blob + 9, height));
            (1.0 - dx.hypot(dy) / f64::from(height) * 3.0).max(0.0) * if blob % 2 == 0 { 200.0 } else { -120.0 }
        });
        image::Rgb([(120.0 + light.sum::<f64>()).clamp(0.0, 255.0) as u8; 3])
    }))
}

fn png(picture: &image::RgbImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}
