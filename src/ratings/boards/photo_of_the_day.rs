//! The photo of the day: of those that at least [`LEAST`] people rated first on that day (UTC), the one with the highest score of that
//! day which has not been one in the [`REST`] days before. There is none where no photo has so many.

use chrono::NaiveDate;
use sqlx::{PgConnection, Postgres, Transaction};

/// A photo is one so many days after it was one before, at the earliest.
pub const REST: i32 = 30;

/// How far it goes back where nobody has chosen for long.
const BACK: i32 = 40;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoOfTheDay {
    pub day: NaiveDate,
    pub submission: i64,
    /// How many people rated it that day.
    pub ratings: i64,
    /// What they gave it, added up.
    pub sum: i64,
}

/// Chooses those of the days that are over. Once chosen it stays, whatever becomes of its ratings; a photo that is taken out of the
/// deck is only not shown.
pub(super) async fn choose(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    let days = sqlx::query_scalar!(
        r#"SELECT d::date AS "day!"
           FROM board_state s, date((now() AT TIME ZONE 'UTC')) AS today,
                generate_series(greatest(s.chosen_until + 1, today - $1::integer)::timestamp, today - interval '1 day',
                                interval '1 day') AS d
           ORDER BY 1"#,
        BACK
    )
    .fetch_all(&mut **tx)
    .await?;
    for day in days {
        sqlx::query!(
            "INSERT INTO photos_of_the_day (day, submission, ratings, sum)
             SELECT b.since, b.submission, b.ratings, b.sum
             FROM board_photos b
             WHERE b.period = 'day' AND b.since = $1 AND b.score IS NOT NULL
               AND NOT EXISTS (SELECT FROM photos_of_the_day p WHERE p.submission = b.submission AND p.day >= $1::date - $2::integer)
             ORDER BY b.score DESC, b.submission LIMIT 1
             ON CONFLICT (day) DO NOTHING",
            day,
            REST
        )
        .execute(&mut **tx)
        .await?;
    }
    sqlx::query!(
        "UPDATE board_state SET chosen_until = (now() AT TIME ZONE 'UTC')::date - 1
         WHERE chosen_until IS DISTINCT FROM (now() AT TIME ZONE 'UTC')::date - 1"
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The last ones before a day, the last first, as far as they are in the deck.
pub async fn before(
    conn: &mut PgConnection,
    day: Option<NaiveDate>,
    most: i64,
) -> Result<Vec<PhotoOfTheDay>, sqlx::Error> {
    sqlx::query_as!(
        PhotoOfTheDay,
        "SELECT p.day, p.submission, p.ratings, p.sum
         FROM photos_of_the_day p JOIN submissions s ON s.id = p.submission
         WHERE p.day < coalesce($1, 'infinity'::date) AND s.ordinal IS NOT NULL
         ORDER BY p.day DESC LIMIT $2",
        day,
        most
    )
    .fetch_all(conn)
    .await
}
