//! Sending a photo to friends, and how many of them come.

use chrono::{NaiveDate, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::http::Header;
use rocket::response::Responder;
use rocket::time::Duration;
use rocket::{Route, State, get, head, post, routes};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::answers::Answer;
use super::answers::view::View;
use super::db::Db;
use super::guards::app::App;
use super::guards::attended::Attended;
use super::guards::csrf::Pressed;
use super::guards::visitor::Visitor;
use super::submissions::photo::Photo;
use crate::config::Config;
use crate::error::Error;
use crate::ratings::deck::Rater;
use crate::ratings::reach::{Reach, Reached, Step};
use crate::submissions::{self, Submission, share_pictures, short_code};

/// The cookie with what a browser did whose person has not rated anything yet.
const WAITING: &str = "reached";

/// So many photos stand in it at most: the newest.
const MOST: usize = 8;

pub fn routes() -> Vec<Route> {
    routes![show, create, arrive, look]
}

/// The link, and ways to send it.
#[get("/submissions/<id>/share")]
pub async fn show(id: i64, visitor: Visitor<'_>, db: &Db, config: &State<Config>) -> Result<View, Error> {
    let photo = shown(&mut *db.acquire().await?, id).await?;
    let page = Page {
        csrf: visitor.form_token(),
        share: short_code::of(id),
        places: places(&photo, &config.site.url),
        species: photo.species.clone(),
        photo: Photo::of(&photo),
    };
    Ok(View::new("shares/page", page))
}

/// Somebody shares it: counted, the picture for links is asked for, and on to the ways.
#[post("/submissions/<id>/share", data = "<_pressed>")]
pub async fn create(id: i64, _pressed: Pressed, visitor: Visitor<'_>, app: App<'_>) -> Result<Answer, Error> {
    let mut conn = app.db.acquire().await?;
    shown(&mut conn, id).await?;
    let rater = visitor.rater(&mut conn).await?;
    drop(conn);
    count(app.reach, &visitor, &rater, Step::Share, id);
    let mut tx = app.db.begin().await?;
    share_pictures::want(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Answer::to(format!("/submissions/{id}/share")))
}

/// A shared link: on to the photo. People are counted, with their first vote at the latest.
#[get("/s/<code>")]
pub async fn arrive(code: &str, attended: Attended, visitor: Visitor<'_>, app: App<'_>) -> Result<Onward, Error> {
    let id = short_code::parse(code).ok_or(Error::NotFound)?;
    let mut conn = app.db.acquire().await?;
    let photo = shown(&mut conn, id).await?;
    if attended.0 {
        let rater = visitor.rater(&mut conn).await?;
        if rater.account != Some(photo.owner) {
            count(app.reach, &visitor, &rater, Step::Arrival, id);
        }
    }
    Ok(Onward::to(id))
}

/// The same for whoever only wants to know where it leads.
#[head("/s/<code>")]
pub async fn look(code: &str, db: &Db) -> Result<Onward, Error> {
    let id = short_code::parse(code).ok_or(Error::NotFound)?;
    shown(&mut *db.acquire().await?, id).await?;
    Ok(Onward::to(id))
}

/// On to a photo (302): asked for again, it is to come by here again.
#[derive(Responder)]
#[response(status = 302)]
pub struct Onward {
    body: (),
    to: Header<'static>,
    cache: Header<'static>,
}

impl Onward {
    fn to(id: i64) -> Self {
        let to = Header::new("Location", format!("/submissions/{id}"));
        Onward { body: (), to, cache: Header::new("Cache-Control", "no-store") }
    }
}

async fn shown(conn: &mut PgConnection, id: i64) -> Result<Submission, Error> {
    submissions::find_votable(conn, id).await?.ok_or(Error::NotFound)
}

#[derive(Serialize)]
struct Page {
    csrf: String,
    /// The short link's code.
    share: String,
    places: Vec<Place>,
    species: String,
    photo: Option<Photo>,
}

/// A way to send the link.
#[derive(Serialize)]
struct Place {
    name: &'static str,
    href: String,
}

/// Plain links, which tell nobody anything before they are followed.
fn places(photo: &Submission, site: &str) -> Vec<Place> {
    let link = format!("{site}/s/{}", short_code::of(photo.id));
    let words = format!("How derpy is {}?", photo.title);
    let [url, text, both] = [&link, &words, &format!("{words} {link}")].map(|text| encode(text));
    [
        ("Mail", format!("mailto:?subject={text}&body={both}")),
        ("WhatsApp", format!("https://wa.me/?text={both}")),
        ("Telegram", format!("https://t.me/share/url?url={url}&text={text}")),
        ("Bluesky", format!("https://bsky.app/intent/compose?text={both}")),
        ("Reddit", format!("https://www.reddit.com/submit?url={url}&title={text}")),
        ("Facebook", format!("https://www.facebook.com/sharer/sharer.php?u={url}")),
        ("X", format!("https://x.com/intent/post?text={text}&url={url}")),
    ]
    .map(|(name, href)| Place { name, href })
    .into()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// What a browser did that nobody is known of yet.
#[derive(Serialize, Deserialize)]
struct Waiting {
    day: NaiveDate,
    steps: Vec<(bool, i64)>,
}

/// Counts what somebody did, or remembers it until they are known: a browser that has never rated may be no person's.
fn count(reach: &Reach, visitor: &Visitor<'_>, rater: &Rater, step: Step, submission: i64) {
    let day = Utc::now().date_naive();
    if rater.stored {
        return reach.count(rater.id, Reached { step, submission, day });
    }
    let kept: Option<Waiting> = visitor.cookies.kept(WAITING);
    let mut waiting = kept.filter(|kept| kept.day == day).unwrap_or(Waiting { day, steps: vec![] });
    let new = (step == Step::Share, submission);
    waiting.steps.retain(|&step| step != new);
    waiting.steps.push(new);
    let from = waiting.steps.len().saturating_sub(MOST);
    waiting.steps.drain(..from);
    visitor.cookies.keep(WAITING, &waiting, Duration::days(1));
}

/// This visitor has voted, and is a person: what was remembered counts.
pub fn acted(reach: &Reach, visitor: &Visitor<'_>, rater: &Rater) {
    let Some(Waiting { day, steps }) = visitor.cookies.kept(WAITING) else { return };
    for (shared, submission) in steps {
        let step = if shared { Step::Share } else { Step::Arrival };
        reach.count(rater.id, Reached { step, submission, day });
    }
    visitor.cookies.forget(WAITING);
}
