//! Recounts what votes add up to, and says in words what disagrees.

mod boards;
mod deck;
mod standings;

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use crate::db::sentences;

/// Everything wrong with ratings, tallies, deck, standings and boards; empty when all is well. Reads whole tables, in little memory.
/// Run it in one repeatable-read transaction, or votes that come in meanwhile look like mistakes.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong = tallies(conn).await?;
    wrong.extend(orphans(conn).await?);
    wrong.extend(own(conn).await?);
    wrong.extend(merged(conn).await?);
    wrong.extend(deck::check(conn).await?);
    wrong.extend(standings::check(conn).await?);
    wrong.extend(boards::check(conn).await?);
    Ok(wrong)
}

async fn tallies(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT coalesce(t.submission, r.submission) AS "submission!",
                  coalesce(t.count, 0) AS "count!", coalesce(t.sum, 0) AS "sum!",
                  coalesce(r.count, 0) AS "recount!", coalesce(r.sum, 0) AS "resum!"
           FROM tallies t FULL JOIN (
               SELECT submission, count(*) AS count, sum(score) AS sum,
                      ARRAY[count(*) FILTER (WHERE score = 1), count(*) FILTER (WHERE score = 2),
                            count(*) FILTER (WHERE score = 3), count(*) FILTER (WHERE score = 4),
                            count(*) FILTER (WHERE score = 5), count(*) FILTER (WHERE score = 6),
                            count(*) FILTER (WHERE score = 7), count(*) FILTER (WHERE score = 8),
                            count(*) FILTER (WHERE score = 9), count(*) FILTER (WHERE score = 10)] AS histogram
               FROM ratings GROUP BY submission) r ON r.submission = t.submission
           WHERE coalesce(t.count, 0) <> coalesce(r.count, 0)
              OR coalesce(t.sum, 0) <> coalesce(r.sum, 0)
              OR t.histogram::bigint[] IS DISTINCT FROM coalesce(r.histogram, array_fill(0::bigint, ARRAY[10]))
           ORDER BY 1"#
    )
    .fetch(conn)
    .map_ok(|row| {
        format!(
            "Photo {}: its tally says {} ratings with sum {}, a recount {} with sum {} (or their histograms differ).",
            row.submission, row.count, row.sum, row.recount, row.resum
        )
    });
    sentences(rows).await
}

/// What no foreign key holds, since checking one would cost every vote.
async fn orphans(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let ratings = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM ratings r WHERE NOT EXISTS (SELECT FROM raters p WHERE p.id = r.rater)"#
    )
    .fetch_one(&mut *conn)
    .await?;
    let missing = sqlx::query_scalar!(
        r#"SELECT format('Photo %s is in the deck and has no tally: votes for it are refused.', s.id) AS "what!"
           FROM submissions s
           WHERE s.ordinal IS NOT NULL AND NOT EXISTS (SELECT FROM tallies t WHERE t.submission = s.id) ORDER BY s.id"#
    )
    .fetch(conn);
    let mut wrong = sentences(missing).await?;
    if ratings > 0 {
        wrong.push(format!("{ratings} ratings belong to raters who are not in the table of raters."));
    }
    Ok(wrong)
}

async fn own(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Photo %s has a vote of its own owner, account %s.', s.id, s.owner) AS "what!"
           FROM raters p
                JOIN ratings r ON r.rater = p.id
                JOIN submissions s ON s.id = r.submission AND s.owner = p.account
           ORDER BY s.id"#
    )
    .fetch(conn);
    sentences(rows).await
}

async fn merged(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM raters m JOIN ratings r ON r.rater = m.id WHERE m.merged_into IS NOT NULL)
                      AS "ratings!",
                  (SELECT count(*) FROM raters m JOIN reports r ON r.rater = m.id WHERE m.merged_into IS NOT NULL)
                      AS "reports!",
                  (SELECT count(*) FROM raters r WHERE r.merged_into IS NOT NULL AND NOT EXISTS (
                      SELECT FROM raters h WHERE h.id = r.merged_into AND h.merged_into IS NULL)) AS "astray!""#
    )
    .fetch_one(conn)
    .await?;
    let mut wrong = vec![];
    if row.ratings > 0 || row.reports > 0 {
        let (ratings, reports) = (row.ratings, row.reports);
        wrong.push(format!("{ratings} ratings and {reports} reports stayed behind when their raters were merged."));
    }
    if row.astray > 0 {
        wrong.push(format!("{} raters were merged into somebody who is not there.", row.astray));
    }
    Ok(wrong)
}
