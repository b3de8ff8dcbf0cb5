//! Will every mail that we owe be sent?

use sqlx::PgConnection;

use crate::db::sentences;

/// In words, what disagrees; empty when all is well.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let owed = sqlx::query_scalar!(
        r#"
        SELECT format('Mail %s is owed, and no job will send it.', m.id) AS "what!"
        FROM mails m
        WHERE m.sent_at IS NULL AND m.unsent_at IS NULL
          AND NOT EXISTS (SELECT FROM fang_tasks t WHERE t.uniq_hash = 'send_mail:' || m.id
                            AND t.state IN ('new', 'retried', 'in_progress'))
        "#
    )
    .fetch(conn);
    sentences(owed).await
}
