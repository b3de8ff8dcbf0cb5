//! What interrupted migrations leave, and who is in the way of one.

use sqlx::PgConnection;
use sqlx::migrate::Migration;

/// Indexes that no query uses, because what built them was interrupted; those that are being built are not among them.
pub async fn invalid_indexes(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT c.relname::text AS "index!" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
             AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
           ORDER BY 1"#
    )
    .fetch_all(conn)
    .await
}

/// Drops invalid indexes that this migration names: it makes them anew, or drops them itself. `IF NOT EXISTS` alone would take
/// half an index for a whole one.
pub(super) async fn remove(conn: &mut PgConnection, migration: &Migration) -> Result<Vec<String>, sqlx::Error> {
    if !migration.no_tx {
        return Ok(vec![]);
    }
    let mut left = invalid_indexes(conn).await?;
    left.retain(|index| names(&migration.sql, index));
    for index in &left {
        sqlx::query(&format!(r#"DROP INDEX CONCURRENTLY IF EXISTS "{index}""#)).execute(&mut *conn).await?;
    }
    Ok(left)
}

fn names(sql: &str, index: &str) -> bool {
    sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == index)
}

/// Who has had a transaction open for longest, in words.
pub(super) async fn oldest_transaction(conn: &mut PgConnection) -> Result<String, sqlx::Error> {
    let oldest = sqlx::query!(
        r#"SELECT pid AS "pid!", coalesce(nullif(application_name, ''), usename::text, '?') AS "who!",
                  extract(epoch FROM now() - xact_start)::bigint AS "seconds!"
           FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now()
           ORDER BY xact_start LIMIT 1"#
    )
    .fetch_optional(conn)
    .await?;
    Ok(oldest.map_or_else(String::new, |oldest| {
        let (who, pid, seconds) = (oldest.who, oldest.pid, oldest.seconds);
        format!(" The oldest transaction is {seconds} s old and belongs to {who:?}, process {pid} of the server.")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_named_by_its_whole_name_alone() {
        let sql = "CREATE INDEX CONCURRENTLY IF NOT EXISTS reports_by_time ON reports (created_at);";
        assert!(names(sql, "reports_by_time"));
        assert!(!names(sql, "reports_by"));
    }
}
