//! What the deck reads and writes. Each class has its own columns.

use sqlx::PgConnection;
use uuid::Uuid;

use super::who::load;
use super::{Bookmarks, Class, LOOK_AHEAD, Lap, LapProgress};
use crate::ratings::RaterId;

/// Is there a photo that people may vote on?
pub async fn any(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM submissions WHERE ordinal IS NOT NULL) AS "any!""#)
        .fetch_one(conn)
        .await
}

/// Places of somebody's order.
pub struct Look {
    pub rater: RaterId,
    pub account: Option<i64>,
    pub class: Class,
    /// In their order; 0 is nowhere.
    pub ordinals: [i64; LOOK_AHEAD],
}

/// A photo that is still to be rated, among the places that were asked for.
pub struct Open {
    /// Of the look with this number, from 1.
    pub look: i64,
    pub id: i64,
    /// Its place is this one of those, from 1.
    pub at: i64,
}

/// For each look the photo at the first place that the rater still has to rate; nothing when they are done with all of them.
///
/// However the planner errs about a rater, it must not read all that they ever rated: so nothing here is a join that it could
/// turn round. Place by place, the photo is fetched by its ordinal (`OFFSET 0` keeps the subquery apart), and rating and report
/// by their whole keys (a subquery for one value never becomes a join); behind the first open photo nothing is read. A semi-join
/// or `NOT EXISTS` becomes a join over all ratings of the rater as soon as the plan is generic, and `submission = ANY(..)` may be
/// a filter behind all of them.
pub async fn open(conn: &mut PgConnection, looks: &[Look]) -> Result<Vec<Open>, sqlx::Error> {
    let raters: Vec<Uuid> = looks.iter().map(|look| look.rater.0).collect();
    let accounts: Vec<Option<i64>> = looks.iter().map(|look| look.account).collect();
    let described: Vec<bool> = looks.iter().map(|look| look.class == Class::Described).collect();
    let ordinals: Vec<i64> = looks.iter().flat_map(|look| look.ordinals).collect();
    sqlx::query_as!(
        Open,
        r#"SELECT asked.look AS "look!", next.id AS "id!", next.at AS "at!"
           FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[]), (SELECT $3::boolean[]))
                    WITH ORDINALITY asked (rater, account, described, look)
                CROSS JOIN LATERAL (
                    SELECT photo.id, place.at
                    FROM unnest(($4::bigint[])[((asked.look - 1) * $5 + 1)::integer : (asked.look * $5)::integer])
                             WITH ORDINALITY place (ordinal, at)
                         CROSS JOIN LATERAL (
                             SELECT s.id, s.owner FROM submissions s
                             WHERE s.ordinal = place.ordinal AND NOT asked.described
                             UNION ALL
                             SELECT s.id, s.owner FROM submissions s
                             WHERE s.described_ordinal = place.ordinal AND asked.described OFFSET 0) photo
                    WHERE photo.owner IS DISTINCT FROM asked.account
                      AND coalesce(
                          (SELECT r.submission FROM ratings r WHERE r.rater = asked.rater AND r.submission = photo.id),
                          (SELECT p.submission FROM reports p WHERE p.rater = asked.rater AND p.submission = photo.id)) IS NULL
                    ORDER BY place.at LIMIT 1) next"#,
        &raters,
        &accounts as &[Option<i64>],
        &described,
        &ordinals,
        LOOK_AHEAD as i64
    )
    .fetch_all(conn)
    .await
}

/// How many places were ever given out: of all, and of the described.
pub async fn sizes(conn: &mut PgConnection) -> Result<(i64, i64), sqlx::Error> {
    let deck = sqlx::query!("SELECT size, described_size FROM deck").fetch_one(conn).await?;
    Ok((deck.size, deck.described_size))
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

/// Stores how far many have come, unless other tabs are further. Whoever is being written by somebody else is left out: it can
/// wait, and waiting for several could block some.
pub async fn write_all_back(
    conn: &mut PgConnection,
    class: Class,
    progress: &[(RaterId, LapProgress)],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = progress.iter().map(|(id, _)| id.0).collect();
    let starts: Vec<i64> = progress.iter().map(|(_, progress)| progress.lap.start).collect();
    let positions: Vec<i64> = progress.iter().map(|(_, progress)| progress.position).collect();
    match class {
        Class::All => {
            sqlx::query!(
                "UPDATE raters SET position = held.now
                 FROM (SELECT r.id, w.position AS now
                       FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[]), (SELECT $3::bigint[])) w (id, start, position)
                            CROSS JOIN LATERAL (
                                SELECT id FROM raters
                                WHERE id = w.id AND lap_start = w.start AND raters.position < w.position
                                FOR NO KEY UPDATE SKIP LOCKED) r) held
                 WHERE raters.id = held.id",
                &ids,
                &starts,
                &positions
            )
            .execute(conn)
            .await?;
        }
        Class::Described => {
            sqlx::query!(
                "UPDATE raters SET described_position = held.now
                 FROM (SELECT r.id, w.position AS now
                       FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[]), (SELECT $3::bigint[])) w (id, start, position)
                            CROSS JOIN LATERAL (
                                SELECT id FROM raters
                                WHERE id = w.id AND described_start = w.start AND described_position < w.position
                                FOR NO KEY UPDATE SKIP LOCKED) r) held
                 WHERE raters.id = held.id",
                &ids,
                &starts,
                &positions
            )
            .execute(conn)
            .await?;
        }
    }
    Ok(())
}
