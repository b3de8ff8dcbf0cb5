//! Members by their names.

use sqlx::PgConnection;

use super::words::Spelled;
use crate::db::along_indexes;

/// As many as a page shows.
const MOST: i64 = 5;

/// The most that are looked at for each spelling of a word, and fewer the more there are of all words.
const WALK: usize = 200;

/// Look-ups for one page.
const WORK: usize = 10_000;

/// A member whose profile everybody may see.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FoundMember {
    /// The name in URLs.
    pub username: String,
    /// The name as shown.
    pub display_name: String,
}

/// Those whose names have all of these words, in one spelling or another; the earliest to join first.
pub async fn find(conn: &mut PgConnection, words: &[Spelled]) -> Result<Vec<FoundMember>, sqlx::Error> {
    let Some(longest) = words.iter().max_by_key(|word| word.typed.len()) else { return Ok(vec![]) };
    let (all, numbers): (Vec<String>, Vec<i32>) =
        (0..).zip(words).flat_map(|(at, word)| word.spellings.iter().map(move |word| (word.clone(), at))).unzip();
    let walk = (WORK / (longest.spellings.len() * all.len()).max(1)).min(WALK) as i64;
    let mut tx = along_indexes(conn).await?;
    let found = sqlx::query_as!(
        FoundMember,
        r#"SELECT a.username AS "username!", a.display_name AS "display_name!"
           FROM (SELECT DISTINCT few.account FROM unnest($1::text[]) AS w (word), LATERAL (
                     SELECT m.account FROM member_words m WHERE m.word = ANY(ARRAY[w.word])
                     ORDER BY m.word, m.account LIMIT $2) AS few) AS named
                CROSS JOIN LATERAL (
                    SELECT a.* FROM accounts a LEFT JOIN settings c ON c.account = a.id
                    WHERE a.id = named.account AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.deletion_due_at IS NULL
                      AND coalesce(c.profile_public, true) OFFSET 0) AS a
           WHERE (SELECT count(DISTINCT term.number) FROM unnest($3::text[], $4::integer[]) AS term (word, number)
                      CROSS JOIN LATERAL (
                          SELECT FROM member_words m WHERE m.account = named.account AND m.word = term.word OFFSET 0) AS said) = $5
           ORDER BY a.id LIMIT $6"#,
        &longest.spellings,
        walk,
        &all,
        &numbers,
        words.len() as i64,
        MOST
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.rollback().await?;
    Ok(found)
}
