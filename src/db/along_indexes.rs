//! Reading along indexes, whatever the planner believes.

use sqlx::{Connection, PgConnection, Postgres, Transaction};

/// A transaction whose queries go along an index from where they begin, and look up row after row: where the planner knows little of a
/// table, it would read all of what it may need and sort that. To be rolled back.
pub async fn along_indexes(conn: &mut PgConnection) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    let mut tx = conn.begin().await?;
    sqlx::query!(
        r#"SELECT set_config('enable_' || way, 'off', true) AS "set!"
           FROM unnest('{sort, incremental_sort, seqscan, bitmapscan, hashjoin, mergejoin}'::text[]) AS way"#
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(tx)
}
