//! Photos that members keep: a list each, the newest first, theirs alone unless they show it.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use super::{FoundPhoto, PAGE, photos};
use crate::db::along_indexes;

/// The most that one page looks at: what is out of sight for now stays in the list and is not shown.
const LOOKED: usize = 200;

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Favourites {
    /// At most [`PAGE`], and all of them on show.
    pub photos: Vec<FoundPhoto>,
    /// What the next page is `before`, if there is one.
    pub next: Option<i64>,
}

/// A photo in the file that members take along.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Kept {
    /// Its place in the list; the later, the higher.
    #[serde(skip)]
    pub number: i64,
    #[serde(rename = "photo")]
    pub submission: i64,
    pub saved_at: DateTime<Utc>,
}

struct Looked {
    number: i64,
    submission: i64,
    shown: bool,
}

/// Puts a photo that is on show into the list; it stays where it is when it is there already. Whoever deletes the account or the photo
/// meanwhile is waited for, so that nothing is put in behind them.
pub async fn save(tx: &mut Transaction<'_, Postgres>, account: i64, submission: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO favourites (account, submission)
         SELECT a.id, s.id FROM accounts a, submissions s
         WHERE a.id = $1 AND a.deleted_at IS NULL AND s.id = $2 AND s.ordinal IS NOT NULL FOR SHARE
         ON CONFLICT DO NOTHING",
        account,
        submission
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Takes a photo out of the list, if it is there.
pub async fn unsave(tx: &mut Transaction<'_, Postgres>, account: i64, submission: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM favourites WHERE account = $1 AND submission = $2", account, submission)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Is it in the list?
pub async fn saved(conn: &mut PgConnection, account: i64, submission: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM favourites WHERE account = $1 AND submission = $2) AS "saved!""#,
        account,
        submission
    )
    .fetch_one(conn)
    .await
}

/// Those of an account that are on show, of what it saved before the one with this number.
pub async fn page(conn: &mut PgConnection, account: i64, before: Option<i64>) -> Result<Favourites, sqlx::Error> {
    let mut tx = along_indexes(conn).await?;
    let looked = sqlx::query_as!(
        Looked,
        r#"SELECT f.number AS "number!", f.submission AS "submission!",
                  EXISTS (SELECT FROM submissions s WHERE s.id = f.submission AND s.ordinal IS NOT NULL OFFSET 0) AS "shown!"
           FROM (SELECT number, submission FROM favourites WHERE account = ANY(ARRAY[$1::bigint]) AND number < $2
                 ORDER BY account DESC, number DESC LIMIT $3) AS f
           ORDER BY f.number DESC"#,
        account,
        before.unwrap_or(i64::MAX),
        LOOKED as i64 + 1
    )
    .fetch_all(&mut *tx)
    .await?;
    let more = looked.len() > LOOKED;
    let looked = &looked[..looked.len().min(LOOKED)];
    let shown: Vec<&Looked> = looked.iter().filter(|one| one.shown).collect();
    let next = match shown.get(PAGE) {
        Some(_) => Some(shown[PAGE - 1].number),
        None => looked.last().filter(|_| more).map(|last| last.number),
    };
    let ids: Vec<i64> = shown.iter().take(PAGE).map(|one| one.submission).collect();
    let photos = photos(&mut tx, &ids).await?;
    tx.rollback().await?;
    Ok(Favourites { photos, next })
}

/// Rows of one step of [`kept`].
pub const KEPT: i64 = 500;

/// All of an account, whatever has become of them, the earliest first, behind the one with this number.
pub async fn kept(conn: &mut PgConnection, account: i64, after: i64) -> Result<Vec<Kept>, sqlx::Error> {
    sqlx::query_as!(
        Kept,
        "SELECT number, submission, saved_at FROM favourites WHERE account = $1 AND number > $2 ORDER BY number LIMIT $3",
        account,
        after,
        KEPT
    )
    .fetch_all(conn)
    .await
}

/// Forgets the list of an account that is deleted.
pub async fn forget(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM favourites WHERE account = $1", account).execute(&mut **tx).await.map(drop)
}
