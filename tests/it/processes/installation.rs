//! The two programs, as somebody runs them, on one database and one folder of blobs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use image::{ImageFormat, Rgb, RgbImage};
use ratemyderp::accounts;
use ratemyderp::config::Config;
use ratemyderp::mail::Mailer;
use ratemyderp::storage::Storage;
use ratemyderp::submissions::upload::{Upload, upload};
use ratemyderp_jobs::Context;
use sqlx::PgPool;
use tempfile::TempDir;

use super::process::{Process, without_room};
use super::until;
use crate::support::database::Database;

const SECRET: &str = "c2VjcmV0IGtleSBvZiB0aGUgdGVzdHMsIDMyIGJ5dGVz";

/// What a killed process held is soon given to another.
const JOBS: &str = "workers=2,lease_seconds=2,poll_seconds=1,rank_every_seconds=1";

/// What a command printed, and how it ended.
pub struct Output {
    pub code: Option<i32>,
    pub text: String,
    pub errors: String,
}

/// Gone when it is dropped; processes have to be dropped before.
pub struct Installation {
    pub pool: PgPool,
    pub storage: Storage,
    url: String,
    house: i64,
    folder: TempDir,
    processes: AtomicU32,
    /// How many seconds its processes wait for a connection.
    patience: u32,
    _database: Option<Database>,
}

impl Installation {
    pub async fn new() -> Self {
        let database = Database::create().await;
        // No machine is so busy that a visitor is turned away.
        Self::with(database.url().to_owned(), database.pool(8), Some(database), 30).await
    }

    /// On an empty database elsewhere, which may go away: visitors are told so soon.
    pub async fn on(url: &str) -> Self {
        let pool = PgPool::connect(url).await.expect("the server answers");
        ratemyderp::db::migrate(&pool).await.expect("migrated");
        Self::with(url.to_owned(), pool, None, 1).await
    }

    async fn with(url: String, pool: PgPool, database: Option<Database>, patience: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::local(&folder.path().join("storage")).expect("a folder for blobs");
        let mut tx = pool.begin().await.expect("a transaction");
        let house = accounts::ensure(&mut tx, accounts::HOUSE, "The House").await.expect("an account");
        tx.commit().await.expect("commit");
        Installation { pool, storage, url, house, folder, processes: AtomicU32::new(0), patience, _database: database }
    }

    /// A web process on a free port, once it answers.
    pub async fn web(&self) -> Web {
        self.web_on(0).await
    }

    pub async fn web_on(&self, port: u16) -> Web {
        self.web_by(self.program(&["serve"]), port).await
    }

    /// One that cannot write any file longer than so many times 512 bytes, as on a disk that is nearly full.
    pub async fn web_without_room(&self, blocks: u32) -> Web {
        self.web_by(without_room(&self.program(&["serve"]), blocks), 0).await
    }

    pub async fn web_by(&self, mut command: Command, port: u16) -> Web {
        let mut process = self.start(command.env("ROCKET_PORT", port.to_string()));
        let mut port = None;
        until("the web process has launched", async || {
            assert!(process.lives(), "it ended:\n{}", process.log());
            let log = process.log();
            let address = log.split_once("launched from http://127.0.0.1:").map(|(_, rest)| rest.trim_end().to_owned());
            port = address.and_then(|port| port.parse().ok());
            port.is_some()
        })
        .await;
        Web { process, port: port.expect("a port") }
    }

    /// A jobs process; what it does shows when it is ready.
    pub fn jobs(&self) -> Process {
        self.start(&mut self.jobs_program(&["work"]))
    }

    /// The same, with these settings of `[default.jobs]` besides the tests' own.
    pub fn jobs_with(&self, settings: &str) -> Process {
        self.start(self.jobs_program(&["work"]).env("ROCKET_JOBS", format!("{{{JOBS},{settings}}}")))
    }

    /// The same, unable to write any file longer than so many times 512 bytes.
    pub fn jobs_without_room(&self, blocks: u32) -> Process {
        self.start(&mut without_room(&self.jobs_program(&["work"]), blocks))
    }

    /// The same, sending mail to this SMTP server.
    pub fn jobs_mailing(&self, url: &str) -> Process {
        let mail = format!("{{transport=\"smtp\",url={url:?}}}");
        self.start(self.jobs_program(&["work"]).env("ROCKET_MAIL", mail))
    }

    /// `ratemyderp`, told all that it needs to know.
    pub fn program(&self, arguments: &[&str]) -> Command {
        self.command(Path::new(env!("CARGO_BIN_EXE_ratemyderp")), arguments)
    }

