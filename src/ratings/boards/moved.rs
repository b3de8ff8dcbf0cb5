//! How ranks have moved since a day ended.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Postgres, Transaction};

use super::RANKED;

/// What has become of a rank of yesterday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// So many ranks better.
    Up(i64),
    /// So many worse.
    Down(i64),
    /// Nothing.
    Not,
    /// It was not among the first thousand, or not there at all.
    New,
}

/// Keeps the ranks with which yesterday ended: those of the last generation, before the first one of today is made. Repeating it changes
/// nothing. Those of a week ago are forgotten.
pub async fn keep(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    let over = sqlx::query_scalar!(
        r#"SELECT coalesce((finished_at AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date, false) AS "over!"
           FROM generation FOR UPDATE"#
    )
    .fetch_one(&mut **tx)
    .await?;
    if !over {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO rank_days (day, submission, rank)
         SELECT (now() AT TIME ZONE 'UTC')::date - 1, submission, rank() OVER (ORDER BY score DESC)
         FROM (SELECT submission, score FROM standings ORDER BY score DESC, submission LIMIT $1) AS first
         ON CONFLICT (day, submission) DO NOTHING",
        RANKED
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM rank_days WHERE day < (now() AT TIME ZONE 'UTC')::date - 7")
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// What has become of these photos, which have these ranks now. Nothing when it is not known how yesterday ended.
pub async fn since_yesterday(conn: &mut PgConnection, now: &[(i64, i64)]) -> Result<BTreeMap<i64, Moved>, sqlx::Error> {
    let photos: Vec<i64> = now.iter().map(|(photo, _)| *photo).collect();
    let rows = sqlx::query!(
        r#"SELECT y.submission AS "submission?", y.rank AS "rank?"
           FROM (SELECT (now() AT TIME ZONE 'UTC')::date - 1 AS day) AS yesterday
                JOIN LATERAL (SELECT FROM rank_days WHERE day = yesterday.day LIMIT 1) AS known ON true
                LEFT JOIN rank_days y ON y.day = yesterday.day AND y.submission = ANY($1)"#,
        &photos
    )
    .fetch_all(conn)
    .await?;
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let before: BTreeMap<i64, i64> = rows.into_iter().filter_map(|row| Some((row.submission?, row.rank?))).collect();
    let moved = |(photo, rank): &(i64, i64)| {
        let moved = match before.get(photo) {
            None => Moved::New,
            Some(before) if before > rank => Moved::Up(before - rank),
            Some(before) if before < rank => Moved::Down(rank - before),
            Some(_) => Moved::Not,
        };
        (*photo, moved)
    };
    Ok(now.iter().filter(|(_, rank)| *rank <= RANKED).map(moved).collect())
}
