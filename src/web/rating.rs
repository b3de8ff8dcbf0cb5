//! A visitor's rating of a photo.

use chrono::Utc;
use rocket::form::FromForm;
use rocket::{Route, post, routes};

use super::answers::Answer;
use super::answers::view::View;
use super::db::Db;
use super::guards::app::App;
use super::guards::csrf::Guarded;
use super::guards::hx::Partial;
use super::guards::limits::Network;
use super::guards::visitor::Visitor;
use super::home;
use super::shares;
use super::submissions::vote_result::VoteResult;
use super::submissions::{Asked, Card};
use crate::error::Error;
use crate::metrics::{By, Via, Voted, recorder};
use crate::ratings::Score;
use crate::ratings::deck::{self, Rater};
use crate::ratings::record::{Recorded, Vote};
use crate::submissions;

pub fn routes() -> Vec<Route> {
    routes![create]
}

/// What the ten buttons send.
#[derive(FromForm)]
pub struct RatingForm<'r> {
    score: Option<&'r str>,
    /// Was this sent from the photo's own page, which is to be shown again?
    stay: Option<&'r str>,
}

/// Counts the rating, answers when it is committed.
#[post("/submissions/<id>/rating", data = "<form>")]
pub async fn create(
    id: i64,
    form: Guarded<RatingForm<'_>>,
    mut visitor: Visitor<'_>,
    partial: Partial,
    network: Network,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, keys, limits, collector, dealer, reach, .. } = app;
    let score = form.0.score.and_then(Score::parse);
    let score = score.ok_or_else(|| Error::invalid("score", "Choose one of the ten buttons, from 1 to 10."))?;
    let rater = dealer.rater(visitor.who()).await?;
    limits.vote(rater.id, network)?;
    let network = Some(keys.networks.hash(network.line(), Utc::now()));
    let recorded = collector.cast(Vote { rater, submission: id, score, network }).await?;
    count(&rater, partial, recorded);
    if matches!(recorded, Recorded::Counted { .. }) {
        shares::acted(reach, &visitor, &rater);
    }
    let result = VoteResult::of(id, recorded)?;
    let stay = form.0.stay.is_some();
    let passes = result.passes_over();
    if passes && !stay {
        pass_over(&mut visitor, db, id).await?;
    }
    if !partial.0 {
        result.keep(&visitor);
        let to = if stay { format!("/submissions/{id}") } else { "/".to_owned() };
        return Ok(Answer::to(to));
    }
    // The first vote has made the rater known; what was passed over moved them on.
    let rater = if rater.stored && !passes { rater } else { dealer.rater(visitor.who()).await? };
    if stay {
        let mut conn = db.acquire().await?;
        let last = result.load(&mut conn).await?;
        let submission = submissions::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
        let asked = Asked { statistics: true, last, focus: true };
        let card = Card::of(&mut conn, &submission, &visitor, &rater, asked).await?;
        return Ok(Answer::Page(View::new("submissions/_card", card)));
    }
    let card = home::Card::next(app, &mut visitor, rater, Some(result), true).await?;
    Ok(Answer::Page(View::new("home/_card", card)))
}

/// For the figures, which neither wait nor fail.
fn count(rater: &Rater, partial: Partial, recorded: Recorded) {
    let by = if rater.account.is_some() { By::Member } else { By::Visitor };
    let via = if partial.0 { Via::Htmx } else { Via::Form };
    let voted = match recorded {
        Recorded::Counted { previous, score, .. } => Voted::Counted {
            score: score.get(),
            changed: previous.is_some_and(|previous| previous != score),
            first: !rater.stored,
        },
        _ => Voted::Refused,
    };
    recorder().voted(by, via, voted);
}

/// Whose vote is not counted goes on all the same.
async fn pass_over(visitor: &mut Visitor<'_>, db: &Db, photo: i64) -> Result<(), Error> {
    let mut conn = db.acquire().await?;
    let mut rater = visitor.rater(&mut conn).await?;
    deck::pass_over(&mut conn, &visitor.keys.deck, &mut rater, visitor.class(), photo).await?;
    visitor.remember(&rater);
    Ok(())
}
