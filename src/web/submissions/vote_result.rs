//! What became of the last vote, carried to the next page and said there.

use rocket::time::Duration;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::error::Error;
use crate::ratings::record::Recorded;
use crate::ratings::{Score, tally};
use crate::submissions::{self, Submission};
use crate::web::guards::visitor::{VOTE_RESULT, Visitor};

const KEPT_MINUTES: i64 = 5;

/// What became of a vote, small enough for a cookie: there it goes without the names, which would be most of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "InCookie", into = "InCookie")]
pub struct VoteResult {
    submission: i64,
    previous: Option<u8>,
    score: u8,
    count: i64,
    sum: i64,
}

type InCookie = (i64, Option<u8>, u8, i64, i64);

impl From<VoteResult> for InCookie {
    fn from(result: VoteResult) -> Self {
        (result.submission, result.previous, result.score, result.count, result.sum)
    }
}

impl From<InCookie> for VoteResult {
    fn from((submission, previous, score, count, sum): InCookie) -> Self {
        VoteResult { submission, previous, score, count, sum }
    }
}

/// What became of a vote, as templates say it.
#[derive(Serialize)]
pub struct LastVote {
    id: i64,
    title: String,
    score: u8,
    previous: Option<u8>,
    average: f64,
    count: i64,
}

impl VoteResult {
    /// `NotFound` and `Forbidden` when it was not counted.
    pub fn of(submission: i64, recorded: Recorded) -> Result<Self, Error> {
        match recorded {
            Recorded::Counted { previous, score, count, sum } => {
                // The same rating once more, as from a double click, is no change.
                let previous = previous.filter(|&previous| previous != score).map(Score::get);
                Ok(VoteResult { submission, previous, score: score.get(), count, sum })
            }
            Recorded::NoSuchPhoto => Err(Error::NotFound),
            Recorded::OwnPhoto => Err(Error::Forbidden("This is your own photo. Everybody else may rate it.".into())),
        }
    }

    /// Keeps it for the next page.
    pub fn keep(&self, visitor: &Visitor<'_>) {
        visitor.cookies.keep(VOTE_RESULT, self, Duration::minutes(KEPT_MINUTES));
    }

    /// What the page before kept, once.
    pub async fn take(conn: &mut PgConnection, visitor: &Visitor<'_>) -> Result<Option<LastVote>, Error> {
        let Some(result) = visitor.cookies.kept::<VoteResult>(VOTE_RESULT) else {
            return Ok(None);
        };
        visitor.cookies.forget(VOTE_RESULT);
        result.load(conn).await
    }

    /// With the photo's name; nothing when it was taken down in the meantime.
    pub async fn load(self, conn: &mut PgConnection) -> Result<Option<LastVote>, Error> {
        let submission = submissions::find(conn, self.submission).await?.filter(Submission::votable);
        Ok(submission.map(|submission| LastVote {
            id: self.submission,
            title: submission.title,
            score: self.score,
            previous: self.previous,
            average: tally::average(self.count, self.sum).unwrap_or_default(),
            count: self.count,
        }))
    }
}
