//! Making a generation: from what changed since the last one, or from everything where that is more than a part.

use sqlx::{Postgres, Transaction};

use super::moments::{self, Moments, Ratings};
use super::parameters::Parameters;
use super::{Summary, ladder};

/// Of so many photos one may have changed; when more did, all are gone through, which then costs less.
const SHARE: usize = 4;

pub(super) async fn recompute(tx: &mut Transaction<'_, Postgres>) -> Result<Summary, sqlx::Error> {
    // Two ranking jobs at once would work from different votes; the row makes them queue.
    let last = sqlx::query_as!(Parameters, "SELECT mean, weight, variance, adjusted FROM generation FOR UPDATE")
        .fetch_one(&mut **tx)
        .await?;
    let changed = changed(tx).await?;
    let (parameters, written, photos) = match moments::load(tx).await? {
        Some(moments) if SHARE * changed.len() <= moments.photos as usize => {
            follow(tx, &changed, moments, last).await?
        }
        _ => rebuild(tx, last).await?,
    };
    let number = sqlx::query_scalar!(
        "UPDATE generation SET number = number + 1, finished_at = clock_timestamp(),
                mean = $1, weight = $2, variance = $3, photos = $4
         RETURNING number",
        parameters.mean,
        parameters.weight,
        parameters.variance,
        photos
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Summary { number, photos, written })
}

