//! What became of the last vote, carried to the next page and said there.

use rocket::time::Duration;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::photo::Photo;
use super::remark::{Counted, remark};
use crate::error::Error;
use crate::ratings::record::Braked;
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
    outcome: Outcome,
}

#[derive(Clone)]
enum Outcome {
    Counted(Counted),
    NotCounted(NotCounted),
}

/// Why a vote does not count although nothing is wrong with it. The photo still waits, or was passed over.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum NotCounted {
    /// New raters of the same network have rated the photo too often.
    #[serde(rename = "n")]
    Network,
    /// It came with the vote on the photo before, as one double tap.
    #[serde(rename = "d")]
    DoubleTap,
}

impl NotCounted {
    /// What is said, of the photo with this name.
    pub fn sentence(self, title: &str) -> String {
        match self {
            NotCounted::Network => format!(
                "Your rating of {title} was not counted: new visitors in your network, which a school or a mobile provider \
                 shares, have rated it very often today."
            ),
            NotCounted::DoubleTap => {
                format!(
                    "Your second tap came so soon that it cannot have been meant for {title}, which you have not rated yet."
                )
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum InCookie {
    Counted(i64, Counted),
    NotCounted(i64, NotCounted),
}

impl From<VoteResult> for InCookie {
    fn from(result: VoteResult) -> Self {
        match result.outcome {
            Outcome::Counted(counted) => InCookie::Counted(result.submission, counted),
            Outcome::NotCounted(why) => InCookie::NotCounted(result.submission, why),
        }
    }
}

impl From<InCookie> for VoteResult {
    fn from(kept: InCookie) -> Self {
        match kept {
            InCookie::Counted(submission, counted) => VoteResult { submission, outcome: Outcome::Counted(counted) },
            InCookie::NotCounted(submission, why) => VoteResult { submission, outcome: Outcome::NotCounted(why) },
        }
    }
}

/// What became of a vote, as templates say it.
#[derive(Serialize)]
pub struct LastVote {
    id: i64,
    title: String,
    /// Said instead of the rest.
    not_counted: Option<String>,
    /// Small, in the size that the browser has shown just now.
    photo: Option<Photo>,
    score: u8,
    previous: Option<u8>,
    average: f64,
    count: i64,
    /// What there is to smile at.
    remark: String,
    bar: Bar,
}

/// Ten steps from left to right, in percent of their length.
#[derive(Serialize, Default)]
struct Bar {
    /// As far as everybody's average.
    everybody: i64,
    /// The middle of the step that was chosen.
    mine: i64,
}

impl VoteResult {
    /// `NotFound`, `Forbidden` or `TooFast` when it was not counted for good.
    pub fn of(submission: i64, recorded: Recorded) -> Result<Self, Error> {
        let outcome = match recorded {
            Recorded::Counted { previous, score, count, sum, alike } => {
                // The same rating once more, as from a double click, is no change.
                let previous = previous.filter(|&previous| previous != score).map(Score::get);
                Outcome::Counted(Counted { previous, score: score.get(), count, sum, alike })
            }
            Recorded::NoSuchPhoto => return Err(Error::NotFound),
            Recorded::TooLate => {
                let message =
                    "You have logged in since you sent this rating. Load the page again, and rate the photo once more.";
                return Err(Error::Conflict(message.into()));
            }
            Recorded::OwnPhoto => {
                return Err(Error::Forbidden("This is your own photo. Everybody else may rate it.".into()));
            }
            Recorded::Braked(Braked::Beginners) => return Err(too_many_beginners()),
            Recorded::DoubleTap => Outcome::NotCounted(NotCounted::DoubleTap),
            Recorded::Braked(Braked::Photo) => Outcome::NotCounted(NotCounted::Network),
        };
        Ok(VoteResult { submission, outcome })
    }

    /// Does the rater go on without a vote that counts?
    pub fn passes_over(&self) -> bool {
        matches!(self.outcome, Outcome::NotCounted(NotCounted::Network))
    }

    /// Keeps it for the next page.
    pub fn keep(&self, visitor: &Visitor<'_>) {
        visitor.cookies.keep(VOTE_RESULT, self, Duration::minutes(KEPT_MINUTES));
    }

    /// What the page before kept, once.
    pub fn take(visitor: &Visitor<'_>) -> Option<Self> {
        let kept = visitor.cookies.kept(VOTE_RESULT)?;
        visitor.cookies.forget(VOTE_RESULT);
        Some(kept)
    }

    /// The photo that it is about.
    pub fn submission(&self) -> i64 {
        self.submission
    }

    /// With the photo's name; nothing when it was taken down in the meantime.
    pub async fn load(self, conn: &mut PgConnection) -> Result<Option<LastVote>, Error> {
        let submission = submissions::find(conn, self.submission).await?;
        Ok(self.of_photo(submission.as_ref()))
    }

    /// The same, of the photo as it is now.
    pub fn of_photo(self, photo: Option<&Submission>) -> Option<LastVote> {
        photo.filter(|photo| photo.votable()).map(|photo| self.about(photo))
    }

    fn about(self, submission: &Submission) -> LastVote {
        let title = submission.title.clone();
        let (counted, not_counted) = match self.outcome {
            Outcome::Counted(counted) => (counted, None),
            Outcome::NotCounted(why) => (Counted::default(), Some(why.sentence(&title))),
        };
        let Counted { previous, score, count, sum, .. } = counted;
        let average = tally::average(count, sum).unwrap_or_default();
        let bar = Bar { everybody: (average * 10.0).round() as i64, mine: i64::from(score) * 10 - 5 };
        let photo = Photo::of(submission);
        let remark = remark(&counted);
        LastVote { id: self.submission, title, not_counted, photo, score, previous, average, count, remark, bar }
    }
}

fn too_many_beginners() -> Error {
    Error::TooFast {
        message: "Your rating was not counted: very many new visitors have begun in your network, which a school or a mobile \
                  provider shares, within an hour. Try again later. Whoever has been here before, or logs in, is not held up."
            .into(),
        retry_after: 3600,
    }
}
