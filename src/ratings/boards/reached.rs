//! What is talked about: how much happens to a photo of late beside the usual, and how far it is passed on.
//!
//! Both are worked out from the last thirty days on which anything happened to the photo, and only for photos to which something has happened
//! since the last run. What is trending loses half of its heat in [`HALF_LIFE`] days. Instead of writing all of them down every day, later days weigh
//! more: the order stays true, and what it means today is worked out when it is shown ([`shown`]).

use chrono::NaiveDate;
use sqlx::{PgConnection, Postgres, Transaction};

use super::LEAST;

/// In so many days half of the heat is gone.
pub const HALF_LIFE: f64 = 2.0;

/// A share counts like so many ratings for what is trending, and an arrival like so many.
pub const SHARE: i64 = 5;
/// See [`SHARE`].
pub const ARRIVAL: i64 = 2;

/// So much a day is added to the usual, so that little beside nothing is not a sensation.
pub const CALM_DAY: f64 = 5.0;

/// So many views by which nobody was brought go into virality.
pub const QUIET_VIEWS: f64 = 50.0;

/// What is less than this today is not trending any more.
pub const LEAST_TREND: f64 = 0.05;

/// The first day of the weights, on which heat is what it says.
pub const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 1) {
    Some(first) => first,
    None => NaiveDate::MIN,
};

/// What a stored trend is on a day, and the other way round.
pub fn shown(trend: f64, today: NaiveDate) -> f64 {
    (trend - half_lives(today)).exp2()
}

/// The least that is stored and counts on a day.
pub(super) fn least(today: NaiveDate) -> f64 {
    LEAST_TREND.log2() + half_lives(today)
}

fn half_lives(day: NaiveDate) -> f64 {
    (day - FIRST).num_days() as f64 / HALF_LIFE
}

/// Works out these photos.
pub(super) async fn update(tx: &mut Transaction<'_, Postgres>, photos: &[i64]) -> Result<(), sqlx::Error> {
    // As rows that are there already: these are looked up one by one, however many the planner believes to be in the list. What is not
    // written is said for the sake of its constraints.
    sqlx::query!(
        "INSERT INTO board_photos (submission, period, since, species, shown, ratings, sum, squares, trend, viral)
         SELECT photo, 'all', '1970-01-01', species, shown, ratings, sum, squares,
                board_trend(shown, f.happened, f.heat, f.usual, f.last, $5, $6, $4, $7),
                board_viral(shown, f.passed_on, f.views, $8)
         FROM unnest($1::bigint[]) AS changed (photo)
              CROSS JOIN LATERAL (
                  SELECT species, shown, ratings, sum, squares FROM board_photos
                  WHERE submission = photo AND period = 'all' AND since = '1970-01-01' OFFSET 0) AS b
              CROSS JOIN LATERAL reach_of(photo, $2, $3, $4) AS f
         ON CONFLICT (submission, period, since) DO UPDATE SET trend = excluded.trend, viral = excluded.viral",
        photos,
        SHARE,
        ARRIVAL,
        HALF_LIFE,
        LEAST,
        CALM_DAY,
        FIRST,
        QUIET_VIEWS
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// How far one photo is passed on: shares and arrivals by a hundred views. Nothing while nobody has.
pub async fn virality(conn: &mut PgConnection, photo: i64) -> Result<Option<f64>, sqlx::Error> {
    let virality = sqlx::query_scalar!(
        "SELECT viral FROM board_photos WHERE submission = $1 AND period = 'all' AND since = '1970-01-01'",
        photo
    );
    Ok(virality.fetch_optional(conn).await?.flatten())
}
