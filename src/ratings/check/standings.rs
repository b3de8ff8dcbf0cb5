//! Score and rank, against what they were worked out with.

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use crate::db::sentences;

pub(super) async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong = scores(conn).await?;
    wrong.extend(gone(conn).await?);
    wrong.extend(generation(conn).await?);
    wrong.extend(ladder(conn).await?);
    wrong.extend(forgotten(conn).await?);
    wrong.extend(moments(conn).await?);
    Ok(wrong)
}

async fn scores(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT submission, score, again AS "again!"
           FROM (SELECT s.submission, s.score,
                        (g.weight * g.mean + evened(s.sum, s.bias, g.adjusted)) / (g.weight + s.count) AS again
                 FROM standings s CROSS JOIN generation g) AS scored
           WHERE abs(score - again) > 1e-9
           ORDER BY submission"#
    )
    .fetch(conn)
    .map_ok(|row| {
        let (submission, score, again) = (row.submission, row.score, row.again);
        format!("Photo {submission}: its standing says score {score}, its own figures give {again}.")
    });
    sentences(rows).await
}

/// A photo that left the deck since the last generation keeps its standing until the next one.
async fn gone(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Photo %s has a standing, and does not exist.', g.submission) AS "what!"
           FROM standings g WHERE NOT EXISTS (SELECT FROM submissions s WHERE s.id = g.submission) ORDER BY 1"#
    )
    .fetch(conn);
    sentences(rows).await
}

async fn generation(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let row = sqlx::query!(r#"SELECT g.photos, (SELECT count(*) FROM standings) AS "count!" FROM generation g"#)
        .fetch_optional(conn)
        .await?;
    Ok(match row {
        None => vec!["The one row of the table generation is missing: nothing can be ranked.".to_owned()],
        Some(row) if row.photos != row.count => {
            vec![format!("The last generation ranked {} photos, and {} have a standing.", row.photos, row.count)]
        }
        Some(_) => vec![],
    })
}

/// One pass over all scores: counting above each of the thousand rungs anew would read them all a thousand times.
async fn ladder(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT score AS "score!", above AS "above!", counted AS "counted!"
           FROM (SELECT score, above,
                        count(*) FILTER (WHERE above IS NULL) OVER (ORDER BY score DESC)
                            - count(*) FILTER (WHERE above IS NULL) OVER (PARTITION BY score) AS counted
                 FROM (SELECT score, NULL::bigint AS above FROM standings
                       UNION ALL
                       SELECT score, above FROM ladder) scores) rungs
           WHERE above <> counted ORDER BY score DESC"#
    )
    .fetch(conn)
    .map_ok(|rung| {
        format!("The ladder says that {} photos score above {}; {} do.", rung.above, rung.score, rung.counted)
    });
    sentences(rows).await
}

/// A photo that was voted on since the last generation is noted for the next one. Where the notes were lost, that one
/// compares every photo, and then none is forgotten.
async fn forgotten(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Photo %s was voted on since it was ranked, and the next ranking would not know.', t.submission) AS "what!"
           FROM tallies t JOIN submissions s ON s.id = t.submission LEFT JOIN standings g ON g.submission = t.submission
                LEFT JOIN photo_biases p ON p.submission = t.submission
           WHERE t.count > 0 AND s.ordinal IS NOT NULL
             AND (g.count, g.sum, g.bias) IS DISTINCT FROM (t.count, t.sum, coalesce(p.bias, 0))
             AND EXISTS (SELECT FROM photos_to_rank WHERE submission = 0)
             AND t.submission NOT IN (SELECT submission FROM photos_to_rank)
           ORDER BY t.submission"#
    )
    .fetch(conn);
    sentences(rows).await
}

async fn moments(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Scores are estimated from %s ratings of %s photos, and a recount finds %s of %s (or their sums differ).',
                  m.ratings, m.photos, again.ratings, again.photos) AS "what!"
           FROM rating_moments m, (
               SELECT count(*) AS photos, coalesce(sum(count), 0) AS ratings, coalesce(sum(sum), 0) AS sum,
                      coalesce(sum(squares), 0) AS squares, coalesce(sum(sum::float8 / count * sum), 0) AS weighted,
                      coalesce(sum((sum::float8 / count) ^ 2) FILTER (WHERE count >= 2), 0) AS mean_squares,
                      count(*) FILTER (WHERE count >= 10) AS often
               FROM standings
           ) AS again
           WHERE (m.photos, m.ratings, m.sum, m.squares) IS DISTINCT FROM (again.photos, again.ratings, again.sum, again.squares)
              OR m.often_of = m.ratings AND m.often <> again.often
              OR abs(m.weighted - again.weighted) > 1e-6 * (1 + again.weighted)
              OR abs(m.mean_squares - again.mean_squares) > 1e-6 * (1 + again.mean_squares)"#
    )
    .fetch(conn);
    sentences(rows).await
}
