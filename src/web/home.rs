//! The main thing: one photo, ten buttons.

use rocket::{Route, get, routes};
use serde::Serialize;

use super::answers::view::View;
use super::awaited::Awaited;
use super::guards::app::App;
use super::guards::visitor::Visitor;
use super::profiles::Words;
use super::submissions::photo::Photo;
use super::submissions::vote_result::{LastVote, VoteResult};
use crate::error::Error;
use crate::metrics::{VisitEvent, recorder};
use crate::ratings::dealer::Deal;
use crate::ratings::deck::{self, Bookmarks, Class, Rater};
use crate::ratings::rating_style;

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// The rater's current photo, whoever asks and however often, until they vote on it.
#[get("/")]
pub async fn show(mut visitor: Visitor<'_>, app: App<'_>) -> Result<View, Error> {
    let rater = app.dealer.rater(visitor.who()).await?;
    let result = VoteResult::take(&visitor);
    let card = Card::next(app, &mut visitor, rater, result, false).await?;
    if card.photo.is_none() && !deck::any(&mut *app.db.acquire().await?).await? {
        return Ok(View::new("home/empty", ()));
    }
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
    /// Are they told when there are more, when they have seen them all?
    awaited: Option<Awaited>,
}

impl Card {
    /// The card that this rater has to see now, after a vote that may have been.
    pub async fn next(
        app: App<'_>,
        visitor: &mut Visitor<'_>,
        rater: Rater,
        result: Option<VoteResult>,
        focus: bool,
    ) -> Result<Self, Error> {
        let class = visitor.class();
        let first = !rater.stored && rater.bookmarks == Bookmarks::default();
        let Deal { mut rater, next, last } =
            app.dealer.deal(rater, class, result.as_ref().map(VoteResult::submission)).await?;
        let photo = next.as_ref().and_then(Photo::of).map(|photo| photo.to(class));
        let (mut others, mut style, mut awaited) = (false, None, None);
        if photo.is_some() {
            recorder().visit(if first { VisitEvent::FirstCard } else { VisitEvent::Card });
        } else {
            let mut conn = app.db.acquire().await?;
            others = class != Class::All
                && deck::current(&mut conn, &app.keys.deck, &mut rater, Class::All).await?.is_some();
            if !others {
                style = rating_style::of_rater(&mut conn, rater.id).await?.map(Words::from);
            }
            awaited = Some(Awaited::of(&mut conn, visitor).await?);
        }
        visitor.remember(&rater);
        let last = result.and_then(|result| result.of_photo(last.as_ref()));
        let csrf = visitor.form_token();
        Ok(Card { focus, csrf, photo, last, mine: None, stay: false, others, style, awaited })
    }
}