/// Every score is one without the biases of raters from now on, or with them again.
pub(super) async fn score_as(tx: &mut Transaction<'_, Postgres>, adjusted: bool) -> Result<(), sqlx::Error> {
    let parameters = sqlx::query_as!(
        Parameters,
        "UPDATE generation SET adjusted = $1 WHERE adjusted <> $1 RETURNING mean, weight, variance, adjusted",
        adjusted
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(parameters) = parameters {
        rescore(tx, &parameters).await?;
        ladder::rebuild(tx).await?;
    }
    Ok(())
}

/// Photos whose tally or place in the deck may have changed since the last generation, each once: those that were noted, and where notes
/// were lost, or there were none yet, those that differ. A vote that commits after this is noted for the next one, even if it is counted
/// in this.
async fn changed(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<i64>, sqlx::Error> {
    let mut photos =
        sqlx::query_scalar!("DELETE FROM photos_to_rank RETURNING submission").fetch_all(&mut **tx).await?;
    // Photo 0 says that nothing was lost until here, and from here on.
    sqlx::query!("INSERT INTO photos_to_rank VALUES (0)").execute(&mut **tx).await?;
    if !photos.contains(&0) {
        photos.extend(differing(tx).await?);
    }
    photos.sort_unstable();
    photos.dedup();
    photos.retain(|&photo| photo != 0);
    Ok(photos)
}

/// Photos whose standing is not what it should be, of all. Biases need no look: whoever changes them notes that in the same transaction.
async fn differing(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT t.submission AS "submission!"
           FROM tallies t JOIN submissions s ON s.id = t.submission
                LEFT JOIN standings g ON g.submission = t.submission
           WHERE t.count > 0 AND s.ordinal IS NOT NULL
             AND (g.count, g.sum, g.squares) IS DISTINCT FROM (t.count, t.sum, squares_of(t.histogram))
           UNION ALL
           SELECT submission FROM standings g WHERE NOT EXISTS (
               SELECT FROM submissions s WHERE s.id = g.submission AND s.ordinal IS NOT NULL)"#
    )
    .fetch_all(&mut **tx)
    .await
}

/// Works out the standings of these photos alone, unless the parameters have moved enough to be seen.
async fn follow(
    tx: &mut Transaction<'_, Postgres>,
    changed: &[i64],
    mut moments: Moments,
    last: Parameters,
) -> Result<(Parameters, u64, i64), sqlx::Error> {
    let changes = changes(tx, changed).await?;
    for change in &changes {
        let Some(before) = change.before() else { continue };
        match before {
            // A program from before worked it out.
            Err(()) => return rebuild(tx, last).await,
            Ok(before) => moments.subtract(before),
        }
    }
    changes.iter().filter_map(Change::now).for_each(|now| moments.add(now));
    let parameters = moments.parameters(last.adjusted).filter(|now| now.visibly_differ(&last)).unwrap_or(last);
    let gone: Vec<i64> = changes.iter().filter(|each| each.now().is_none()).map(|each| each.submission).collect();
    let left: Vec<f64> = changes.iter().filter_map(|each| each.score).collect();
    let mut written = remove(tx, &gone).await?;
    let reached = write(tx, &changes, &parameters).await?;
    written += reached.len() as u64;
    moments.moved += i64::try_from(changes.len()).unwrap_or(i64::MAX);
    if parameters != last {
        written = rescore(tx, &parameters).await?;
    }
    if parameters != last || ladder::shift(tx, left, reached, moments.photos, moments.moved).await? {
        ladder::rebuild(tx).await?;
        moments.moved = 0;
    }
    moments::store(tx, &moments).await?;
    Ok((parameters, written, moments.photos))
}

/// Compares every photo, and adds everything up.
async fn rebuild(tx: &mut Transaction<'_, Postgres>, last: Parameters) -> Result<(Parameters, u64, i64), sqlx::Error> {
    let written = remove_gone(tx).await? + write_all(tx, &last).await?;
    let moments = moments::recount(tx).await?;
    let parameters = moments.parameters(last.adjusted).filter(|now| now.visibly_differ(&last)).unwrap_or(last);
    let written = if parameters == last { written } else { rescore(tx, &parameters).await? };
    let photos = ladder::rebuild(tx).await?;
    moments::store(tx, &moments).await?;
    Ok((parameters, written, photos))
}

/// A photo that may have changed: its standing, and its tally while it is in the deck.
struct Change {
    submission: i64,
    score: Option<f64>,
    count_before: Option<i64>,
    sum_before: Option<i64>,
    squares_before: Option<i64>,
    count: Option<i64>,
    sum: Option<i64>,
    squares: Option<i64>,
    /// Of its raters, as far as they are added up.
    bias: i64,
}

impl Change {
    /// What its standing was worked out from. An error where that was not kept.
    fn before(&self) -> Option<Result<Ratings, ()>> {
        let (count, sum) = (self.count_before?, self.sum_before?);
        Some(self.squares_before.map(|squares| Ratings { count, sum, squares }).ok_or(()))
    }

    /// What it is to be worked out from; nothing when it has none.
    fn now(&self) -> Option<Ratings> {
        Some(Ratings { count: self.count?, sum: self.sum?, squares: self.squares? })
    }
}

/// Those of these photos whose standing is not what it should be. OFFSET 0 keeps every look-up what it is, one for each photo,
/// whatever the planner thinks of their number.
async fn changes(tx: &mut Transaction<'_, Postgres>, noted: &[i64]) -> Result<Vec<Change>, sqlx::Error> {
    sqlx::query_as!(
        Change,
        r#"SELECT n.submission AS "submission!", g.score AS "score?", g.count AS "count_before?", g.sum AS "sum_before?",
                  g.squares AS "squares_before?", t.count AS "count?", t.sum AS "sum?", t.squares AS "squares?",
                  coalesce(t.bias, 0) AS "bias!"
           FROM unnest($1::bigint[]) AS n (submission)
                LEFT JOIN LATERAL (
                    SELECT score, count, sum, squares, bias FROM standings WHERE submission = n.submission OFFSET 0
                ) AS g ON true
                LEFT JOIN LATERAL (
                    SELECT t.count, t.sum, squares_of(t.histogram) AS squares,
                           coalesce((SELECT bias FROM photo_biases WHERE submission = n.submission), 0) AS bias
                    FROM (SELECT FROM submissions WHERE id = n.submission AND ordinal IS NOT NULL OFFSET 0) AS shown,
                         LATERAL (SELECT * FROM tallies WHERE submission = n.submission AND count > 0 OFFSET 0) AS t
                ) AS t ON true
           WHERE (g.count, g.sum, g.squares, g.bias) IS DISTINCT FROM (t.count, t.sum, t.squares, t.bias)"#,
        noted
    )
    .fetch_all(&mut **tx)
    .await
}

/// Gives the new scores. Written so that photos whose average is the mean score exactly the mean, whatever their number of
/// ratings: by `(weight * mean + sum) / (weight + count)` the last digits would differ, and with them the ranks.
async fn write(
    tx: &mut Transaction<'_, Postgres>,
    changes: &[Change],
    parameters: &Parameters,
) -> Result<Vec<f64>, sqlx::Error> {
    let (mut photos, mut counts, mut sums, mut squares, mut biases) = (vec![], vec![], vec![], vec![], vec![]);
    for (change, now) in changes.iter().filter_map(|change| Some((change, change.now()?))) {
        photos.push(change.submission);
        counts.push(now.count);
        sums.push(now.sum);
        squares.push(now.squares);
        biases.push(change.bias);
    }
    sqlx::query_scalar!(
        "INSERT INTO standings (submission, score, count, sum, squares, bias)
         SELECT t.submission, $2::float8 + (evened(t.sum, t.bias, $8) - t.count * $2::float8) / ($1::float8 + t.count),
                t.count, t.sum, t.squares, t.bias
         FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) AS t (submission, count, sum, squares, bias)
         ON CONFLICT (submission) DO UPDATE
         SET score = excluded.score, count = excluded.count, sum = excluded.sum, squares = excluded.squares, bias = excluded.bias
         RETURNING score",
        parameters.weight,
        parameters.mean,
        &photos,
        &counts,
        &sums,
        &squares,
        &biases,
        parameters.adjusted
    )
    .fetch_all(&mut **tx)
    .await
}

