//! Is every photo on its way, and are its pictures where they belong?

use sqlx::PgConnection;

/// In words, what disagrees; empty when all is well. Reads whole tables: for `ratemyderp check`, not for a page.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
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
    .fetch_all(conn)
    .await
}
