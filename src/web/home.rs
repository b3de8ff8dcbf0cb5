//! The main thing: one photo, ten buttons.

use rocket::{Route, get, routes};
use serde::Serialize;
use sqlx::PgConnection;

use super::answers::view::View;
use super::db::Db;
use super::guards::visitor::Visitor;
use super::profiles::Words;
use super::submissions::photo::Photo;
use super::submissions::vote_result::{LastVote, VoteResult};
use crate::error::Error;
use crate::metrics::{VisitEvent, recorder};
use crate::ratings::deck::{self, Bookmarks, Class, Rater};
use crate::ratings::rating_style;
use crate::submissions;

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// The rater's current photo, whoever asks and however often, until they vote on it.
#[get("/")]
pub async fn show(mut visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let rater = visitor.rater(&mut conn).await?;
    let last = VoteResult::take(&mut conn, &visitor).await?;
    if !deck::any(&mut conn).await? {
        return Ok(View::new("home/empty", ()));
    }
    let card = Card::next(&mut conn, &mut visitor, rater, last, false).await?;
    Ok(View::new("home/page", card).current())
}

/// The vote card: what comes next, and what became of the last vote.
#[derive(Serialize)]
pub struct Card {
    /// Is this swapped in, so that focus has to go to it?
    focus: bool,
    csrf: String,
    /// Nothing when they have seen them all.
    photo: Option<Photo>,
    last: Option<LastVote>,
    mine: Option<u8>,
    stay: bool,
    /// Have they seen all described ones, and go through those alone although there are others?
    others: bool,
    /// How they have voted, when they have seen them all.
    style: Option<Words>,
}

impl Card {
    /// The card that this rater has to see now.
    pub async fn next(
        conn: &mut PgConnection,
        visitor: &mut Visitor<'_>,
        mut rater: Rater,
        last: Option<LastVote>,
        focus: bool,
    ) -> Result<Self, Error> {
        let class = visitor.class();
        let first = !rater.stored && rater.bookmarks == Bookmarks::default();
        let photo = match deck::current(conn, &visitor.keys.deck, &mut rater, class).await? {
            Some(id) => submissions::find(conn, id).await?.as_ref().and_then(Photo::of),
            None => None,
        };
        let photo = photo.map(|photo| photo.to(class));
        let others = photo.is_none()
            && class != Class::All
            && deck::current(conn, &visitor.keys.deck, &mut rater, Class::All).await?.is_some();
        visitor.remember(&rater);
        if photo.is_some() {
            recorder().visit(if first { VisitEvent::FirstCard } else { VisitEvent::Card });
        }
        let finished = photo.is_none() && !others;
        let style = if finished { rating_style::of_rater(conn, rater.id).await?.map(Words::from) } else { None };
        Ok(Card { focus, csrf: visitor.form_token(), photo, last, mine: None, stay: false, others, style })
    }
}
