//! Which photo comes next: every rater goes through all photos in an order of their own,
//! without a scan and without a stored order. Whoever wants described photos alone has a second order through those.

mod order;
mod store;

use sqlx::PgConnection;

use super::RaterId;
use order::Order;

pub use store::{any, load, load_member};

/// How many positions are looked at in one query.
const LOOK_AHEAD: i64 = 32;

/// A known rater's position is written back when it lags this far: votes are cheaper that way,
/// and looking again at photos already rated finds the same next photo.
const WRITE_BACK: i64 = 16;

/// The key of everybody's orders; the same in every process.
#[derive(Clone)]
pub struct DeckKey(pub [u8; 32]);

/// Which photos somebody goes through. Each class has places of its own, without gaps when they are given out, so that
/// the cost of the next photo is the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Class {
    /// All that may be voted on.
    #[default]
    All,
    /// Those among them that somebody has described in words.
    Described,
}

/// The ordinals that one trip through the deck covers; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "(i64, i64)")]
pub struct Lap {
    /// First ordinal, from 1.
    pub start: i64,
    /// Last ordinal.
    pub end: i64,
}

/// How far somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "(Lap, i64)")]
pub struct LapProgress {
    /// The lap they are on.
    pub lap: Lap,
    /// All positions of the lap before this one are done with for good.
    pub position: i64,
}

impl LapProgress {
    /// At the start of the shortest lap, for a rater who is stored before the deck was ever asked.
    pub(super) const FIRST: LapProgress = LapProgress { lap: Lap { start: 1, end: 1 }, position: 0 };
}

/// How far somebody has come through each class; nothing before they first asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(into = "(Option<LapProgress>, Option<LapProgress>)")]
pub struct Bookmarks {
    /// Through all photos.
    pub all: Option<LapProgress>,
    /// Through the described ones.
    pub described: Option<LapProgress>,
}

impl Bookmarks {
    fn of(&mut self, class: Class) -> &mut Option<LapProgress> {
        match class {
            Class::All => &mut self.all,
            Class::Described => &mut self.described,
        }
    }
}

// In cookies without the names, which would be most of it.
impl From<Lap> for (i64, i64) {
    fn from(lap: Lap) -> Self {
        (lap.start, lap.end)
    }
}

impl From<LapProgress> for (Lap, i64) {
    fn from(progress: LapProgress) -> Self {
        (progress.lap, progress.position)
    }
}

impl From<Bookmarks> for (Option<LapProgress>, Option<LapProgress>) {
    fn from(bookmarks: Bookmarks) -> Self {
        (bookmarks.all, bookmarks.described)
    }
}

/// Somebody looking at the deck.
#[derive(Debug, Clone, Copy)]
pub struct Rater {
    /// Who.
    pub id: RaterId,
    /// The account they are logged in to.
    pub account: Option<i64>,
    /// How far they have come.
    pub bookmarks: Bookmarks,
    /// Is this in `raters`? Before the first vote it lives in the browser's cookie alone.
    pub stored: bool,
}

/// The photo that this rater has to rate next: the first of their order that is in this class and neither
/// their own nor rated nor reported by them. It stays the same until they rate or report it.
/// Nothing when they have seen them all. Moves their bookmark forward, and writes it back when they are stored.
pub async fn current(
    conn: &mut PgConnection,
    key: &DeckKey,
    rater: &mut Rater,
    class: Class,
) -> Result<Option<i64>, sqlx::Error> {
    let before = *rater.bookmarks.of(class);
    let mut now = before;
    let found = loop {
        if let Some(progress) = &mut now
            && let Some(submission) = advance(conn, key, rater, class, progress).await?
        {
            break Some(submission);
        }
        let done = now.map_or(0, |progress| progress.lap.end);
        let Some(lap) = next_lap(conn, class, done).await? else {
            break None;
        };
        now = Some(match rater.stored {
            true => store::begin_lap(conn, class, rater.id, lap).await?,
            false => LapProgress { lap, position: 0 },
        });
    };
    *rater.bookmarks.of(class) = now;
    if rater.stored
        && let Some(now) = now
        && lags(before, now)
    {
        store::write_back(conn, class, rater.id, now).await?;
    }
    Ok(found)
}

/// Passes over the photo that this rater has to rate now, if it is this one: it stays unrated on this lap.
pub async fn pass_over(
    conn: &mut PgConnection,
    key: &DeckKey,
    rater: &mut Rater,
    class: Class,
    submission: i64,
) -> Result<(), sqlx::Error> {
    if current(conn, key, rater, class).await? != Some(submission) {
        return Ok(());
    }
    let Some(progress) = rater.bookmarks.of(class) else {
        return Ok(());
    };
    progress.position += 1;
    let progress = *progress;
    if rater.stored {
        store::write_back(conn, class, rater.id, progress).await?;
    }
    Ok(())
}

/// Moves over positions that are done with; gives the first photo that is not.
async fn advance(
    conn: &mut PgConnection,
    key: &DeckKey,
    rater: &Rater,
    class: Class,
    progress: &mut LapProgress,
) -> Result<Option<i64>, sqlx::Error> {
    let order = Order::new(key, rater.id, class, progress.lap);
    while progress.position < order.len() {
        let until = (progress.position + LOOK_AHEAD).min(order.len());
        let ordinals: Vec<i64> = (progress.position..until).map(|position| order.ordinal(position)).collect();
        if let Some(open) = store::open(conn, class, rater, &ordinals).await? {
            progress.position += open.at - 1;
            return Ok(Some(open.id));
        }
        progress.position = until;
    }
    Ok(None)
}

/// All that was added to the class since `done`; nothing when nothing was.
async fn next_lap(conn: &mut PgConnection, class: Class, done: i64) -> Result<Option<Lap>, sqlx::Error> {
    let size = store::size(conn, class).await?;
    Ok((size > done).then_some(Lap { start: done + 1, end: size }))
}

fn lags(before: Option<LapProgress>, now: LapProgress) -> bool {
    before.is_none_or(|before| before.lap != now.lap || now.position - before.position >= WRITE_BACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bookmarks_are_short_in_a_cookie_and_survive_it() {
        let all = Some(LapProgress { lap: Lap { start: 1, end: 1000 }, position: 17 });
        let described = Some(LapProgress { lap: Lap { start: 12, end: 800 }, position: 3 });
        for (bookmarks, text) in [
            (Bookmarks::default(), "[null,null]"),
            (Bookmarks { all, described: None }, "[[[1,1000],17],null]"),
            (Bookmarks { all, described }, "[[[1,1000],17],[[12,800],3]]"),
        ] {
            assert_eq!(serde_json::to_string(&bookmarks).ok().as_deref(), Some(text));
            assert_eq!(serde_json::from_str(text).ok(), Some(bookmarks));
        }
    }
}
