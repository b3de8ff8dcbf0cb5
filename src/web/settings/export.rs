//! Everything that is kept about a member, as a file.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use futures_util::Stream;
use rocket::http::{ContentType, Header};
use rocket::response::stream::{ByteStream, stream};
use rocket::response::{Responder, Response};
use rocket::{Request, get, post};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use crate::accounts::export::{Export, export};
use crate::accounts::throttle::{self, Key};
use crate::error::Error;
use crate::finding::favourites;
use crate::ratings::{awaited_photos, history};
use crate::reports;
use crate::submissions::by_owner::{self, OwnPhoto};
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::settings::confirmation::{ConfirmForm, confirm, wants_code};
use crate::web::settings::two_factor::off::form;

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

/// The file, or where two-factor is on, the form that asks for it.
pub enum ExportAnswer {
    /// Everything.
    File(File),
    /// The form.
    Form(View),
}

impl<'r> Responder<'r, 'r> for ExportAnswer {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'r> {
        match self {
            ExportAnswer::File(file) => file.respond_to(request),
            ExportAnswer::Form(view) => view.respond_to(request),
        }
    }
}

/// The file; with two-factor only after a code.
#[get("/settings/export")]
pub async fn show(member: Member, visitor: Visitor<'_>, app: App<'_>) -> Result<ExportAnswer, Error> {
    if wants_code(&member, app).await? {
        return Ok(ExportAnswer::Form(page(&form(&visitor))));
    }
    Ok(ExportAnswer::File(file(&member, &mut *app.db.acquire().await?, app).await?))
}

/// The file, once password and code have shown that it is really them.
#[post("/settings/export", data = "<typed>")]
pub async fn create(
    typed: Guarded<ConfirmForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<ExportAnswer, Error> {
    let mut view = form(&visitor);
    let Some(mut tx) = confirm(typed.0.typed(), &mut view, &member, app).await? else {
        return Ok(ExportAnswer::Form(page(&view)));
    };
    let file = file(&member, &mut tx, app).await?;
    tx.commit().await?;
    Ok(ExportAnswer::File(file))
}

/// Account, settings, browsers, whether more photos are awaited, photos, ratings, reports and favourites. The lists are sent page by page,
/// however long they are: no connection waits for a slow reader.
async fn file(member: &Member, conn: &mut PgConnection, app: App<'_>) -> Result<File, Error> {
    let App { db, config, .. } = app;
    let (account, username) = (member.account().id, &member.account().username);
    let key = Key::new("export", &[&account.to_string()]);
    throttle::take(conn, &key, config.accounts.exports_per_account).await?;
    let awaited = awaited_photos::since(conn, account).await?;
    let head = head(&export(conn, account).await?, awaited, &config.site.url)?;
    Ok(File { name: format!("ratemyderp-{username}.json"), pieces: pieces(db.pool().clone(), account, head) })
}

fn page(form: &FormView) -> View {
    form.page("settings/export", json!({}))
}

/// All but the lists, still open at the end.
fn head(export: &Export, awaited: Option<DateTime<Utc>>, site: &str) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(&json!({
        "site": site,
        "made_at": Utc::now(),
        "member": export,
        "awaits_photos_since": awaited,
    }));
    let text = text.map_err(|cause| Error::Internal(cause.into()))?;
    Ok(text.strip_suffix("\n}").unwrap_or(&text).to_owned())
}

/// When the database goes away meanwhile, the file ends in the middle: what is whole says so with its last words.
fn pieces(pool: PgPool, account: i64, head: String) -> Pieces {
    Box::pin(stream! {
        yield head;
        for (name, list) in [("photos", List::Photos), ("ratings", List::Ratings), ("reports", List::Reports), ("favourites", List::Favourites)] {
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
    Favourites,
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
            List::Favourites => {
                let kept = favourites::kept(&mut conn, account, from.unwrap_or(0)).await?;
                let next = full(&kept, favourites::KEPT).map(|one| one.number);
                Ok(Page { rows: rows(&kept)?, next })
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
