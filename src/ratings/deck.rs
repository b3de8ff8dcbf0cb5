//! Which photo comes next: every rater goes through all photos in an order of their own,
//! without a scan and without a stored order. Whoever wants described photos alone has a second order through those.

mod order;
mod store;
mod walk;
mod who;

use sqlx::PgConnection;

use super::RaterId;

pub use store::{any, sizes};
pub use walk::current_all;
pub use who::{Who, load, load_all, load_member};

/// How many positions of each rater are looked at in one query.
const LOOK_AHEAD: usize = 32;

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

/// Somebody who goes through a class.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    pub rater: Rater,
    pub class: Class,
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
    let mut asker = [Asker { rater: *rater, class }];
    let found = current_all(conn, key, &mut asker).await?;
    *rater = asker[0].rater;
    Ok(found[0])
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
