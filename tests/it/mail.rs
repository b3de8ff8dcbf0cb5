//! Mail: who gets which, what it says, and what becomes of it on the way.

mod awaited_photos;
mod digest;
mod notifications;
mod optional;
mod smtp;

use mailparse::{MailHeaderMap, ParsedMail};
use ratemyderp::mail::{self, Mailer, Notification};
use ratemyderp_jobs::Context;
use sqlx::PgPool;

use crate::support::World;

/// A mail as its reader's program takes it apart.
pub struct Received {
    raw: String,
    pub text: String,
    pub html: String,
}

impl Received {
    pub fn read(raw: &str) -> Self {
        let mail = mailparse::parse_mail(raw.as_bytes()).expect("a mail");
        assert_eq!(mail.ctype.mimetype, "multipart/alternative");
        let part = |mimetype: &str| {
            let is = |part: &&ParsedMail<'_>| part.ctype.mimetype == mimetype;
            let part = mail.subparts.iter().find(is).expect("both parts");
            part.get_body().expect("readable").replace("\r\n", "\n")
        };
        Received { raw: raw.to_owned(), text: part("text/plain"), html: part("text/html") }
    }

    pub fn headers(&self, name: &str) -> Vec<String> {
        let (headers, _) = mailparse::parse_headers(self.raw.as_bytes()).expect("headers");
        headers.get_all_values(name)
    }

    /// A header that is there once.
    pub fn header(&self, name: &str) -> String {
        let mut values = self.headers(name);
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values.remove(0)
    }

    /// The part of a link behind this path, up to its end.
    pub fn link(&self, path: &str) -> String {
        let (_, rest) = self.text.split_once(path).unwrap_or_else(|| panic!("no {path} in {}", self.text));
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        assert!(self.html.contains(&format!("{path}{}", &rest[..end])), "both parts have it");
        rest[..end].to_owned()
    }
}

/// Owes a notification, as the web does.
pub async fn owe(world: &World, notification: Notification) {
    let mut tx = world.pool.begin().await.expect("a transaction");
    mail::enqueue(&mut tx, notification).await.expect("owed");
    tx.commit().await.expect("commit");
}

/// Works off the queue with this mailer; the error is the first job's that failed.
pub async fn drain(world: &World, mailer: &Mailer) -> Result<usize, String> {
    let context = Context::new(world.pool.clone(), world.storage.clone(), mailer.clone(), world.config().jobs);
    ratemyderp_jobs::drain(&context).await.map_err(|failure| failure.to_string())
}

/// Everything that is sent when the queue is worked off.
pub async fn sent(world: &World) -> Vec<Received> {
    let mailer = world.mailer();
    drain(world, &mailer).await.expect("every job succeeds");
    mailer.sent().await.iter().map(|raw| Received::read(raw)).collect()
}

/// The one mail that is sent.
pub async fn only(world: &World) -> Received {
    let mut all = sent(world).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// Why nothing was sent, for each mail that was not.
pub async fn reasons(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT reason FROM mails WHERE unsent_at IS NOT NULL ORDER BY id")
        .fetch_all(pool)
        .await
        .expect("reasons")
}

/// An account with an address.
pub async fn member(world: &World, username: &str, address: &str, verified: bool) -> i64 {
    let id = sqlx::query_scalar(
        "INSERT INTO accounts (username, display_name, email, email_verified_at)
         VALUES ($1, 'Derpina Ölçer', $2, CASE WHEN $3 THEN now() END) RETURNING id",
    )
    .bind(username)
    .bind(address)
    .bind(verified)
    .fetch_one(&world.pool)
    .await
    .expect("an account");
    sqlx::query("INSERT INTO settings (account, mail_digest) VALUES ($1, true)")
        .bind(id)
        .execute(&world.pool)
        .await
        .expect("settings");
    id
}
