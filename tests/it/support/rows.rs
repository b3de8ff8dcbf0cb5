//! How much PostgreSQL reads to answer.

use sqlx::PgConnection;

/// Table rows and index entries that this transaction has read so far in our own tables. To be compared before and after:
/// PostgreSQL may not have put away yet what earlier transactions of the connection read.
pub async fn read(conn: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))::bigint
         FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
    )
    .fetch_one(conn)
    .await
    .expect("figures")
}

/// Blocks that it has looked at: an index entry that is walked over without a match is no row.
pub async fn blocks(conn: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT sum(pg_stat_get_xact_blocks_fetched(oid))::bigint
         FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
    )
    .fetch_one(conn)
    .await
    .expect("figures")
}
