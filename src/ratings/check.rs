//! Recounts what votes add up to, and says in words what disagrees.

use sqlx::PgConnection;

/// Everything wrong with tallies, deck and standings; empty when all is well. Reads whole tables.
/// Run it in one repeatable-read transaction, or votes that come in meanwhile look like mistakes.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut wrong = tallies(conn).await?;
    wrong.extend(orphans(conn).await?);
    wrong.extend(merged(conn).await?);
    wrong.extend(deck(conn).await?);
    wrong.extend(standings(conn).await?);
    wrong.extend(ladder(conn).await?);
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
              OR (r.histogram IS NOT NULL AND t.histogram::bigint[] IS DISTINCT FROM r.histogram)
           ORDER BY 1"#
    )
    .fetch_all(conn)
    .await?;
    let say = |row: &_| {
        let (submission, count, sum, recount, resum): &(i64, i64, i64, i64, i64) = row;
        format!(
            "Photo {submission}: its tally says {count} ratings with sum {sum}, a recount {recount} with sum {resum} \
             (or their histograms differ)."
        )
    };
    Ok(rows.iter().map(|row| say(&(row.submission, row.count, row.sum, row.recount, row.resum))).collect())
}

async fn orphans(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let ratings = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM ratings r WHERE NOT EXISTS (SELECT FROM raters p WHERE p.id = r.rater)"#
    )
    .fetch_one(&mut *conn)
    .await?;
    let missing = sqlx::query_scalar!(
        r#"SELECT s.id FROM submissions s
           WHERE s.ordinal IS NOT NULL AND NOT EXISTS (SELECT FROM tallies t WHERE t.submission = s.id) ORDER BY s.id"#
    )
    .fetch_all(conn)
    .await?;
    let mut wrong: Vec<String> = missing
        .iter()
        .map(|id| format!("Photo {id} is in the deck and has no tally: votes for it are refused."))
        .collect();
    if ratings > 0 {
        wrong.push(format!("{ratings} ratings belong to raters who are not in the table of raters."));
    }
    Ok(wrong)
}

async fn merged(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM ratings WHERE rater = ANY(m.ids)) AS "ratings!",
                  (SELECT count(*) FROM reports WHERE rater = ANY(m.ids)) AS "reports!",
                  (SELECT count(*) FROM raters r WHERE r.merged_into IS NOT NULL AND NOT EXISTS (
                      SELECT FROM raters h WHERE h.id = r.merged_into AND h.merged_into IS NULL)) AS "astray!"
           FROM (SELECT array_agg(id) AS ids FROM raters WHERE merged_into IS NOT NULL) m"#
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

async fn deck(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT d.size, d.described_size, s.top AS "top!", s.described_top AS "described_top!", s.misplaced AS "misplaced!",
                  r.beyond AS "beyond!", r.past AS "past!",
                  r.described_beyond AS "described_beyond!", r.described_past AS "described_past!"
           FROM deck d
                CROSS JOIN (
                    SELECT coalesce(max(ordinal), 0) AS top, coalesce(max(described_ordinal), 0) AS described_top,
                           count(*) FILTER (WHERE (described_ordinal IS NOT NULL) <> (ordinal IS NOT NULL AND alt_text <> ''))
                               AS misplaced
                    FROM submissions) s
                CROSS JOIN LATERAL (
                    -- Who is stored before there is a photo waits on the shortest lap.
                    SELECT count(*) FILTER (WHERE lap_end > greatest(d.size, 1)) AS beyond,
                           count(*) FILTER (WHERE position > lap_end - lap_start + 1) AS past,
                           count(*) FILTER (WHERE described_end > d.described_size) AS described_beyond,
                           count(*) FILTER (WHERE described_position > described_end - described_start + 1)
                               AS described_past
                    FROM raters) r"#
    )
    .fetch_one(conn)
    .await?;
    let mut wrong = lap_faults("deck", row.size, row.top, row.beyond, row.past);
    let (size, top) = (row.described_size, row.described_top);
    wrong.extend(lap_faults("described part of the deck", size, top, row.described_beyond, row.described_past));
    if row.misplaced > 0 {
        wrong.push(format!("{} photos are described and not in that part of the deck, or the reverse.", row.misplaced));
    }
    Ok(wrong)
}

fn lap_faults(deck: &str, size: i64, top: i64, beyond: i64, past: i64) -> Vec<String> {
    let mut wrong = vec![];
    if top > size {
        wrong.push(format!("The {deck} says that it holds {size} photos, and one has place {top}."));
    }
    if beyond > 0 {
        wrong.push(format!("{beyond} raters are on a lap that ends beyond the {size} places of the {deck}."));
    }
    if past > 0 {
        wrong.push(format!("{past} raters have a position past the end of their lap through the {deck}."));
    }
    wrong
}

async fn standings(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let scores = sqlx::query!(
        r#"SELECT s.submission, s.score, ((g.weight * g.mean + s.sum) / (g.weight + s.count)) AS "again!"
           FROM standings s CROSS JOIN generation g
           WHERE abs(s.score - (g.weight * g.mean + s.sum) / (g.weight + s.count)) > 1e-9
           ORDER BY s.submission"#
    )
    .fetch_all(&mut *conn)
    .await?;
    let photos = sqlx::query!(r#"SELECT g.photos, (SELECT count(*) FROM standings) AS "count!" FROM generation g"#)
        .fetch_one(conn)
        .await?;
    let say = |submission: i64, score: f64, again: f64| {
        format!("Photo {submission}: its standing says score {score}, its own figures give {again}.")
    };
    let mut wrong: Vec<String> = scores.iter().map(|row| say(row.submission, row.score, row.again)).collect();
    if photos.photos != photos.count {
        wrong.push(format!(
            "The last generation ranked {} photos, and {} have a standing.",
            photos.photos, photos.count
        ));
    }
    Ok(wrong)
}

async fn ladder(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rungs = sqlx::query!(
        r#"SELECT l.score, l.above, r.above AS "counted!"
           FROM ladder l
                CROSS JOIN LATERAL (SELECT count(*) AS above FROM standings s WHERE s.score > l.score) r
           WHERE l.above <> r.above ORDER BY l.score DESC"#
    )
    .fetch_all(conn)
    .await?;
    Ok(rungs
        .iter()
        .map(|rung| {
            let (score, above, counted) = (rung.score, rung.above, rung.counted);
            format!("The ladder says that {above} photos score above {score}; {counted} do.")
        })
        .collect())
}
