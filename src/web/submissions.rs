//! A photo's own page.

pub mod delete;
pub mod edit;
mod form;
pub mod head;
pub mod last_visit;
pub mod mine;
pub mod new;
mod over_time;
pub mod photo;
mod photo_file;
pub mod progress;
mod remark;
pub mod reports;
pub mod shot;
pub mod vote_result;

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::{Route, get, routes};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use self::head::{Head, Said};
use self::over_time::OverTime;
use self::photo::Photo;
use self::progress::ProcessingStatus;
use self::shot::Shot;
use self::vote_result::{LastVote, VoteResult};
use super::answers::view::View;
use super::guards::app::App;
use super::guards::visitor::Visitor;
use crate::accounts::profile;
use crate::error::Error;
use crate::finding::{alike, favourites};
use crate::metrics::{VisitEvent, recorder};
use crate::ratings::standings::{self, Standing};
use crate::ratings::tally::{self, Tally};
use crate::ratings::{self, deck::Rater};
use crate::reports::Reason;
use crate::reports::decisions::{self, Verdict};
use crate::submissions::similar::{self, SimilarPhoto};
use crate::submissions::{self, Moderation, Submission, SubmissionState, short_code};

pub fn routes() -> Vec<Route> {
    routes![
        new::new,
        new::create,
        mine::index,
        show,
        over_time::svg,
        over_time::csv,
        progress::show,
        edit::edit,
        edit::update,
        edit::preview,
        delete::new,
        delete::create,
        reports::new,
        reports::create
    ]
}

/// The photo, one's own rating of it, and once rated or asked for (`?statistics=1`) what others gave it.
/// What is not on show is shown to its owner alone.
#[get("/submissions/<id>?<statistics>")]
pub async fn show(id: i64, statistics: Option<&str>, visitor: Visitor<'_>, app: App<'_>) -> Result<View, Error> {
    let App { db, config, reach, .. } = app;
    let mut conn = db.acquire().await?;
    let submission = submissions::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    if !submission.visible_to(visitor.account()) {
        return Err(Error::NotFound);
    }
    match submission.state {
        _ if submission.moderation != Moderation::Visible => hidden(&mut conn, &submission).await,
        SubmissionState::Pending | SubmissionState::Failed => {
            let status = ProcessingStatus::of(&mut conn, &submission).await?;
            Ok(View::new("submissions/progress", status))
        }
        SubmissionState::Ready => {
            recorder().visit(VisitEvent::View);
            let rater = visitor.rater(&mut conn).await?;
            if rater.stored && rater.account != Some(submission.owner) {
                reach.look(id, Utc::now().date_naive());
            }
            let last = match VoteResult::take(&visitor) {
                Some(result) => result.load(&mut conn).await?,
                None => None,
            };
            let asked = Asked { statistics: statistics == Some("1"), last, focus: false };
            let card = Card::of(&mut conn, &submission, &visitor, &rater, asked).await?;
            let profile = card.profile.as_ref().map(|name| format!("/u/{name}"));
            let said = Said { photo: &submission, count: card.count, profile, site: &config.site.url };
            let head = Head::of(&mut conn, said).await?;
            let over_time = OverTime::of(&mut conn, &submission).await?;
            let alike = alike::find(&mut conn, id).await?.into_iter().map(Shot::from).collect();
            let species = utf8_percent_encode(&submission.species, NON_ALPHANUMERIC).to_string();
            Ok(View::new("submissions/page", Page { card, head, over_time, alike, species }).current())
        }
    }
}

/// Its owner is told why.
async fn hidden(conn: &mut PgConnection, submission: &Submission) -> Result<View, Error> {
    let decision = decisions::latest(conn, submission.id).await?.filter(|decision| decision.verdict == Verdict::Hidden);
    let data = json!({
        "id": submission.id,
        "title": submission.title,
        "photo": Photo::of(submission),
        "reason": decision.as_ref().and_then(|decision| decision.reason).map(Reason::label),
        "words": decision.map(|decision| decision.words),
    });
    Ok(View::new("submissions/hidden", data))
}

/// The whole page.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    card: Card,
    head: Head,
    over_time: Option<OverTime>,
    /// Others that look like it.
    alike: Vec<Shot>,
    /// Its species as lists are asked for it.
    species: String,
}

