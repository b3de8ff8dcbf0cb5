//! A world of its own for each test: a database, a blob store, the configuration, and ways to fill them.

pub mod authenticator;
pub mod axe;
pub mod browser;
pub mod cdp;
pub mod database;
pub mod influx;
pub mod multipart;
pub mod rows;
pub mod site;
pub mod smtp;
pub mod specimen;
pub mod terminal;
pub mod uploads;

use std::sync::OnceLock;

use ratemyderp::accounts::join::{Newcomer, join};
use ratemyderp::accounts::{self, DisplayName, Email, Password, Passwords, Username};
use ratemyderp::check;
use ratemyderp::config::{Config, JobsConfig};
use ratemyderp::mail::Mailer;
use ratemyderp::queue::{self, Job};
use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::record::{Recorded, Vote, record};
use ratemyderp::ratings::{self, RaterId, Score, deck};
use ratemyderp::storage::Storage;
use ratemyderp::submissions;
use ratemyderp::submissions::crop::Crop;
use ratemyderp::submissions::processing::{self, ProcessedPhoto};
use ratemyderp::submissions::upload::{Upload, upload};
use ratemyderp::web::Files;
use ratemyderp_jobs::Context;
use rocket::figment::Figment;
use rocket::local::asynchronous::Client;
use sqlx::PgPool;
use tokio::sync::OnceCell;
use uuid::Uuid;

use database::Database;

/// The password of every member in tests.
pub const PASSWORD: &str = "wobbly teapot under seven moons";

/// A program that `bin/test` fetches: where RATEMYDERP_TEST_TOOLS says, or on the PATH. Without it the test says that it was skipped.
pub fn tool(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::var_os("RATEMYDERP_TEST_TOOLS").map(std::path::PathBuf::from);
    let found = own.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: there is no {name}; bin/test fetches it");
    }
    found
}

/// One test's world; gone when it is dropped.
pub struct World {
    database: Database,
    pub pool: PgPool,
    pub storage: Storage,
    pub house: i64,
}

impl World {
    pub async fn new() -> Self {
        Self::on(Database::create().await, Storage::memory()).await
    }

    /// Another world that begins with what is in this one, which must not be used any more.
    pub async fn copy(&self) -> Self {
        Self::on(self.database.copy().await, self.storage.clone()).await
    }

    async fn on(database: Database, storage: Storage) -> Self {
        let pool = database.pool(16);
        let mut tx = pool.begin().await.expect("a transaction");
        let house = accounts::ensure(&mut tx, "house", "The House").await.expect("an account");
        tx.commit().await.expect("commit");
        World { database, pool, storage, house }
    }

    pub fn url(&self) -> &str {
        self.database.url()
    }

    /// Returns once so many connections wait for a lock that a test holds.
    pub async fn until_blocked(&self, connections: i64) {
        self.database.until_blocked(connections).await;
    }

    /// The project's own settings, on this world's database.
    pub fn figment(&self) -> Figment {
        ratemyderp::config::figment()
            .merge(("databases.main.url", self.url()))
            .merge(("secret_key", "c2VjcmV0IGtleSBvZiB0aGUgdGVzdHMsIDMyIGJ5dGVz"))
            .merge(("log_level", "off"))
            .merge(("assets.reload", false))
            .merge(("rates.votes_per_rater.burst", 10_000))
            .merge(("rates.votes_per_network.burst", 100_000))
            .merge(("rates.stuffing.new_raters_per_network", 0))
            .merge(("rates.stuffing.ratings_per_photo_and_network", 0))
            // Tests vote faster than anybody taps.
            .merge(("rates.same_tap_ms", 0))
            .merge(("uploads.files_per_account.burst", 1000))
            // Tests look for alerts themselves.
            .merge(("alerts.every_seconds", 0))
    }

    pub fn config(&self) -> Config {
        self.figment().extract().expect("a configuration")
    }

    /// Mail that stays here.
    pub fn mailer(&self) -> Mailer {
        Mailer::outbox(&self.config()).expect("a mailer")
    }

    /// A browser without script, straight into the web process.
    pub async fn client(&self) -> Client {
        self.client_with(self.figment()).await
    }

    pub async fn client_with(&self, figment: Figment) -> Client {
        let config: Config = figment.extract().expect("a configuration");
        let files = files(&config);
        let rocket = ratemyderp::web::rocket(figment, config, files, self.storage.clone()).expect("a web process");
        Client::tracked(rocket).await.expect("a client")
    }

