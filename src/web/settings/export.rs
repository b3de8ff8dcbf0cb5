//! Everything that is kept about a member, as a file.

use std::pin::Pin;

use chrono::Utc;
use futures_util::Stream;
use rocket::http::{ContentType, Header};
use rocket::response::stream::{ByteStream, stream};
use rocket::response::{Responder, Response};
use rocket::{Request, State, get};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::accounts::export::{Export, export};
use crate::accounts::throttle::{self, Key};
use crate::config::Config;
use crate::error::Error;
use crate::ratings::history;
use crate::reports;
use crate::submissions::by_owner::{self, OwnPhoto};
use crate::web::db::Db;
use crate::web::guards::member::Member;

type Pieces = Pin<Box<dyn Stream<Item = String> + Send>>;

/// A file to keep.
pub struct File {
    name: String,
    pieces: Pieces,
}

impl<'r> Responder<'r, 'r> for File {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'r> {
        let name = format!("attachment; filename=\"{}\"", self.name);
        Response::build_from(ByteStream(self.pieces).respond_to(request)?)
            .header(ContentType::JSON)
            .header(Header::new("Content-Disposition", name))
            .header(Header::new("Cache-Control", "no-store"))
            .ok()
    }
}

/// Account, settings, browsers, photos, ratings and reports. The lists are sent page by page, however long they are: no
/// connection waits for a slow reader.
#[get("/settings/export")]
pub async fn show(member: Member, db: &Db, config: &State<Config>) -> Result<File, Error> {
    let (account, username) = (member.account().id, &member.account().username);
    let mut conn = db.acquire().await?;
    let key = Key::new("export", &[&account.to_string()]);
    throttle::take(&mut conn, &key, config.accounts.exports_per_account).await?;
    let head = head(&export(&mut conn, account).await?, &config.site.url)?;
    Ok(File { name: format!("ratemyderp-{username}.json"), pieces: pieces(db.pool().clone(), account, head) })
}

/// All but the lists, still open at the end.
fn head(export: &Export, site: &str) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(&json!({ "site": site, "made_at": Utc::now(), "member": export }));
    let text = text.map_err(|cause| Error::Internal(cause.into()))?;
    Ok(text.strip_suffix("\n}").unwrap_or(&text).to_owned())
}

/// When the database goes away meanwhile, the file ends in the middle: what is whole says so with its last words.
fn pieces(pool: PgPool, account: i64, head: String) -> Pieces {
    Box::pin(stream! {
        yield head;
        for (name, list) in [("photos", List::Photos), ("ratings", List::Ratings), ("reports", List::Reports)] {
            yield format!(",\n  \"{name}\": [");
            let (mut from, mut separator) = (None, "\n");
            loop {
                let page = match list.page(&pool, account, from).await {
                    Ok(page) => page,
                    Err(cause) => {
                        log::warn!("an export broke off: {cause}");
                        return;
                    }
                };
                for row in page.rows {
                    yield format!("{separator}    {row}");
                    separator = ",\n";
                }
                match page.next {
                    Some(next) => from = Some(next),
                    None => break,
                }
            }
            yield "\n  ]".to_owned();
        }
        yield ",\n  \"complete\": true\n}\n".to_owned();
    })
}

#[derive(Clone, Copy)]
enum List {
    Photos,
    Ratings,
    Reports,
}

/// Rows, and where the next page begins.
struct Page {
    rows: Vec<Value>,
    next: Option<i64>,
}

impl List {
    async fn page(self, pool: &PgPool, account: i64, from: Option<i64>) -> Result<Page, Error> {
        let mut conn = pool.acquire().await?;
        match self {
            List::Photos => {
                let page = by_owner::page(&mut conn, account, from).await?;
                Ok(Page { rows: page.photos.iter().map(photo).collect(), next: page.next })
            }
            List::Ratings => {
                let ratings = history::ratings(&mut conn, account, from.unwrap_or(0)).await?;
                let next = full(&ratings, history::PAGE).map(|rating| rating.submission);
                Ok(Page { rows: rows(&ratings)?, next })
            }
            List::Reports => {
                let reports = reports::history(&mut conn, account, from.unwrap_or(0)).await?;
                let next = full(&reports, reports::PAGE).map(|report| report.submission);
                Ok(Page { rows: rows(&reports)?, next })
            }
        }
    }
}

/// The last row, if more may follow.
fn full<T>(rows: &[T], page: i64) -> Option<&T> {
    rows.last().filter(|_| rows.len() as i64 >= page)
}

fn rows<T: Serialize>(rows: &[T]) -> Result<Vec<Value>, Error> {
    let values: Result<_, _> = rows.iter().map(serde_json::to_value).collect();
    values.map_err(|cause| Error::Internal(cause.into()))
}

fn photo(own: &OwnPhoto) -> Value {
    let photo = &own.photo;
    json!({
        "photo": photo.id,
        "name": photo.title,
        "species": photo.species,
        "description": photo.alt_text,
        "state": photo.state,
        "failure": photo.failure,
        "moderation": photo.moderation,
        "crop": photo.crop,
        "sent_at": photo.created_at,
        "ratings": own.count,
        "sum_of_ratings": own.sum,
    })
}
