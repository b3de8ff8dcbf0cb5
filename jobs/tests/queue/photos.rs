//! A photo's files on their way: made anew, moved, discarded, found without a row.

mod deletion;
mod remaking;
mod similar;
mod uploads;

use std::num::NonZeroU32;

use ratemyderp::config::{Allowance, UploadsConfig};
use ratemyderp::error::Error;
use ratemyderp::queue;
use ratemyderp::storage::Storage;
use ratemyderp::submissions::crop::Crop;
use ratemyderp::submissions::text::{Description, Name};
use ratemyderp::submissions::upload::{self, Details, Original, UploadOutcome};
use ratemyderp::submissions::{self, check};
use ratemyderp_jobs::{Context, drain};
use sha2::{Digest, Sha256};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::handlers::{mailer, settings};
use crate::support::Database;

/// A database, a blob store and somebody who owns photos.
pub struct Site {
    pub database: Database,
    pub context: Context,
    pub owner: i64,
}

impl Site {
    pub async fn new() -> Self {
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

    async fn submit(&self, number: u32, file: &[u8]) -> Result<UploadOutcome, Error> {
        self.submit_limited(number, file, None).await
    }

    async fn submit_within(&self, number: u32, file: &[u8], per_day_when_new: i64) -> Result<UploadOutcome, Error> {
        self.submit_limited(number, file, Some(&limits(per_day_when_new))).await
    }

    async fn submit_limited(
        &self,
        number: u32,
        file: &[u8],
        limits: Option<&UploadsConfig>,
    ) -> Result<UploadOutcome, Error> {
        let original = original(file);
        self.context.storage.put_original(original.key, file.to_vec()).await?;
        let mut tx = self.context.pool.begin().await?;
        let entered = upload::submit(&mut tx, self.owner, &details(number, Crop::Auto), original, limits).await;
        match entered {
            Ok(UploadOutcome::New(_)) => tx.commit().await?,
            _ => self.context.storage.delete_original(original.key).await?,
        }
        entered
    }

    /// A photo that is ready.
    pub async fn photo(&self, number: u32, file: &[u8]) -> i64 {
        let UploadOutcome::New(id) = self.submit(number, file).await.unwrap() else { panic!("a duplicate") };
        self.drain().await;
        assert!(self.find(id).await.votable());
        id
    }

    pub async fn drain(&self) -> usize {
        drain(&self.context).await.unwrap()
    }

    pub async fn find(&self, id: i64) -> submissions::Submission {
        let mut conn = self.context.pool.acquire().await.unwrap();
        submissions::find(&mut conn, id).await.unwrap().unwrap()
    }

    async fn keys(&self) -> Vec<Uuid> {
        let sql = "SELECT rendition_key FROM submissions ORDER BY id";
        sqlx::query_scalar(sql).fetch_all(&self.context.pool).await.unwrap()
    }

    pub async fn blobs(&self) -> Vec<String> {
        self.context.storage.blobs_after("", 1000).await.unwrap().blobs.into_iter().map(|blob| blob.path).collect()
    }

    pub async fn sql(&self, sql: &str) {
        sqlx::raw_sql(sql).execute(&self.context.pool).await.unwrap();
    }

    pub async fn change(&self, work: impl AsyncFnOnce(&mut Transaction<'static, Postgres>)) {
        let mut tx = self.context.pool.begin().await.unwrap();
        work(&mut tx).await;
        tx.commit().await.unwrap();
    }

    /// A recount of everything finds nothing wrong.
    pub async fn whole(&self) {
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
    let any = Allowance { per_hour: NonZeroU32::MAX, burst: NonZeroU32::MAX };
    UploadsConfig {
        new_account_days: 7,
        per_day_when_new,
        per_day: 20,
        files_per_account: any,
        open_per_account: 2,
        open_per_network: 4,
    }
}

fn details(number: u32, crop: Crop) -> Details {
    Details {
        title: Name::parse(&format!("Photo {number}"), "the animal's name").unwrap(),
        species: Name::parse("cat", "the species").unwrap(),
        alt_text: Description::parse("A cat in a box").unwrap(),
        crop,
    }
}

pub fn original(file: &[u8]) -> Original {
    Original { key: Uuid::new_v4(), sha256: Sha256::digest(file).into() }
}

/// Blobs of light in places that the seed decides.
pub fn picture(width: u32, height: u32, seed: u32) -> Vec<u8> {
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

pub fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}