    /// `ratemyderp-jobs`, likewise.
    pub fn jobs_program(&self, arguments: &[&str]) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_ratemyderp")).with_file_name("ratemyderp-jobs");
        assert!(program.exists(), "{} is missing: run `cargo build --workspace` first", program.display());
        self.command(&program, arguments)
    }

    /// Runs a command to its end.
    pub async fn run(&self, mut command: Command) -> Output {
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Output { code: output.status.code(), text: text(output.stdout), errors: text(output.stderr) }
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub async fn ratemyderp(&self, arguments: &[&str]) -> String {
        let output = self.run(self.program(arguments)).await;
        assert_eq!(output.code, Some(0), "{arguments:?}: {}{}", output.text, output.errors);
        output.text
    }

    /// `ratemyderp check` finds nothing wrong.
    pub async fn check(&self) {
        let said = self.ratemyderp(&["check"]).await;
        assert_eq!(said, "Everything agrees with a recount, and every file is there.\n");
    }

    pub async fn upload(&self, title: &str, file: Vec<u8>) -> i64 {
        let (species, alt_text) = ("cat".into(), "A cat that fell off a sofa".into());
        let photo = Upload { owner: self.house, title: title.into(), species, alt_text, file };
        upload(&self.pool, &self.storage, photo).await.expect("accepted")
    }

    /// So many more photos in the deck, cut to size without a jobs process.
    pub async fn photos(&self, count: u32) {
        let before = u32::try_from(self.count("submissions").await).expect("few photos");
        for number in before + 1..=before + count {
            self.upload(&format!("Photo {number}"), picture(64, number)).await;
        }
        let figment = ratemyderp::config::figment().merge(("secret_key", SECRET));
        let config: Config = figment.extract().expect("a configuration");
        let mailer = Mailer::outbox(&config).expect("a mailer");
        let context = Context::new(self.pool.clone(), self.storage.clone(), mailer, config.jobs);
        ratemyderp_jobs::drain(&context).await.expect("every job succeeds");
    }

    /// Numbers of all photos that can be voted on.
    pub async fn votable(&self) -> Vec<i64> {
        let sql = "SELECT id FROM submissions WHERE ordinal IS NOT NULL ORDER BY id";
        sqlx::query_scalar(sql).fetch_all(&self.pool).await.expect("photos")
    }

    pub async fn count(&self, of: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {of}");
        sqlx::query_scalar(&sql).fetch_one(&self.pool).await.expect("a count")
    }

    /// Every file in the blob store, parts that a crash left included.
    pub fn blobs(&self) -> Vec<PathBuf> {
        files(&self.folder.path().join("storage"))
    }

    /// Every upload has become a photo or was refused.
    pub async fn until_developed(&self) {
        until("every upload is ready or failed", async || {
            self.count("submissions WHERE state = 'pending'").await == 0
                && self.count("fang_tasks WHERE kind = 'make_thumbnails' AND state NOT IN ('finished', 'failed')").await
                    == 0
        })
        .await;
    }

    /// A program that goes on running.
    pub fn start(&self, command: &mut Command) -> Process {
        let number = self.processes.fetch_add(1, Ordering::Relaxed);
        let log = self.folder.path().join(format!("{number}.log"));
        Process::start(command, log)
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("DATABASE_URL", &self.url)
            .env("ROCKET_SECRET_KEY", SECRET)
            .env("ROCKET_MAIL", format!("{{folder={:?}}}", self.folder.path().join("outbox")))
            .env("ROCKET_LOG_LEVEL", "critical")
            .env("ROCKET_CLI_COLORS", "false")
            .env("ROCKET_STORAGE", format!("{{path={:?}}}", self.folder.path().join("storage")))
            .env("ROCKET_TEMP_DIR", self.folder.path())
            .env("ROCKET_DATABASES", format!("{{main={{connect_timeout={}}}}}", self.patience))
            // All visitors come from one network, and none of them ever looks at a picture.
            .env(
                "ROCKET_RATES",
                "{votes_per_rater={per_second=1000,burst=10000},votes_per_network={per_second=10000,burst=100000},\
                 stuffing={new_raters_per_network=0,ratings_per_photo_and_network=0},same_tap_ms=0}",
            )
            .env(
                "ROCKET_UPLOADS",
                "{per_day_when_new=1000,per_day=1000,files_per_account={per_hour=100000,burst=100000}}",
            )
            .env("ROCKET_JOBS", format!("{{{JOBS}}}"));
        command
    }
}

/// A web process.
pub struct Web {
    pub process: Process,
    pub port: u16,
}

impl Web {
    /// Where it answers, without a slash at the end.
    pub fn door(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A square PNG; each number gives another.
pub fn picture(side: u32, number: u32) -> Vec<u8> {
    // Grain, so that it is some work to compress.
    let grain =
        |x: u32, y: u32| (x.wrapping_mul(7919) ^ y.wrapping_mul(104_729) ^ number).wrapping_mul(2_654_435_761) >> 27;
    let pixel = |x, y| Rgb([(x * 200 / side + grain(x, y)) as u8, (y * 200 / side) as u8, (number * 37 % 256) as u8]);
    let mut file = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(side, side, pixel).write_to(&mut file, ImageFormat::Png).expect("a picture");
    file.into_inner()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