    /// A member who has confirmed `<username>@example.com` and whose password is [`PASSWORD`].
    pub async fn member(&self, username: &str) -> i64 {
        let id = self.newcomer(username).await;
        sqlx::query("UPDATE accounts SET email_verified_at = now() WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await
            .expect("verified");
        id
    }

    /// The same without the confirmation.
    pub async fn newcomer(&self, username: &str) -> i64 {
        newcomer(&self.pool, username).await
    }

    /// A photo in the deck, without picture files.
    pub async fn photo(&self, title: &str) -> i64 {
        let id = self.pending(title).await;
        self.publish(id, Uuid::new_v4(), &[160, 320, 640, 1280]).await;
        id
    }

    /// A photo that waited gets these renditions.
    pub async fn publish(&self, id: i64, key: Uuid, sizes: &[i32]) {
        let made = ProcessedPhoto {
            key,
            sizes: sizes.to_vec(),
            width: 1600,
            height: 1280,
            fingerprint: None,
            preview_key: None,
            crop: Crop::Auto,
        };
        let mut tx = self.pool.begin().await.expect("a transaction");
        assert!(processing::publish(&mut tx, id, &made, None, true).await.expect("published"));
        tx.commit().await.expect("commit");
    }

    /// A photo as the house hands it in, with its file.
    pub async fn upload(&self, title: &str, file: Vec<u8>) -> i64 {
        let (owner, species) = (self.house, "dog".to_owned());
        let photo = Upload { owner, title: title.into(), species, alt_text: String::new(), file };
        upload(&self.pool, &self.storage, photo).await.expect("accepted")
    }

    /// A photo that still waits for its renditions.
    pub async fn pending(&self, title: &str) -> i64 {
        sqlx::query_scalar(
            "INSERT INTO submissions (owner, title, species, alt_text, original_key)
             VALUES ($1, $2, 'cat', 'A cat that fell off a sofa', $3) RETURNING id",
        )
        .bind(self.house)
        .bind(title)
        .bind(Uuid::new_v4())
        .fetch_one(&self.pool)
        .await
        .expect("a photo")
    }

    /// Its owner puts it into these words, or takes them back.
    pub async fn describe(&self, id: i64, words: &str) {
        let mut tx = self.pool.begin().await.expect("a transaction");
        submissions::describe(&mut tx, id, words).await.expect("described");
        tx.commit().await.expect("commit");
    }

    pub async fn hide(&self, id: i64) {
        let mut tx = self.pool.begin().await.expect("a transaction");
        submissions::moderation::hide(&mut tx, id).await.expect("hidden");
        tx.commit().await.expect("commit");
    }

    pub async fn unhide(&self, id: i64) {
        let mut tx = self.pool.begin().await.expect("a transaction");
        submissions::moderation::unhide(&mut tx, id).await.expect("back");
        tx.commit().await.expect("commit");
    }

    /// Counts votes in one batch.
    pub async fn record(&self, votes: &[Vote]) -> Vec<Recorded> {
        let mut tx = self.pool.begin().await.expect("a transaction");
        let recorded = record(&mut tx, votes).await.expect("recorded");
        tx.commit().await.expect("commit");
        recorded
    }

    /// This rater gives this photo this score.
    pub async fn rate(&self, rater: RaterId, submission: i64, score: u8) -> Recorded {
        let rater = self.rater(rater).await;
        self.record(&[Vote { rater, submission, score: self::score(score), network: None }]).await[0]
    }

    pub async fn rater(&self, id: RaterId) -> Rater {
        let mut conn = self.pool.acquire().await.expect("a connection");
        deck::load(&mut conn, id, Bookmarks::default()).await.expect("a rater")
    }

    /// Everything that a recount finds wrong.
    pub async fn complaints(&self) -> Vec<String> {
        let mut conn = self.pool.acquire().await.expect("a connection");
        ratings::check::check(&mut conn).await.expect("a recount")
    }

    /// How many rows a table has, or those of it that a condition behind its name asks for.
    pub async fn count(&self, of: &str) -> i64 {
        sqlx::query_scalar(&format!("SELECT count(*) FROM {of}")).fetch_one(&self.pool).await.expect("a count")
    }

    /// Works off the queue, as the jobs process does.
    pub async fn drain(&self) {
        // On a busy machine standings would rest, as they should elsewhere.
        let jobs = JobsConfig { rank_rest_factor: 0, ..self.config().jobs };
        let context = Context::new(self.pool.clone(), self.storage.clone(), self.mailer(), jobs);
        ratemyderp_jobs::drain(&context).await.expect("every job succeeds");
    }

    /// Adds a job.
    pub async fn enqueue(&self, job: Job) {
        let mut tx = self.pool.begin().await.expect("a transaction");
        queue::enqueue(&mut tx, job).await.expect("enqueued");
        tx.commit().await.expect("commit");
    }

    /// A recount of everything finds nothing wrong.
    pub async fn whole(&self) {
        let mut conn = self.pool.acquire().await.expect("a connection");
        assert_eq!(check::database(&mut conn, &mut |_| {}).await.expect("a recount"), [""; 0]);
    }

    pub async fn ratings(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM ratings").fetch_one(&self.pool).await.expect("a count")
    }
}

pub fn someone(number: u128) -> RaterId {
    RaterId(Uuid::from_u128(number))
}

pub fn score(score: u8) -> Score {
    Score::parse(&score.to_string()).expect("a score from 1 to 10")
}

/// Templates and static files, read once for all sites.
pub fn files(config: &Config) -> Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| Files::load(&config.assets).expect("templates and static files")).clone()
}

/// Of [`PASSWORD`]: made once, since it costs as much as it should.
static HASH: OnceCell<String> = OnceCell::const_new();

async fn hash() -> String {
    let password = Password::parse(PASSWORD, &[]).expect("a good password");
    Passwords::new().expect("a hasher").hash(password).await.expect("a hash")
}

/// Somebody who has just joined, with the password [`PASSWORD`].
pub async fn newcomer(pool: &PgPool, username: &str) -> i64 {
    let password_hash = HASH.get_or_init(hash).await.clone();
    let newcomer = Newcomer {
        username: Username::parse(username).expect("a username"),
        display_name: DisplayName::parse(username).expect("a name"),
        email: Email::parse(&format!("{username}@example.com")).expect("an address"),
        password_hash,
    };
    let mut tx = pool.begin().await.expect("a transaction");
    let id = join(&mut tx, &newcomer).await.expect("joined").expect("a free username").account();
    tx.commit().await.expect("commit");
    id
}
