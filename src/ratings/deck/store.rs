//! What the deck reads and writes. Each class has its own columns.

use sqlx::PgConnection;

use super::{Bookmarks, Class, Lap, LapProgress, Rater};
use crate::ratings::RaterId;

/// What `raters` knows of somebody, or what their cookie says. A cookie of before a login stands for somebody new: whoever
/// kept it is nobody's member, and neither sees what the member has rated nor votes for them.
pub async fn load(conn: &mut PgConnection, id: RaterId, cookie: Bookmarks) -> Result<Rater, sqlx::Error> {
    let mut id = id;
    let row = loop {
        let row = sqlx::query!(
            "SELECT id, account, merged_into, lap_start, lap_end, position,
                    described_start, described_end, described_position
             FROM raters WHERE id = $1",
            id.0
        )
        .fetch_optional(&mut *conn)
        .await?;
        match row {
            Some(row) if row.merged_into.is_some() => id = id.successor(),
            found => break found,
        }
    };
    let Some(row) = row else {
        return Ok(Rater { id, account: None, bookmarks: cookie, stored: false });
    };
    let bookmarks = Bookmarks {
        all: Some(LapProgress { lap: Lap { start: row.lap_start, end: row.lap_end }, position: row.position }),
        described: progress(row.described_start, row.described_end, row.described_position),
    };
    Ok(Rater { id: RaterId(row.id), account: row.account, bookmarks, stored: true })
}

/// The rater of a member, who has one from their first login on.
pub async fn load_member(conn: &mut PgConnection, account: i64) -> Result<Rater, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, lap_start, lap_end, position, described_start, described_end, described_position
         FROM raters WHERE account = $1",
        account
    )
    .fetch_one(conn)
    .await?;
    let bookmarks = Bookmarks {
        all: Some(LapProgress { lap: Lap { start: row.lap_start, end: row.lap_end }, position: row.position }),
        described: progress(row.described_start, row.described_end, row.described_position),
    };
    Ok(Rater { id: RaterId(row.id), account: Some(account), bookmarks, stored: true })
}

/// Is there a photo that people may vote on?
pub async fn any(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM submissions WHERE ordinal IS NOT NULL) AS "any!""#)
        .fetch_one(conn)
        .await
}

/// A photo that is still to be rated, among the places that were asked for.
pub struct Open {
    pub id: i64,
    /// Its place is this one of those, from 1.
    pub at: i64,
}

/// The photo at the first of these places that the rater still has to rate; nothing when they are done with all of them.
///
/// However the planner errs about this rater, it must not read all that they ever rated: so nothing here is a join that it could
/// turn round. Place by place, the photo is fetched by its ordinal (`OFFSET 0` keeps the subquery apart), and rating and report
/// by their whole keys (a subquery for one value never becomes a join); behind the first open photo nothing is read. A semi-join
/// or `NOT EXISTS` becomes a join over all ratings of the rater as soon as the plan is generic, and `submission = ANY(..)` may be
/// a filter behind all of them.
pub async fn open(
    conn: &mut PgConnection,
    class: Class,
    rater: &Rater,
    ordinals: &[i64],
) -> Result<Option<Open>, sqlx::Error> {
    match class {
        Class::All => {
            sqlx::query_as!(
                Open,
                r#"SELECT photo.id AS "id!", place.at AS "at!"
                   FROM unnest($1::bigint[]) WITH ORDINALITY place (ordinal, at)
                        CROSS JOIN LATERAL (
                            SELECT s.id, s.owner FROM submissions s WHERE s.ordinal = place.ordinal OFFSET 0) photo
                   WHERE photo.owner IS DISTINCT FROM $2
                     AND coalesce(
                         (SELECT r.submission FROM ratings r WHERE r.rater = $3 AND r.submission = photo.id),
                         (SELECT p.submission FROM reports p WHERE p.rater = $3 AND p.submission = photo.id)) IS NULL
                   ORDER BY place.at LIMIT 1"#,
                ordinals,
                rater.account,
                rater.id.0
            )
            .fetch_optional(conn)
            .await
        }
        Class::Described => {
            sqlx::query_as!(
                Open,
                r#"SELECT photo.id AS "id!", place.at AS "at!"
                   FROM unnest($1::bigint[]) WITH ORDINALITY place (ordinal, at)
                        CROSS JOIN LATERAL (
                            SELECT s.id, s.owner FROM submissions s WHERE s.described_ordinal = place.ordinal OFFSET 0) photo
                   WHERE photo.owner IS DISTINCT FROM $2
                     AND coalesce(
                         (SELECT r.submission FROM ratings r WHERE r.rater = $3 AND r.submission = photo.id),
                         (SELECT p.submission FROM reports p WHERE p.rater = $3 AND p.submission = photo.id)) IS NULL
                   ORDER BY place.at LIMIT 1"#,
                ordinals,
                rater.account,
                rater.id.0
            )
            .fetch_optional(conn)
            .await
        }
    }
}

/// How many places of this class were ever given out.
pub async fn size(conn: &mut PgConnection, class: Class) -> Result<i64, sqlx::Error> {
    let deck = sqlx::query!("SELECT size, described_size FROM deck").fetch_one(conn).await?;
    Ok(match class {
        Class::All => deck.size,
        Class::Described => deck.described_size,
    })
}

/// Stores a new lap, unless another tab stored one first: then gives that one.
pub async fn begin_lap(
    conn: &mut PgConnection,
    class: Class,
    id: RaterId,
    lap: Lap,
) -> Result<LapProgress, sqlx::Error> {
    match class {
        Class::All => {
            sqlx::query!(
                "UPDATE raters SET lap_start = $2, lap_end = $3, position = 0 WHERE id = $1 AND lap_end < $2",
                id.0,
                lap.start,
                lap.end
            )
            .execute(&mut *conn)
            .await?;
        }
        Class::Described => {
            sqlx::query!(
                "UPDATE raters SET described_start = $2, described_end = $3, described_position = 0
                 WHERE id = $1 AND coalesce(described_end, 0) < $2",
                id.0,
                lap.start,
                lap.end
            )
            .execute(&mut *conn)
            .await?;
        }
    }
    let mut rater = load(conn, id, Bookmarks::default()).await?;
    Ok(rater.bookmarks.of(class).unwrap_or(LapProgress { lap, position: 0 }))
}

/// Stores how far somebody has come, unless another tab is further.
pub async fn write_back(
    conn: &mut PgConnection,
    class: Class,
    id: RaterId,
    progress: LapProgress,
) -> Result<(), sqlx::Error> {
    match class {
        Class::All => {
            sqlx::query!(
                "UPDATE raters SET position = $3 WHERE id = $1 AND lap_start = $2 AND position < $3",
                id.0,
                progress.lap.start,
                progress.position
            )
            .execute(conn)
            .await?;
        }
        Class::Described => {
            sqlx::query!(
                "UPDATE raters SET described_position = $3
                 WHERE id = $1 AND described_start = $2 AND described_position < $3",
                id.0,
                progress.lap.start,
                progress.position
            )
            .execute(conn)
            .await?;
        }
    }
    Ok(())
}

fn progress(start: Option<i64>, end: Option<i64>, position: Option<i64>) -> Option<LapProgress> {
    Some(LapProgress { lap: Lap { start: start?, end: end? }, position: position? })
}
