//! Is everything found by its own words, and by no others?

use sqlx::PgConnection;

use crate::db::sentences;

/// In words, what disagrees; empty when all is well. What is noted to be written down, or was there before and has not had its turn, may differ.
/// Reads whole tables: for `ratemyderp check`, not for a page.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong = words(conn).await?;
    if sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT FROM words_written) AS "missing!""#)
        .fetch_one(&mut *conn)
        .await?
    {
        wrong.push("The one row of the table words_written is missing: nothing new is found.".to_owned());
    }
    let astray = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM known_words k WHERE NOT EXISTS (SELECT FROM photo_words p WHERE p.word = k.word)
                       AND NOT EXISTS (SELECT FROM member_words m WHERE m.word = k.word))
                + (SELECT count(*) FROM (SELECT word FROM photo_words WHERE word NOT LIKE '=%' UNION SELECT word FROM member_words) AS used
                   WHERE NOT EXISTS (SELECT FROM known_words k WHERE k.word = used.word)) AS "words!""#
    )
    .fetch_one(conn)
    .await?;
    if astray > 0 {
        wrong.push(format!("{astray} words are known and nothing is found by them, or the other way round."));
    }
    Ok(wrong)
}

async fn words(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"
        SELECT format('Photo %s is not found by its own words alone, and no job would notice.', differing.id) AS "what!"
        FROM (
            SELECT DISTINCT coalesce(wanted.id, p.submission) AS id
            FROM (SELECT s.id, w.word, w.weight FROM submissions s, words_of_photo(s.title, s.species, s.alt_text) AS w
                  WHERE s.ordinal IS NOT NULL) AS wanted
                 FULL JOIN photo_words p ON p.submission = wanted.id AND p.word = wanted.word AND p.weight = wanted.weight
            WHERE wanted.id IS NULL OR p.submission IS NULL
        ) AS differing
        WHERE NOT EXISTS (SELECT FROM words_to_write n WHERE n.submission = differing.id)
          AND NOT EXISTS (SELECT FROM words_written w WHERE differing.id > w.photos AND differing.id <= w.last_photo)
        UNION ALL
        SELECT format('Account %s is not found by its own names alone, and no job would notice.', differing.id)
        FROM (
            SELECT DISTINCT coalesce(wanted.id, m.account) AS id
            FROM (SELECT DISTINCT a.id, w.word FROM accounts a, unnest(words_in(a.username || ' ' || a.display_name)) AS w (word)
                  WHERE a.deleted_at IS NULL) AS wanted
                 FULL JOIN member_words m ON m.account = wanted.id AND m.word = wanted.word
            WHERE wanted.id IS NULL OR m.account IS NULL
        ) AS differing
        WHERE NOT EXISTS (SELECT FROM words_to_write n WHERE n.account = differing.id)
          AND NOT EXISTS (SELECT FROM words_written w WHERE differing.id > w.accounts AND differing.id <= w.last_account)
        "#
    )
    .fetch(conn);
    sentences(rows).await
}
