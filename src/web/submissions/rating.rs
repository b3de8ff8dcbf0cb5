//! A visitor's rating of a photo.

use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{Responder, State, post};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{Asked, Card};
use crate::error::Error;
use crate::ratings::collector::Collector;
use crate::ratings::deck::Rater;
use crate::ratings::record::{Recorded, Vote};
use crate::ratings::{Score, tally};
use crate::submissions;
use crate::web::csrf::Guarded;
use crate::web::db::Db;
use crate::web::home;
use crate::web::hx::Partial;
use crate::web::keys::Keys;
use crate::web::limits::{Limits, Network};
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the ten buttons send.
#[derive(FromForm)]
pub struct RatingForm<'r> {
    score: Option<&'r str>,
    /// Was this sent from the photo's own page, which is to be shown again?
    stay: Option<&'r str>,
}

/// A fragment for htmx, a redirect for everybody else.
#[derive(Responder)]
pub enum Answer {
    /// The next card.
    Fragment(View),
    /// Back to the page, so that a reload does not vote again.
    Redirect(Box<Redirect>),
}

/// Counts the rating, answers when it is committed.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/submissions/<id>/rating", data = "<form>")]
pub async fn create(
    id: i64,
    form: Guarded<RatingForm<'_>>,
    mut visitor: Visitor<'_>,
    partial: Partial,
    network: Network,
    limits: &State<Limits>,
    collector: &State<Collector>,
    db: &Db,
    keys: &State<Keys>,
) -> Result<Answer, Error> {
    let score = form.0.score.and_then(Score::parse);
    let score = score.ok_or_else(|| Error::invalid("score", "Choose one of the ten buttons, from 1 to 10."))?;
    let rater = load(&visitor, db).await?;
    limits.vote(rater.id, network)?;
    let recorded = collector.cast(Vote { rater, submission: id, score }).await?;
    let note = Note::of(id, recorded)?;
    let stay = form.0.stay.is_some();
    if !partial.0 {
        visitor.leave_note(&note);
        let to = if stay { format!("/submissions/{id}") } else { "/".to_owned() };
        return Ok(Answer::Redirect(Box::new(Redirect::to(to))));
    }
    let mut conn = db.acquire().await?;
    let last = note.last(&mut conn).await?;
    // The first vote has made the rater known.
    let rater = if rater.stored { rater } else { visitor.rater(&mut conn).await? };
    if stay {
        let submission = submissions::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
        let asked = Asked { statistics: true, last, focus: true };
        let card = Card::of(&mut conn, &submission, &visitor, &rater, keys, asked).await?;
        return Ok(Answer::Fragment(View::new("submissions/_card", card)));
    }
    let card = home::Card::next(&mut conn, &mut visitor, rater, keys, last, true).await?;
    Ok(Answer::Fragment(View::new("home/_card", card)))
}

/// The connection goes back before the vote waits for its commit.
async fn load(visitor: &Visitor<'_>, db: &Db) -> Result<Rater, Error> {
    let mut conn = db.acquire().await?;
    Ok(visitor.rater(&mut conn).await?)
}

/// What became of a vote, small enough for a cookie: there it goes without the names, which would be most of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Terse", into = "Terse")]
pub struct Note {
    submission: i64,
    previous: Option<u8>,
    score: u8,
    count: i64,
    sum: i64,
}

type Terse = (i64, Option<u8>, u8, i64, i64);

impl From<Note> for Terse {
    fn from(note: Note) -> Self {
        (note.submission, note.previous, note.score, note.count, note.sum)
    }
}

impl From<Terse> for Note {
    fn from((submission, previous, score, count, sum): Terse) -> Self {
        Note { submission, previous, score, count, sum }
    }
}

/// What became of a vote, as templates say it.
#[derive(Serialize)]
pub struct Last {
    id: i64,
    title: String,
    score: u8,
    previous: Option<u8>,
    average: f64,
    count: i64,
}

impl Note {
    fn of(submission: i64, recorded: Recorded) -> Result<Self, Error> {
        match recorded {
            Recorded::Counted { previous, score, count, sum } => {
                // The same rating once more, as from a double click, is no change.
                let previous = previous.filter(|&previous| previous != score).map(Score::get);
                Ok(Note { submission, previous, score: score.get(), count, sum })
            }
            Recorded::NoSuchPhoto => Err(Error::NotFound),
            Recorded::OwnPhoto => Err(Error::Forbidden("This is your own photo. Everybody else may rate it.".into())),
        }
    }

    /// With the photo's name; nothing when it was taken down in the meantime.
    pub async fn last(self, conn: &mut PgConnection) -> Result<Option<Last>, Error> {
        let submission = submissions::find(conn, self.submission).await?.filter(submissions::Submission::votable);
        Ok(submission.map(|submission| Last {
            id: self.submission,
            title: submission.title,
            score: self.score,
            previous: self.previous,
            average: tally::average(self.count, self.sum).unwrap_or_default(),
            count: self.count,
        }))
    }
}
