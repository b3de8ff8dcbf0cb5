//! What a member's photos and ratings have come to, in figures that others can check.
//!
//! Nothing is kept beside what is there: figures are over the newest photos, so that their cost has an end.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::RaterId;

/// Photos that figures are over: the newest of whose they are about.
pub const PHOTOS: i64 = 1_000;

/// How long "lately" is, in days.
pub const DAYS: i32 = 30;

/// What somebody's photos on show have come to, over the newest [`PHOTOS`].
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoFigures {
    /// How many there are, at most [`PHOTOS`].
    pub photos: i64,
    /// How many of them say what is to be seen.
    pub described: i64,
    /// Ratings that they have now.
    pub ratings: i64,
    /// The mean of their scores, from 1 to 10; nothing before one has any.
    pub score: Option<f64>,
    /// The one with the highest score.
    pub best: Option<Best>,
    /// How often one was photo of the day.
    pub days: i64,
    /// The last time.
    pub last_day: Option<NaiveDate>,
}

/// Somebody's derpiest photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    pub submission: i64,
    pub title: String,
    /// 1 is the derpiest of all.
    pub rank: i64,
}

/// What everybody's photos have come to, when they were ranked last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Everybody {
    /// Photos that have a rank.
    pub photos: i64,
    /// Where a photo of which nothing is known would stand, from 1 to 10.
    pub score: f64,
    /// Ratings of all photos together.
    pub ratings: i64,
    /// The mean of all ratings; nothing while there are none.
    pub points: Option<f64>,
}

/// Figures of an account's photos.
pub async fn of_photos(conn: &mut PgConnection, account: i64) -> Result<PhotoFigures, sqlx::Error> {
    // Photo by photo: asked for a thousand at once, PostgreSQL would read all photos of whoever has sent in more than others, and sort
    // them. OFFSET 0 keeps every look-up what it is, one for each photo.
    let row = sqlx::query!(
        r#"WITH RECURSIVE newest AS (
               SELECT first.id, first.title, first.described, 1 AS place
               FROM (SELECT id, title, alt_text <> '' AS described FROM submissions
                     WHERE owner = $1 AND ordinal IS NOT NULL ORDER BY id DESC LIMIT 1) first
               UNION ALL
               SELECT next.id, next.title, next.described, newest.place + 1
               FROM newest CROSS JOIN LATERAL (
                   SELECT id, title, alt_text <> '' AS described FROM submissions
                   WHERE owner = $1 AND ordinal IS NOT NULL AND id < newest.id ORDER BY id DESC LIMIT 1) next
               WHERE newest.place < $2
           ), own AS MATERIALIZED (
               SELECT o.id, o.title, o.described, t.count, g.score, d.days, d.last_day
               FROM newest o
                    LEFT JOIN LATERAL (SELECT count FROM tallies WHERE submission = o.id OFFSET 0) t ON true
                    LEFT JOIN LATERAL (SELECT score FROM standings WHERE submission = o.id OFFSET 0) g ON true
                    LEFT JOIN LATERAL (
                        SELECT count(*) AS days, max(day) AS last_day FROM photos_of_the_day WHERE submission = o.id OFFSET 0) d ON true
           ), best AS (
               SELECT id, title, score FROM own WHERE score IS NOT NULL ORDER BY score DESC, id LIMIT 1
           )
           SELECT count(*) AS "photos!", count(*) FILTER (WHERE described) AS "described!",
                  coalesce(sum(count), 0)::bigint AS "ratings!", avg(score) AS score,
                  coalesce(sum(days), 0)::bigint AS "days!", max(last_day) AS last_day,
                  (SELECT id FROM best) AS best, (SELECT title FROM best) AS title,
                  (SELECT rank_of(score) FROM best) AS rank
           FROM own"#,
        account,
        PHOTOS as i32
    )
    .fetch_one(conn)
    .await?;
    let best = match (row.best, row.title, row.rank) {
        (Some(submission), Some(title), Some(rank)) => Some(Best { submission, title, rank }),
        _ => None,
    };
    let (photos, described, ratings) = (row.photos, row.described, row.ratings);
    Ok(PhotoFigures { photos, described, ratings, score: row.score, best, days: row.days, last_day: row.last_day })
}

/// Figures of all photos.
pub async fn everybody(conn: &mut PgConnection) -> Result<Everybody, sqlx::Error> {
    sqlx::query_as!(
        Everybody,
        r#"SELECT g.photos, g.mean AS score, coalesce(m.ratings, 0) AS "ratings!", m.sum::float8 / nullif(m.ratings, 0) AS points
           FROM generation g LEFT JOIN rating_moments m ON true"#
    )
    .fetch_one(conn)
    .await
}

/// How many photos of others came within [`DAYS`] days, if this account has rated them all; nothing when one is missing, or none
/// came. Looks at the newest [`PHOTOS`] places of the deck, and no further than to the first that is missing.
pub async fn rated_all_lately(conn: &mut PgConnection, account: i64) -> Result<Option<i64>, sqlx::Error> {
    let rater =
        sqlx::query_scalar!("SELECT id FROM raters WHERE account = $1", account).fetch_optional(&mut *conn).await?;
    let Some(rater) = rater.map(RaterId) else { return Ok(None) };
    let missing = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM (SELECT id, owner, created_at FROM submissions
                            WHERE ordinal IS NOT NULL ORDER BY ordinal DESC LIMIT $3) s
               WHERE s.owner <> $1 AND s.created_at > now() - make_interval(days => $4)
                 AND NOT EXISTS (SELECT FROM ratings WHERE rater = $2 AND submission = s.id OFFSET 0)
           ) AS "missing!""#,
        account,
        rater.0,
        PHOTOS,
        DAYS
    )
    .fetch_one(&mut *conn)
    .await?;
    if missing {
        return Ok(None);
    }
    let came = sqlx::query_scalar!(
        r#"SELECT count(*) AS "came!"
           FROM (SELECT owner, created_at FROM submissions WHERE ordinal IS NOT NULL ORDER BY ordinal DESC LIMIT $2) s
           WHERE s.owner <> $1 AND s.created_at > now() - make_interval(days => $3)"#,
        account,
        PHOTOS,
        DAYS
    )
    .fetch_one(conn)
    .await?;
    Ok((came > 0).then_some(came))
}
