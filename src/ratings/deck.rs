//! Which photo comes next: every rater goes through all photos in an order of their own,
//! without a scan and without a stored order.

mod order;

use sqlx::PgConnection;

use super::RaterId;
use order::Order;

/// How many positions are looked at in one query.
const LOOK_AHEAD: i64 = 32;

/// A known rater's position is written back when it lags this far: votes are cheaper that way,
/// and looking again at photos already rated finds the same next photo.
const WRITE_BACK: i64 = 16;

/// The key of everybody's orders; the same in every process.
#[derive(Clone)]
pub struct DeckKey(pub [u8; 32]);

/// The ordinals that one trip through the deck covers; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lap {
    /// First ordinal, from 1.
    pub start: i64,
    /// Last ordinal.
    pub end: i64,
}

/// How far somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// The lap they are on.
    pub lap: Lap,
    /// All positions of the lap before this one are done with for good.
    pub position: i64,
}

impl Progress {
    /// At the start of the shortest lap, for a vote cast before the deck was ever asked.
    pub(super) const FIRST: Progress = Progress { lap: Lap { start: 1, end: 1 }, position: 0 };
}

/// Somebody looking at the deck.
#[derive(Debug, Clone, Copy)]
pub struct Rater {
    /// Who.
    pub id: RaterId,
    /// The account they are logged in to.
    pub account: Option<i64>,
    /// How far they have come; nothing before their first photo.
    pub progress: Option<Progress>,
    /// Is this in `raters`? Before the first vote it lives in the browser's cookie alone.
    pub stored: bool,
}

/// What `raters` knows of somebody, or what their cookie says.
pub async fn load(conn: &mut PgConnection, id: RaterId, cookie: Option<Progress>) -> Result<Rater, sqlx::Error> {
    let row = sqlx::query!("SELECT account, lap_start, lap_end, position FROM raters WHERE id = $1", id.0)
        .fetch_optional(conn)
        .await?;
    Ok(match row {
        Some(row) => Rater {
            id,
            account: row.account,
            progress: Some(Progress { lap: Lap { start: row.lap_start, end: row.lap_end }, position: row.position }),
            stored: true,
        },
        None => Rater { id, account: None, progress: cookie, stored: false },
    })
}

/// Is there a photo that people may vote on?
pub async fn any(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM submissions WHERE ordinal IS NOT NULL) AS "any!""#)
        .fetch_one(conn)
        .await
}

/// The photo that this rater has to rate next: the first of their order that is in the deck and neither
/// their own nor rated nor reported by them. It stays the same until they rate or report it.
/// Nothing when they have seen them all. Moves `rater.progress` forward, and writes it back when it is stored.
pub async fn current(conn: &mut PgConnection, key: &DeckKey, rater: &mut Rater) -> Result<Option<i64>, sqlx::Error> {
    let before = rater.progress;
    let found = loop {
        if let Some(progress) = &mut rater.progress
            && let Some(submission) = advance(conn, key, rater.id, rater.account, progress).await?
        {
            break Some(submission);
        }
        let done = rater.progress.map_or(0, |progress| progress.lap.end);
        match next_lap(conn, done).await? {
            None => break None,
            Some(lap) => {
                rater.progress = Some(Progress { lap, position: 0 });
                if rater.stored {
                    rater.progress = Some(begin_lap(conn, rater.id, lap).await?);
                }
            }
        }
    };
    if rater.stored
        && let Some(after) = rater.progress
        && lags(before, after)
    {
        write_back(conn, rater.id, after).await?;
    }
    Ok(found)
}

/// Moves over positions that are done with; gives the first photo that is not.
async fn advance(
    conn: &mut PgConnection,
    key: &DeckKey,
    id: RaterId,
    account: Option<i64>,
    progress: &mut Progress,
) -> Result<Option<i64>, sqlx::Error> {
    let order = Order::new(key, id, progress.lap);
    while progress.position < order.len() {
        let until = (progress.position + LOOK_AHEAD).min(order.len());
        let ordinals: Vec<i64> = (progress.position..until).map(|position| order.ordinal(position)).collect();
        let open = sqlx::query!(
            r#"SELECT s.id, s.ordinal AS "ordinal!" FROM submissions s
               WHERE s.ordinal = ANY($1)
                 AND s.owner IS DISTINCT FROM $2
                 AND NOT EXISTS (SELECT FROM ratings r WHERE r.rater = $3 AND r.submission = s.id)
                 AND NOT EXISTS (SELECT FROM reports p WHERE p.rater = $3 AND p.submission = s.id)"#,
            &ordinals,
            account,
            id.0
        )
        .fetch_all(&mut *conn)
        .await?;
        for ordinal in ordinals {
            if let Some(photo) = open.iter().find(|photo| photo.ordinal == ordinal) {
                return Ok(Some(photo.id));
            }
            progress.position += 1;
        }
    }
    Ok(None)
}

/// All that was added to the deck since `done`; nothing when nothing was.
async fn next_lap(conn: &mut PgConnection, done: i64) -> Result<Option<Lap>, sqlx::Error> {
    let size = sqlx::query_scalar!("SELECT size FROM deck").fetch_one(conn).await?;
    Ok((size > done).then_some(Lap { start: done + 1, end: size }))
}

/// Stores a new lap, unless another tab stored one first: then gives that one.
async fn begin_lap(conn: &mut PgConnection, id: RaterId, lap: Lap) -> Result<Progress, sqlx::Error> {
    sqlx::query!(
        "UPDATE raters SET lap_start = $2, lap_end = $3, position = 0 WHERE id = $1 AND lap_end < $2",
        id.0,
        lap.start,
        lap.end
    )
    .execute(&mut *conn)
    .await?;
    let row =
        sqlx::query!("SELECT lap_start, lap_end, position FROM raters WHERE id = $1", id.0).fetch_one(conn).await?;
    Ok(Progress { lap: Lap { start: row.lap_start, end: row.lap_end }, position: row.position })
}

fn lags(before: Option<Progress>, after: Progress) -> bool {
    before.is_none_or(|before| before.lap != after.lap || after.position - before.position >= WRITE_BACK)
}

async fn write_back(conn: &mut PgConnection, id: RaterId, progress: Progress) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE raters SET position = $3 WHERE id = $1 AND lap_start = $2 AND position < $3",
        id.0,
        progress.lap.start,
        progress.position
    )
    .execute(conn)
    .await
    .map(drop)
}
