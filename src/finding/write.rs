//! Writing down by which words photos and members are found: a job's work, in steps, never two at once.

use sqlx::{Postgres, Transaction};

/// Photos and members of one step.
const STEP: i64 = 500;

/// What has changed, and some of what was there before anything was noted. False when nothing was left to be done.
pub async fn step(tx: &mut Transaction<'_, Postgres>) -> Result<bool, sqlx::Error> {
    // Whoever comes meanwhile waits here: words that nothing is found by any more are forgotten, and must not come back unseen.
    let written = sqlx::query!("SELECT photos, last_photo, accounts, last_account FROM words_written FOR UPDATE")
        .fetch_one(&mut **tx)
        .await?;
    let noted = sqlx::query!(
        "DELETE FROM words_to_write WHERE ctid = ANY(ARRAY(SELECT ctid FROM words_to_write LIMIT $1))
         RETURNING submission, account",
        STEP
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut photos: Vec<i64> = noted.iter().filter_map(|row| row.submission).collect();
    let mut accounts: Vec<i64> = noted.iter().filter_map(|row| row.account).collect();
    let older = older_photos(tx, written.photos, written.last_photo).await?;
    photos.extend(&older);
    let joined = older_accounts(tx, written.accounts, written.last_account).await?;
    accounts.extend(&joined);
    if photos.is_empty() && accounts.is_empty() {
        return Ok(false);
    }
    sqlx::query!(
        "UPDATE words_written SET photos = $1, accounts = $2",
        older.last().copied().unwrap_or(written.last_photo),
        joined.last().copied().unwrap_or(written.last_account)
    )
    .execute(&mut **tx)
    .await?;
    let mut gone = write_photos(tx, &photos).await?;
    gone.extend(write_members(tx, &accounts).await?);
    forget(tx, &gone).await?;
    Ok(true)
}

async fn older_photos(tx: &mut Transaction<'_, Postgres>, after: i64, last: i64) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!("SELECT id FROM submissions WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3", after, last, STEP)
        .fetch_all(&mut **tx)
        .await
}

async fn older_accounts(tx: &mut Transaction<'_, Postgres>, after: i64, last: i64) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!("SELECT id FROM accounts WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3", after, last, STEP)
        .fetch_all(&mut **tx)
        .await
}

/// Words that these photos are no longer found by.
async fn write_photos(tx: &mut Transaction<'_, Postgres>, photos: &[i64]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH wanted AS MATERIALIZED (
            SELECT s.id AS submission, w.word, w.weight
            FROM (SELECT DISTINCT id FROM unnest((SELECT $1::bigint[])) AS id) AS changed
                 CROSS JOIN LATERAL (
                     SELECT * FROM submissions s WHERE s.id = changed.id AND s.ordinal IS NOT NULL OFFSET 0) AS s
                 CROSS JOIN LATERAL words_of_photo(s.title, s.species, s.alt_text) AS w
        ), gone AS (
            DELETE FROM photo_words p WHERE p.submission = ANY($1)
            AND NOT EXISTS (SELECT FROM wanted w WHERE w.submission = p.submission AND w.word = p.word)
            RETURNING p.word
        ), written AS (
            INSERT INTO photo_words (submission, word, weight) SELECT submission, word, weight FROM wanted
            ON CONFLICT (submission, word) DO UPDATE SET weight = excluded.weight WHERE photo_words.weight <> excluded.weight
        ), known AS (
            INSERT INTO known_words (word) SELECT DISTINCT word FROM wanted WHERE word NOT LIKE '=%' ON CONFLICT DO NOTHING
        )
        SELECT DISTINCT word FROM gone WHERE word NOT LIKE '=%'
        "#,
        photos
    )
    .fetch_all(&mut **tx)
    .await
}

/// The same with members.
async fn write_members(tx: &mut Transaction<'_, Postgres>, accounts: &[i64]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH wanted AS MATERIALIZED (
            SELECT DISTINCT a.id AS account, w.word
            FROM (SELECT DISTINCT id FROM unnest((SELECT $1::bigint[])) AS id) AS changed
                 CROSS JOIN LATERAL (
                     SELECT * FROM accounts a WHERE a.id = changed.id AND a.deleted_at IS NULL OFFSET 0) AS a
                 CROSS JOIN LATERAL unnest(words_in(a.username || ' ' || a.display_name)) AS w (word)
        ), gone AS (
            DELETE FROM member_words m WHERE m.account = ANY($1)
            AND NOT EXISTS (SELECT FROM wanted w WHERE w.account = m.account AND w.word = m.word)
            RETURNING m.word
        ), written AS (
            INSERT INTO member_words (account, word) SELECT account, word FROM wanted ON CONFLICT DO NOTHING
        ), known AS (
            INSERT INTO known_words (word) SELECT DISTINCT word FROM wanted ON CONFLICT DO NOTHING
        )
        SELECT DISTINCT word FROM gone
        "#,
        accounts
    )
    .fetch_all(&mut **tx)
    .await
}

/// Those of these words that nothing is found by any more.
async fn forget(tx: &mut Transaction<'_, Postgres>, words: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM known_words k WHERE k.word = ANY($1)
         AND NOT EXISTS (SELECT FROM photo_words p WHERE p.word = k.word)
         AND NOT EXISTS (SELECT FROM member_words m WHERE m.word = k.word)",
        words
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
