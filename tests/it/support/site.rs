//! The site as a browser meets it: the real web process on a socket, with demo photos whose pictures exist.
//!
//! The photos are drawn, handed in and cut to size once for each run of the tests; every site starts from a copy.

use ratemyderp::config::Config;
use ratemyderp::demo::{self, derp};
use ratemyderp::queue::{self, Job};
use ratemyderp::ratings::record::Vote;
use ratemyderp::submissions::upload::{Upload, upload};
use rocket::Shutdown;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use tokio::sync::{OnceCell, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{World, files, score, someone};

/// Photos on every site that is not empty.
pub const PHOTOS: u32 = 8;

static STOCK: OnceCell<World> = OnceCell::const_new();

/// A running site; it stops when dropped.
pub struct Site {
    pub world: World,
    port: u16,
    shutdown: Shutdown,
    running: JoinHandle<()>,
}

impl Site {
    /// With the demo's first photos.
    pub async fn new() -> Self {
        Self::with(|figment| figment).await
    }

    /// The same with settings of its own.
    pub async fn with(settings: impl FnOnce(Figment) -> Figment) -> Self {
        let stock = STOCK.get_or_init(stock).await;
        Self::start(stock.copy().await, settings).await
    }

    /// Without any photo.
    pub async fn empty() -> Self {
        Self::start(World::new().await, |figment| figment).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every photo that can be voted on, oldest first.
    pub async fn photos(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT id FROM submissions WHERE ordinal IS NOT NULL ORDER BY id")
            .fetch_all(&self.world.pool)
            .await
            .expect("photos")
    }

    /// More photos, with the same pictures under addresses of their own.
    pub async fn add(&self, count: u32) {
        let pictures: Vec<(Uuid, Vec<i32>)> =
            sqlx::query_as("SELECT rendition_key, rendition_sizes FROM submissions WHERE ordinal IS NOT NULL")
                .fetch_all(&self.world.pool)
                .await
                .expect("photos");
        for (number, (original, sizes)) in (1..=count).zip(pictures.iter().cycle()) {
            let id = self.world.pending(&format!("Another derp {number}")).await;
            let key = Uuid::new_v4();
            for &size in sizes {
                let size = size.unsigned_abs();
                let jpeg = self.world.storage.rendition(*original, size).await.expect("a picture");
                self.world.storage.put_rendition(key, size, jpeg).await.expect("stored");
            }
            self.world.publish(id, key, sizes).await;
        }
    }

    /// Works off the queue, as the jobs process does.
    pub async fn drain(&self) {
        self.world.drain().await;
    }

    /// Three strangers rate every photo, and the ranks are worked out.
    pub async fn rank(&self) {
        let photos = self.photos().await;
        for stranger in 1..=3 {
            let rater = self.world.rater(someone(stranger)).await;
            let votes = photos.iter().zip((1..=10).cycle());
            let votes: Vec<Vote> = votes
                .map(|(&submission, likes)| Vote { rater, submission, score: score(likes), network: None })
                .collect();
            self.world.record(&votes).await;
        }
        let mut tx = self.world.pool.begin().await.expect("a transaction");
        queue::enqueue(&mut tx, Job::RankPhotos).await.expect("enqueued");
        tx.commit().await.expect("commit");
        self.drain().await;
    }

    /// Ends the web process: nobody answers any more.
    pub async fn stop(&mut self) {
        self.shutdown.clone().notify();
        (&mut self.running).await.expect("the web process ends");
    }

    async fn start(world: World, settings: impl FnOnce(Figment) -> Figment) -> Self {
        let figment = world
            .figment()
            .merge(("address", "127.0.0.1"))
            .merge(("port", 0))
            // Ctrl-C belongs to the tests.
            .merge(("shutdown.ctrlc", false))
            .merge(("shutdown.grace", 0))
            .merge(("shutdown.mercy", 0));
        let figment = settings(figment);
        let config: Config = figment.extract().expect("a configuration");
        let (tell, port) = oneshot::channel();
        let files = files(&config);
        let rocket = ratemyderp::web::rocket(figment, config, files, world.storage.clone()).expect("a web process");
        let rocket = rocket.attach(AdHoc::on_liftoff("port", |rocket| {
            Box::pin(async move {
                let _ = tell.send(rocket.config().port);
            })
        }));
        let rocket = rocket.ignite().await.expect("the site ignites");
        let shutdown = rocket.shutdown();
        let running = tokio::spawn(async move {
            rocket.launch().await.expect("the site runs");
        });
        Self { world, port: port.await.expect("the site lifts off"), shutdown, running }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shutdown.clone().notify();
    }
}

/// A world with the demo's first photos in it, to copy from.
async fn stock() -> World {
    let world = World::new().await;
    for index in 0..PHOTOS {
        let drawn = derp(demo::DEFAULT_SEED, index);
        let photo = Upload {
            owner: world.house,
            title: drawn.title,
            species: drawn.species.name().into(),
            alt_text: drawn.alt_text,
            file: drawn.file,
        };
        upload(&world.pool, &world.storage, photo).await.expect("accepted");
    }
    world.drain().await;
    world.pool.close().await;
    world
}
