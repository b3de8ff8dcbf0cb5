//! Bringing the rows of boards up to date.

use sqlx::{Postgres, Transaction};

use super::super::days::{Changes, Columns};
use super::super::standings::Parameters;
use super::{CALM, LEAST, reached};

/// Those of the generation.
pub(super) async fn parameters(tx: &mut Transaction<'_, Postgres>) -> Result<Parameters, sqlx::Error> {
    sqlx::query_as!(Parameters, "SELECT mean, weight, variance, adjusted FROM generation FOR UPDATE")
        .fetch_one(&mut **tx)
        .await
}

/// Adds what has changed to the boards of its days, and looks again at photos that have changed themselves.
pub(super) async fn follow(
    tx: &mut Transaction<'_, Postgres>,
    changes: &Changes,
    parameters: &Parameters,
) -> Result<(), sqlx::Error> {
    if changes.days.is_empty() && changes.photos.is_empty() {
        return Ok(());
    }
    // Also those that were rated alone: what is written says whether they are shown at that moment, which may have changed since the
    // changes were taken.
    let photos = changed(changes);
    count_species(tx, &photos, -1).await?;
    write(tx, changes, parameters).await?;
    count_species(tx, &photos, 1).await?;
    sqlx::query!(
        "DELETE FROM board_photos WHERE ctid = ANY(ARRAY(
             SELECT b.ctid FROM unnest($1::bigint[]) AS c (submission) CROSS JOIN LATERAL (
                 SELECT b.ctid FROM board_photos b
                 WHERE b.submission = c.submission AND ratings = 0 AND (period <> 'all' OR NOT shown) OFFSET 0) AS b))",
        &photos
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Every photo that is written, once.
fn changed(changes: &Changes) -> Vec<i64> {
    let mut photos: Vec<i64> = changes.days.iter().map(|change| change.submission).collect();
    photos.extend(&changes.photos);
    photos.sort_unstable();
    photos.dedup();
    photos
}

