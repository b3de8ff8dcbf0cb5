//! Does PostgreSQL hold what the migrations ask of it?

use sqlx::PgConnection;

use super::migrations::invalid_indexes;

/// In words, what it does not; empty when all is well.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong: Vec<String> = invalid_indexes(&mut *conn)
        .await?
        .iter()
        .map(|index| format!("The index {index} is not valid: no query uses it, and it may hold nothing unique."))
        .collect();
    let unchecked = sqlx::query_scalar!(
        r#"SELECT format('The constraint %s of %s was never checked against the rows that were there before it.',
                         conname, conrelid::regclass) AS "what!"
           FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1"#
    )
    .fetch_all(conn)
    .await?;
    wrong.extend(unchecked);
    Ok(wrong)
}
