//! Can every member come in, and nobody else?

use sqlx::PgConnection;

use crate::db::sentences;

/// In words, what disagrees; empty when all is well. Reads whole tables.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong = locked_out(conn).await?;
    wrong.extend(left(conn).await?);
    wrong.extend(privileged(conn).await?);
    Ok(wrong)
}

/// Members for whom every page would fail.
async fn locked_out(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"
        SELECT format('Account %s (%s) has no settings: whoever is logged in to it is logged out, and the next login makes them anew.', a.id, a.username)
            AS "what!"
        FROM accounts a
        WHERE a.deleted_at IS NULL AND NOT EXISTS (SELECT FROM settings s WHERE s.account = a.id)
        UNION ALL
        SELECT format('Account %s (%s) is logged in and has no rater: it is shown no photo.', a.id, a.username)
        FROM accounts a
        WHERE EXISTS (SELECT FROM sessions s WHERE s.account = a.id)
          AND NOT EXISTS (SELECT FROM raters r WHERE r.account = a.id)
        UNION ALL
        SELECT format('Account %s (%s) needs codes to log in and was given no recovery codes.', a.id, a.username)
        FROM two_factor t JOIN accounts a ON a.id = t.account
        WHERE t.confirmed_at IS NOT NULL AND NOT EXISTS (SELECT FROM recovery_codes c WHERE c.account = a.id)
        "#
    )
    .fetch(conn);
    sentences(rows).await
}

/// Accounts of people who have left, or who may not come in.
async fn left(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"
        SELECT format('Account %s may not come in and is still logged in.', a.id) AS "what!"
        FROM accounts a
        WHERE (a.suspended_at IS NOT NULL OR a.deleted_at IS NOT NULL)
          AND EXISTS (SELECT FROM sessions s WHERE s.account = a.id)
        UNION ALL
        SELECT format('Account %s was deleted, and still has %s.', a.id, concat_ws(', ',
                      CASE WHEN left_.settings THEN 'settings' END, CASE WHEN left_.codes THEN 'two-factor' END,
                      CASE WHEN left_.links THEN 'links from mails' END, CASE WHEN left_.photos THEN 'photos' END,
                      CASE WHEN left_.drafts THEN 'drafts' END, CASE WHEN left_.rater THEN 'the ratings under its name' END,
                      CASE WHEN left_.favourites THEN 'favourites' END))
        FROM accounts a CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM settings s WHERE s.account = a.id) AS settings,
                   EXISTS (SELECT FROM two_factor t WHERE t.account = a.id) AS codes,
                   EXISTS (SELECT FROM tokens t WHERE t.account = a.id) AS links,
                   EXISTS (SELECT FROM submissions s WHERE s.owner = a.id AND s.moderation <> 'removed') AS photos,
                   EXISTS (SELECT FROM drafts d WHERE d.owner = a.id) AS drafts,
                   EXISTS (SELECT FROM raters r WHERE r.account = a.id) AS rater,
                   EXISTS (SELECT FROM favourites f WHERE f.account = a.id) AS favourites) left_
        WHERE a.deleted_at IS NOT NULL
          AND (left_.settings OR left_.codes OR left_.links OR left_.photos OR left_.drafts OR left_.rater OR left_.favourites)
        "#
    )
    .fetch(conn);
    sentences(rows).await
}

/// Rights that nobody gave.
async fn privileged(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Account %s (%s) is %s, and the audit log does not say since when.', a.id, a.username, a.role)
               AS "what!"
           FROM accounts a
           WHERE a.role <> 'member' AND a.role::text IS DISTINCT FROM (
               SELECT substring(l.detail FROM ' to (\S+)$') FROM audit_log l
               WHERE l.account = a.id AND l.action = $1 ORDER BY l.id DESC LIMIT 1)
           ORDER BY a.id"#,
        super::audit::Action::RoleChanged.name()
    )
    .fetch(conn);
    sentences(rows).await
}
