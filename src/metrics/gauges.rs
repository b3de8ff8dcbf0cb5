//! How much there is of what no process has for itself. Of several processes one measures.

use std::borrow::Cow;

use chrono::{DateTime, Timelike, Utc};
use sqlx::PgConnection;

use super::point::{Point, Value};
use super::store;
use super::system::database;

type Fields = Vec<(Cow<'static, str>, Value)>;

/// Measures, and writes it down as of this moment, unless another process does. What is dear is measured less often.
pub(super) async fn measure(
    conn: &mut PgConnection,
    at: DateTime<Utc>,
    last: &mut database::Last,
) -> Result<(), sqlx::Error> {
    // Held for as long as the connection lives; whoever has it gets it again.
    let mine = sqlx::query_scalar!(
        r#"
        SELECT CASE WHEN held THEN true
            ELSE pg_try_advisory_lock(hashtextextended('ratemyderp: metrics gauges', 0)) END AS "mine!"
        FROM (SELECT coalesce(current_setting('ratemyderp.gauges', true), '') = 'mine' AS held) AS before
        "#
    )
    .fetch_one(&mut *conn)
    .await?;
    if !mine {
        return Ok(());
    }
    sqlx::query!("SELECT set_config('ratemyderp.gauges', 'mine', false)").fetch_one(&mut *conn).await?;
    let mut points = vec![Point::gauge("active", at, vec![], active(conn, at).await?)];
    points.push(Point::gauge("standings", at, vec![], standings(conn).await?));
    points.extend(queue(conn, at).await?);
    points.extend(database::points(conn, last, at).await);
    if at.second() == 0 {
        points.push(Point::gauge("total", at, vec![], totals(conn).await?));
    }
    store::insert(conn, &points.iter().collect::<Vec<_>>(), "").await
}

/// How many people have rated a photo within so long. Reading a day of ratings takes a while, so that is done every ten minutes.
async fn active(conn: &mut PgConnection, at: DateTime<Utc>) -> Result<Fields, sqlx::Error> {
    let mut windows = vec![("m5", 300.0)];
    if at.second() == 0 {
        windows.push(("h1", 3_600.0));
    }
    if at.second() == 0 && at.minute().is_multiple_of(10) {
        windows.push(("h24", 86_400.0));
    }
    let mut fields = vec![];
    for (name, seconds) in windows {
        let raters = sqlx::query_scalar!(
            r#"SELECT count(DISTINCT rater) AS "n!" FROM ratings WHERE created_at > now() - make_interval(secs => $1)"#,
            seconds
        )
        .fetch_one(&mut *conn)
        .await?;
        fields.push((name.into(), Value::Whole(raters)));
    }
    if at.second() == 0 && at.minute() == 5 {
        fields.push(("returning".into(), Value::Whole(returning(conn).await?)));
    }
    Ok(fields)
}

/// Of those who have rated within a day, how many had rated in the seven days before. Costs one look-up for each of them, so that it
/// is asked once an hour.
async fn returning(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "n!"
        FROM (SELECT DISTINCT rater FROM ratings WHERE created_at > now() - interval '1 day') AS lately,
             LATERAL (
                 SELECT FROM ratings r
                 WHERE r.rater = lately.rater AND r.created_at > now() - interval '8 days'
                     AND r.created_at <= now() - interval '1 day'
                 ORDER BY r.created_at LIMIT 1
             ) AS before
        "#
    )
    .fetch_one(conn)
    .await
}

/// For how long the standings have been as they are.
async fn standings(conn: &mut PgConnection) -> Result<Fields, sqlx::Error> {
    let age = sqlx::query_scalar!("SELECT extract(epoch FROM now() - finished_at)::float8 AS age FROM generation")
        .fetch_optional(conn)
        .await?;
    Ok(age.flatten().map(|age| ("age_s".into(), Value::Real(age))).into_iter().collect())
}

/// Jobs by lane and state, and for how long the first of those that are due has waited.
async fn queue(conn: &mut PgConnection, at: DateTime<Utc>) -> Result<Vec<Point>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        SELECT c.lane AS "lane!", c.state AS "state!", c.depth AS "depth!",
            CASE WHEN c.state IN ('new', 'retried') THEN (
                SELECT extract(epoch FROM now() - t.scheduled_at)::float8 FROM fang_tasks t
                WHERE t.task_type = c.lane AND t.state = c.state::fang_task_state AND t.scheduled_at <= now()
                ORDER BY t.scheduled_at LIMIT 1
            ) END AS oldest
        FROM (
            SELECT lane, state::text AS state, sum(n)::bigint AS depth
            FROM (
                SELECT lane, state, n FROM job_counts WHERE state <> 'finished'
                UNION ALL
                SELECT lane, state, n FROM job_count_deltas WHERE state <> 'finished'
            ) AS counted
            GROUP BY lane, state
        ) AS c
        "#
    )
    .fetch_all(conn)
    .await?;
    let point = |lane, state, depth, oldest: Option<f64>| {
        let mut fields: Fields = vec![("depth".into(), Value::Whole(depth))];
        fields.extend(oldest.map(|oldest| ("oldest_s".into(), Value::Real(oldest))));
        Point::gauge("queue", at, vec![("lane", lane), ("state", state)], fields)
    };
    Ok(rows.into_iter().map(|row| point(row.lane, row.state, row.depth, row.oldest)).collect())
}

/// What the site has altogether, from counts that are kept: what they cost does not follow what there is.
pub async fn totals(conn: &mut PgConnection) -> Result<Fields, sqlx::Error> {
    sqlx::query!(
        "WITH taken AS (DELETE FROM site_count_deltas RETURNING what, n)
         INSERT INTO site_counts AS c (what, n) SELECT what, sum(n) FROM taken GROUP BY what
         ON CONFLICT (what) DO UPDATE SET n = c.n + excluded.n"
    )
    .execute(&mut *conn)
    .await?;
    let row = sqlx::query!(
        r#"
        SELECT coalesce(sum(n) FILTER (WHERE what = 'photos'), 0)::bigint AS "photos!",
            coalesce(sum(n) FILTER (WHERE what = 'described'), 0)::bigint AS "described!",
            coalesce(sum(n) FILTER (WHERE what = 'accounts'), 0)::bigint AS "accounts!",
            coalesce((SELECT ratings FROM rating_moments), 0) AS "ratings!",
            coalesce((SELECT often FROM rating_moments), 0) AS "rated10!",
            (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'raters'::regclass) AS "raters!"
        FROM (SELECT what, n FROM site_counts UNION ALL SELECT what, n FROM site_count_deltas) AS counted
        "#
    )
    .fetch_one(conn)
    .await?;
    let all = [
        ("photos", row.photos),
        ("described", row.described),
        ("ratings", row.ratings),
        ("rated10", row.rated10),
        ("accounts", row.accounts),
        ("raters", row.raters),
    ];
    Ok(all.into_iter().map(|(name, count)| (name.into(), Value::Whole(count))).collect())
}
