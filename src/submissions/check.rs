//! Is every photo on its way, and are its pictures where they belong?

mod files;

use sqlx::PgConnection;

use crate::db::sentences;

pub use files::files;

/// In words, what disagrees; empty when all is well. Reads whole tables: for `ratemyderp check`, not for a page.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong = unattended(conn).await?;
    wrong.extend(counted(conn).await?);
    wrong.extend(discarded(conn).await?);
    if sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT FROM sweep) AS "missing!""#).fetch_one(conn).await? {
        wrong.push("The one row of the table sweep is missing: nobody looks for blobs without a row.".to_owned());
    }
    Ok(wrong)
}

/// What no job will finish.
async fn unattended(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"
        SELECT format('Photo %s waits for its renditions, and no job will make them.', s.id) AS "what!"
        FROM submissions s
        WHERE (s.state = 'pending' OR s.stale_since IS NOT NULL) AND s.moderation <> 'removed'
          AND NOT EXISTS (SELECT FROM fang_tasks t WHERE t.submission = s.id AND t.kind = 'make_thumbnails'
                            AND t.state IN ('new', 'retried', 'in_progress'))
        UNION ALL
        SELECT format('The pictures of photo %s are %s, the photo is %s, and no job will move them.', s.id,
                      CASE WHEN s.renditions_hidden THEN 'out of reach' ELSE 'within reach' END, s.moderation)
        FROM submissions s
        WHERE s.rendition_key IS NOT NULL AND s.renditions_hidden <> (s.moderation = 'hidden')
          AND NOT EXISTS (SELECT FROM fang_tasks t WHERE t.submission = s.id AND t.kind = 'move_thumbnails'
                            AND t.state IN ('new', 'retried', 'in_progress'))
        UNION ALL
        SELECT format('Photo %s was deleted, still has votes, and no job will erase them.', s.id)
        FROM submissions s
        WHERE s.moderation = 'removed' AND EXISTS (SELECT FROM tallies t WHERE t.submission = s.id)
          AND NOT EXISTS (SELECT FROM fang_tasks t WHERE t.submission = s.id AND t.kind = 'delete_votes'
                            AND t.state IN ('new', 'retried', 'in_progress'))
        "#
    )
    .fetch(conn);
    sentences(rows).await
}

/// Counts that are kept, against a recount.
async fn counted(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"
        SELECT format('Of %s the site counts %s, and a recount finds %s.', again.what, coalesce(kept.n, 0), again.n) AS "what!"
        FROM (
            SELECT 'photos' AS what, count(*) AS n FROM submissions WHERE ordinal IS NOT NULL
            UNION ALL
            SELECT 'described', count(*) FROM submissions WHERE described_ordinal IS NOT NULL
            UNION ALL
            SELECT 'accounts', count(*) FROM accounts WHERE deleted_at IS NULL
        ) AS again LEFT JOIN (
            SELECT what, sum(n) AS n
            FROM (SELECT what, n FROM site_counts UNION ALL SELECT what, n FROM site_count_deltas) AS kept_or_new
            GROUP BY what
        ) AS kept USING (what)
        WHERE coalesce(kept.n, 0) <> again.n
        ORDER BY again.what
        "#
    )
    .fetch(conn);
    sentences(rows).await
}

/// Blobs that are to be deleted although a row names them.
async fn discarded(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"
        SELECT format('The blobs under %s/%s are to be deleted, and photo %s needs them.', d.folder, d.key, s.id) AS "what!"
        FROM discarded_blobs d JOIN submissions s ON s.original_key = d.key
        WHERE d.folder = 'originals'
        UNION ALL
        SELECT format('The blobs under %s/%s are to be deleted, and photo %s needs them.', d.folder, d.key, s.id)
        FROM discarded_blobs d JOIN submissions s ON s.rendition_key = d.key
        WHERE d.folder = CASE WHEN s.renditions_hidden THEN 'hidden' ELSE 'images' END
        UNION ALL
        SELECT format('The blobs under %s/%s are to be deleted, and photo %s needs them.', d.folder, d.key, s.id)
        FROM discarded_blobs d JOIN submissions s ON s.preview_key = d.key
        WHERE d.folder = 'previews'
        UNION ALL
        SELECT format('The blobs under %s/%s are to be deleted, and draft %s needs them.', d.folder, d.key, f.id)
        FROM discarded_blobs d
             JOIN drafts f ON (d.folder = 'originals' AND f.original_key = d.key)
                           OR (d.folder = 'previews' AND f.preview_key = d.key)
        "#
    )
    .fetch(conn);
    sentences(rows).await
}