/// The photo with buttons and figures.
#[derive(Serialize)]
pub struct Card {
    focus: bool,
    csrf: String,
    photo: Option<Photo>,
    owner: String,
    /// The owner's profile, when everybody may see it.
    profile: Option<String>,
    own: bool,
    moderator: bool,
    /// Said to moderators.
    looks_like: Option<SimilarPhoto>,
    mine: Option<u8>,
    /// The code of its short link.
    share: String,
    /// Is it among their favourites? Nothing for visitors, who have none.
    favourite: Option<bool>,
    stay: bool,
    last: Option<LastVote>,
    count: i64,
    statistics: bool,
    average: Option<f64>,
    standing: Option<Figures>,
    histogram: Vec<Bar>,
}

/// What the page is to show beyond the photo.
pub struct Asked {
    /// Figures although not rated.
    pub statistics: bool,
    /// What became of a vote just cast.
    pub last: Option<LastVote>,
    /// Is it swapped in, so that focus has to go to it?
    pub focus: bool,
}

#[derive(Serialize)]
struct Figures {
    score: f64,
    /// The other one, by ratings as given or without what raters are too harsh or generous.
    plain: f64,
    evened: f64,
    adjusted: bool,
    low: f64,
    high: f64,
    rank: i64,
    of: i64,
    /// Among the first so many of a hundred, for those in the upper half.
    top: Option<i64>,
    first: i64,
    last: i64,
    at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Bar {
    score: usize,
    count: i32,
    /// Of all ratings.
    percent: i64,
    /// Of the commonest score, as the length of the bar.
    bar: i64,
}

impl Card {
    /// A votable photo as this rater may see it.
    pub async fn of(
        conn: &mut PgConnection,
        submission: &Submission,
        visitor: &Visitor<'_>,
        rater: &Rater,
        asked: Asked,
    ) -> Result<Self, Error> {
        let mine = ratings::find(conn, rater.id, submission.id).await?;
        let tally = tally::find(conn, submission.id).await?.ok_or(Error::NotFound)?;
        let own = rater.account == Some(submission.owner);
        let statistics = asked.statistics || own || mine.is_some();
        let standing = if statistics { standings::find(conn, submission.id).await? } else { None };
        let moderator = visitor.member().is_some_and(|member| member.account.role.moderates());
        let looks_like = if moderator { similar::similar_to(conn, submission.id).await? } else { None };
        Ok(Card {
            focus: asked.focus,
            csrf: visitor.form_token(),
            photo: Photo::of(submission).map(|photo| photo.to(visitor.class())),
            owner: submission.owner_name.clone(),
            profile: profile::public_username(conn, submission.owner).await?,
            own,
            moderator,
            looks_like,
            mine: mine.map(ratings::Score::get),
            share: short_code::of(submission.id),
            favourite: match visitor.account() {
                Some(account) => Some(favourites::saved(conn, account, submission.id).await?),
                None => None,
            },
            stay: true,
            last: asked.last,
            count: tally.count,
            statistics,
            average: tally.average().filter(|_| statistics),
            standing: standing.map(Figures::from),
            histogram: if statistics { bars(&tally) } else { vec![] },
        })
    }
}

impl From<Standing> for Figures {
    fn from(standing: Standing) -> Self {
        Figures {
            score: standing.score,
            plain: standing.plain,
            evened: standing.evened,
            adjusted: standing.adjusted,
            low: standing.between.0,
            high: standing.between.1,
            rank: standing.rank,
            of: standing.photos,
            top: Some((standing.rank * 100 + standing.photos - 1) / standing.photos.max(1)).filter(|top| *top <= 50),
            first: standing.rank_between.0,
            last: standing.rank_between.1,
            at: standing.as_of,
        }
    }
}

/// Most derpy first.
fn bars(tally: &Tally) -> Vec<Bar> {
    let most = tally.histogram.iter().max().copied().map_or(0, i64::from);
    let percent = |count: i32, of: i64| (i64::from(count) * 100 + of / 2) / of.max(1);
    let bar = |(at, &count): (usize, &i32)| Bar {
        score: at + 1,
        count,
        percent: percent(count, tally.count),
        bar: percent(count, most),
    };
    tally.histogram.iter().enumerate().rev().map(bar).collect()
}