/// The job alone writes here, and one at a time: what is read stays true. Scores are those of [`standings`](crate::ratings::standings).
async fn write(
    tx: &mut Transaction<'_, Postgres>,
    changes: &Changes,
    parameters: &Parameters,
) -> Result<(), sqlx::Error> {
    let columns = Columns::of(&changes.days);
    sqlx::query!(
        "WITH part AS (
             SELECT submission, period, since_of(period, day) AS since, sum(ratings)::bigint AS ratings,
                    sum(sum)::bigint AS sum, sum(squares)::bigint AS squares, sum(bias)::bigint AS bias
             FROM (SELECT c.*, p.period
                   FROM unnest($1::bigint[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $12::bigint[])
                        AS c (submission, day, ratings, sum, squares, bias), unnest(enum_range(NULL::board_period)) AS p (period)
                   WHERE board_kept(p.period, since_of(p.period, c.day), (now() AT TIME ZONE 'UTC')::date)
                   UNION ALL
                   SELECT submission, '1970-01-01', 0, 0, 0, 0, 'all' FROM unnest($6::bigint[]) AS n (submission)
                   UNION ALL
                   SELECT submission, since, 0, 0, 0, 0, period FROM unnest($6::bigint[]) AS n (photo) CROSS JOIN LATERAL (
                       SELECT submission, since, period FROM board_photos WHERE submission = n.photo OFFSET 0) AS b) AS change
             GROUP BY 1, 2, 3),
         total AS (
             SELECT p.submission, p.period, p.since, lower(s.species) AS species, s.ordinal IS NOT NULL AS shown,
                    p.ratings + coalesce(b.ratings, 0) AS ratings, p.sum + coalesce(b.sum, 0) AS sum,
                    p.squares + coalesce(b.squares, 0) AS squares, p.bias + coalesce(b.bias, 0) AS bias
             FROM part p CROSS JOIN LATERAL (SELECT species, ordinal FROM submissions WHERE id = p.submission OFFSET 0) AS s
                  LEFT JOIN LATERAL (SELECT ratings, sum, squares, bias FROM board_photos
                                     WHERE (submission, period, since) = (p.submission, p.period, p.since) OFFSET 0) AS b ON true)
         INSERT INTO board_photos (submission, period, since, species, shown, ratings, sum, squares, bias, score, spread)
         SELECT t.*, board_score(shown, ratings, evened(sum, bias, $13), CASE period WHEN 'all' THEN 1 ELSE $9::bigint END, $7, $8),
                board_spread(shown, ratings, sum, squares, $9, $10, $11)
         FROM total t
         ON CONFLICT (submission, period, since) DO UPDATE
         SET species = excluded.species, shown = excluded.shown, ratings = excluded.ratings, sum = excluded.sum,
             squares = excluded.squares, bias = excluded.bias, score = excluded.score, spread = excluded.spread",
        &columns.submissions,
        &columns.days,
        &columns.ratings,
        &columns.sums,
        &columns.squares,
        &changes.photos,
        parameters.mean,
        parameters.weight,
        LEAST,
        parameters.variance,
        CALM,
        &columns.biases,
        parameters.adjusted
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Everything, from the days. The photos of the day stay.
pub(super) async fn rebuild(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM board_photos").execute(&mut **tx).await?;
    // Ratings of a year are added up from those of its months, and so on.
    sqlx::query!(
        "WITH months AS MATERIALIZED (
             SELECT submission, since_of('month', day) AS since, sum(ratings)::bigint AS ratings, sum(sum)::bigint AS sum,
                    sum(squares)::bigint AS squares, sum(bias)::bigint AS bias
             FROM submission_days GROUP BY 1, 2 HAVING sum(ratings) > 0),
         years AS MATERIALIZED (
             SELECT submission, since_of('year', since) AS since, sum(ratings)::bigint AS ratings, sum(sum)::bigint AS sum,
                    sum(squares)::bigint AS squares, sum(bias)::bigint AS bias
             FROM months GROUP BY 1, 2),
         total AS (
             SELECT submission, 'month'::board_period AS period, since, ratings, sum, squares, bias FROM months
             UNION ALL
             SELECT submission, 'year', since, ratings, sum, squares, bias FROM years
             UNION ALL
             SELECT submission, 'all', '1970-01-01', sum(ratings)::bigint, sum(sum)::bigint, sum(squares)::bigint, sum(bias)::bigint
             FROM (SELECT submission, ratings, sum, squares, bias FROM years
                   UNION ALL SELECT id, 0, 0, 0, 0 FROM submissions WHERE ordinal IS NOT NULL) AS listed
             GROUP BY submission
             UNION ALL
             SELECT submission, p.period, since_of(p.period, day), sum(ratings)::bigint, sum(sum)::bigint, sum(squares)::bigint,
                    sum(bias)::bigint
             FROM submission_days, unnest('{day,week}'::board_period[]) AS p (period)
             WHERE board_kept(p.period, since_of(p.period, day), (now() AT TIME ZONE 'UTC')::date)
             GROUP BY 1, 2, 3 HAVING sum(ratings) > 0),
         listed AS (
             SELECT t.submission, t.period, t.since, lower(s.species) AS species, s.ordinal IS NOT NULL AS shown,
                    t.ratings, t.sum, t.squares, t.bias
             FROM total t JOIN submissions s ON s.id = t.submission)
         INSERT INTO board_photos (submission, period, since, species, shown, ratings, sum, squares, bias, score, spread, trend, viral)
         SELECT t.*, board_score(shown, ratings, evened(sum, bias, $6), CASE period WHEN 'all' THEN 1 ELSE $3::bigint END, $1, $2),
                board_spread(shown, ratings, sum, squares, $3, $4, $5),
                board_trend(shown, f.happened, f.heat, f.usual, f.last, $3, $10, $9, $11),
                board_viral(shown, f.passed_on, f.views, $12)
         FROM listed t LEFT JOIN LATERAL (
             SELECT f.* FROM reach_of(t.submission, $7, $8, $9) AS f WHERE t.period = 'all') AS f ON true
         ORDER BY t.submission",
        parameters.mean,
        parameters.weight,
        LEAST,
        parameters.variance,
        CALM,
        parameters.adjusted,
        reached::SHARE,
        reached::ARRIVAL,
        reached::HALF_LIFE,
        reached::CALM_DAY,
        reached::FIRST,
        reached::QUIET_VIEWS
    )
    .execute(&mut **tx)
    .await?;
    note_parameters(tx, parameters).await?;
    sqlx::query!("DELETE FROM species").execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO species (name, photos)
         SELECT species, count(*) FROM board_photos WHERE period = 'all' AND shown GROUP BY species"
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The photos that these rows speak of leave their species, or come to it.
async fn count_species(tx: &mut Transaction<'_, Postgres>, photos: &[i64], times: i64) -> Result<(), sqlx::Error> {
    if photos.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO species AS s (name, photos)
         SELECT species, $2 * count(*) FROM unnest($1::bigint[]) AS c (photo) CROSS JOIN LATERAL (
             SELECT species FROM board_photos
             WHERE submission = c.photo AND period = 'all' AND since = '1970-01-01' AND shown OFFSET 0) AS b GROUP BY species
         ON CONFLICT (name) DO UPDATE SET photos = s.photos + excluded.photos",
        photos,
        times
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM species WHERE photos = 0").execute(&mut **tx).await.map(drop)
}

/// Gives the boards of now other scores when the generation has other parameters. Those of the past keep theirs.
pub(super) async fn rescore(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<(), sqlx::Error> {
    if !note_parameters(tx, parameters).await? {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE board_photos
         SET score = board_score(shown, ratings, evened(sum, bias, $6), CASE period WHEN 'all' THEN 1 ELSE $3::bigint END, $1, $2),
             spread = board_spread(shown, ratings, sum, squares, $3, $4, $5)
         FROM unnest(enum_range(NULL::board_period)) AS p (now_period)
         WHERE period = now_period AND since = since_of(now_period, (now() AT TIME ZONE 'UTC')::date) AND score IS NOT NULL",
        parameters.mean,
        parameters.weight,
        LEAST,
        parameters.variance,
        CALM,
        parameters.adjusted
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Writes down what scores are worked out with. False when they were before.
async fn note_parameters(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "UPDATE board_state SET mean = $1, weight = $2, variance = $3, adjusted = $4
         WHERE (mean, weight, variance, adjusted) <> ($1, $2, $3, $4)",
        parameters.mean,
        parameters.weight,
        parameters.variance,
        parameters.adjusted
    );
    Ok(changed.execute(&mut **tx).await?.rows_affected() > 0)
}
