//! The ladder: some scores with the number of photos above each, so that a rank is the nearest rung and a short count.

use sqlx::{PgConnection, Postgres, Transaction};

/// Rungs of the ladder: enough that a rank counts few rows, few enough to bring up to date at every run.
const RUNGS: i64 = 1000;

/// How many times as far apart as when they were written rungs may drift before they are written anew.
const DRIFT: i64 = 4;

struct Rung {
    score: f64,
    /// Photos with a higher score.
    above: i64,
}

/// Writes it anew: every n-th score. Gives the number of photos.
pub(super) async fn rebuild(tx: &mut Transaction<'_, Postgres>) -> Result<i64, sqlx::Error> {
    sqlx::query!("DELETE FROM ladder").execute(&mut **tx).await?;
    sqlx::query_scalar!(
        r#"WITH ranked AS (
               SELECT score, rank() OVER w - 1 AS above, row_number() OVER w AS row, count(*) OVER () AS photos
               FROM standings WINDOW w AS (ORDER BY score DESC)),
           rungs AS (
               INSERT INTO ladder (score, above)
               SELECT DISTINCT score, above FROM ranked
               WHERE (row - 1) % greatest(photos / $1, 1) = 0)
           SELECT coalesce(max(photos), 0) AS "photos!" FROM ranked"#,
        RUNGS
    )
    .fetch_one(&mut **tx)
    .await
}

/// Moves the rungs that photos have passed on their way from these scores to those. `photos` have a standing now, and `moved` times
/// one has changed its score since the ladder was written anew. True when the rungs are too far apart by now: not where they are
/// so because many photos share a score, which nothing can mend.
pub(super) async fn shift(
    tx: &mut Transaction<'_, Postgres>,
    mut from: Vec<f64>,
    mut to: Vec<f64>,
    photos: i64,
    moved: i64,
) -> Result<bool, sqlx::Error> {
    from.sort_unstable_by(f64::total_cmp);
    to.sort_unstable_by(f64::total_cmp);
    let higher = |scores: &[f64], than: f64| (scores.len() - scores.partition_point(|&score| score <= than)) as i64;
    let mut rungs = load(tx).await?;
    let mut passed = Vec::new();
    for rung in &mut rungs {
        let by = higher(&to, rung.score) - higher(&from, rung.score);
        if by != 0 {
            rung.above += by;
            passed.push((rung.score, rung.above));
        }
    }
    let (scores, above): (Vec<f64>, Vec<i64>) = passed.into_iter().unzip();
    sqlx::query!(
        "UPDATE ladder l SET above = m.above
         FROM unnest($1::float8[], $2::bigint[]) AS m (score, above) WHERE l.score = m.score",
        &scores,
        &above
    )
    .execute(&mut **tx)
    .await?;
    let far = DRIFT * (photos / RUNGS).max(1);
    Ok(moved > far && is_stretched(&rungs, photos, far))
}

async fn load(conn: &mut PgConnection) -> Result<Vec<Rung>, sqlx::Error> {
    sqlx::query_as!(Rung, "SELECT score, above FROM ladder ORDER BY score DESC").fetch_all(conn).await
}

/// From the top to the first rung, from each to the next, and from the last to the bottom.
fn is_stretched(rungs: &[Rung], photos: i64, far: i64) -> bool {
    let ends = rungs.iter().map(|rung| rung.above).chain([photos]);
    let mut last = 0;
    ends.into_iter().any(|above| above - std::mem::replace(&mut last, above) > far)
}