async fn remove(tx: &mut Transaction<'_, Postgres>, gone: &[i64]) -> Result<u64, sqlx::Error> {
    let removed = sqlx::query!("DELETE FROM standings WHERE submission = ANY($1)", gone).execute(&mut **tx).await?;
    Ok(removed.rows_affected())
}

/// Every score anew, by the formula of [`write`].
pub(super) async fn rescore(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<u64, sqlx::Error> {
    let rescored = sqlx::query!(
        "UPDATE standings SET score = $2::float8 + (evened(sum, bias, $3) - count * $2::float8) / ($1::float8 + count)",
        parameters.weight,
        parameters.mean,
        parameters.adjusted
    )
    .execute(&mut **tx)
    .await?;
    Ok(rescored.rows_affected())
}

/// Photos that left the deck lose their standing.
async fn remove_gone(tx: &mut Transaction<'_, Postgres>) -> Result<u64, sqlx::Error> {
    let removed = sqlx::query!(
        "DELETE FROM standings g WHERE NOT EXISTS (
             SELECT FROM submissions s WHERE s.id = g.submission AND s.ordinal IS NOT NULL)"
    )
    .execute(&mut **tx)
    .await?;
    Ok(removed.rows_affected())
}

/// Photos whose tally is not what their standing was worked out from, of all.
async fn write_all(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<u64, sqlx::Error> {
    let written = sqlx::query!(
        "INSERT INTO standings (submission, score, count, sum, squares, bias)
         SELECT t.submission, $2::float8 + (evened(t.sum, coalesce(b.bias, 0), $3) - t.count * $2::float8) / ($1::float8 + t.count),
                t.count, t.sum, squares_of(t.histogram), coalesce(b.bias, 0)
         FROM tallies t JOIN submissions s ON s.id = t.submission
              LEFT JOIN standings g ON g.submission = t.submission
              LEFT JOIN photo_biases b ON b.submission = t.submission
         WHERE t.count > 0 AND s.ordinal IS NOT NULL
           AND (g.squares IS NULL OR (g.count, g.sum, g.squares, g.bias)
                                     IS DISTINCT FROM (t.count, t.sum, squares_of(t.histogram), coalesce(b.bias, 0)))
         ON CONFLICT (submission) DO UPDATE
         SET score = excluded.score, count = excluded.count, sum = excluded.sum, squares = excluded.squares, bias = excluded.bias",
        parameters.weight,
        parameters.mean,
        parameters.adjusted
    )
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected())
}
