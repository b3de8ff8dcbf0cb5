//! What the parameters of scores are estimated from: sums over all photos, kept up as photos change.

use sqlx::{PgConnection, Postgres, Transaction};

use super::parameters::Parameters;

/// So many ratings are often.
const OFTEN: i64 = 10;

/// Variance of photo means below which it is not believed, in squared points: it keeps `weight` finite.
const LEAST_SPREAD: f64 = 0.05;

/// The ratings of one photo, as far as its score depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratings {
    pub count: i64,
    pub sum: i64,
    /// Sum of their squares.
    pub squares: i64,
}

/// Sums over all photos with a standing; `several`, `means` and what follows over those with two ratings or more.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Moments {
    pub photos: i64,
    ratings: i64,
    sum: i64,
    squares: i64,
    /// Of sum * sum / count.
    weighted: f64,
    several: i64,
    means: f64,
    mean_squares: f64,
    inverse_counts: f64,
    /// Photos with ten ratings or more; for figures, and not for scores.
    often: i64,
    /// Photos whose score has changed since the ladder was written anew.
    pub moved: i64,
}

impl Moments {
    /// A photo with these ratings comes in.
    pub fn add(&mut self, photo: Ratings) {
        self.change(photo, 1);
    }

    /// One with these goes.
    pub fn subtract(&mut self, photo: Ratings) {
        self.change(photo, -1);
    }

    fn change(&mut self, photo: Ratings, times: i64) {
        let (count, factor) = (photo.count as f64, times as f64);
        let mean = photo.sum as f64 / count;
        self.photos += times;
        self.ratings += times * photo.count;
        self.sum += times * photo.sum;
        self.squares += times * photo.squares;
        self.weighted += factor * mean * photo.sum as f64;
        if photo.count >= OFTEN {
            self.often += times;
        }
        if photo.count >= 2 {
            self.several += times;
            self.means += factor * mean;
            self.mean_squares += factor * mean * mean;
            self.inverse_counts += factor / count;
        }
    }

    /// The method of moments, from ratings as they were given. Nothing until two photos have two ratings each.
    pub fn parameters(&self, adjusted: bool) -> Option<Parameters> {
        let repeated = (self.ratings - self.photos) as f64;
        if self.several < 2 || repeated <= 0.0 {
            return None;
        }
        let several = self.several as f64;
        let within = (self.squares as f64 - self.weighted) / repeated;
        let between = (self.mean_squares - self.means * self.means / several) / (several - 1.0);
        let variance = within.max(LEAST_SPREAD);
        let spread = (between - variance * self.inverse_counts / several).max(LEAST_SPREAD);
        Some(Parameters { mean: self.sum as f64 / self.ratings as f64, weight: variance / spread, variance, adjusted })
    }
}

/// As the last generation left them; nothing when they are not kept yet, or no longer, or a program from before has changed some.
pub(super) async fn load(conn: &mut PgConnection) -> Result<Option<Moments>, sqlx::Error> {
    sqlx::query_as!(
        Moments,
        r#"SELECT photos, ratings, sum, squares, weighted, several, means, mean_squares, inverse_counts, often AS "often!", moved
           FROM rating_moments WHERE often_of = ratings"#
    )
    .fetch_optional(conn)
    .await
}

/// Added up over all standings.
pub(super) async fn recount(conn: &mut PgConnection) -> Result<Moments, sqlx::Error> {
    sqlx::query_as!(
        Moments,
        r#"SELECT count(*) AS "photos!", coalesce(sum(count), 0)::bigint AS "ratings!", coalesce(sum(sum), 0)::bigint AS "sum!",
                  coalesce(sum(squares), 0)::bigint AS "squares!",
                  coalesce(sum(sum::float8 / count * sum), 0) AS "weighted!",
                  count(*) FILTER (WHERE count >= 2) AS "several!",
                  coalesce(sum(sum::float8 / count) FILTER (WHERE count >= 2), 0) AS "means!",
                  coalesce(sum((sum::float8 / count) ^ 2) FILTER (WHERE count >= 2), 0) AS "mean_squares!",
                  coalesce(sum(1.0::float8 / count) FILTER (WHERE count >= 2), 0) AS "inverse_counts!",
                  count(*) FILTER (WHERE count >= 10) AS "often!",
                  0::bigint AS "moved!"
           FROM standings"#
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn store(tx: &mut Transaction<'_, Postgres>, moments: &Moments) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO rating_moments (photos, ratings, sum, squares, weighted, several, means, mean_squares,
                                     inverse_counts, moved, often, often_of)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $2)
         ON CONFLICT (singleton) DO UPDATE
         SET photos = excluded.photos, ratings = excluded.ratings, sum = excluded.sum, squares = excluded.squares,
             weighted = excluded.weighted, several = excluded.several, means = excluded.means,
             mean_squares = excluded.mean_squares, inverse_counts = excluded.inverse_counts, moved = excluded.moved,
             often = excluded.often, often_of = excluded.often_of",
        moments.photos,
        moments.ratings,
        moments.sum,
        moments.squares,
        moments.weighted,
        moments.several,
        moments.means,
        moments.mean_squares,
        moments.inverse_counts,
        moments.moved,
        moments.often
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn photo() -> impl Strategy<Value = Ratings> {
        prop::collection::vec(1i64..=10, 1..9).prop_map(|scores| Ratings {
            count: scores.len() as i64,
            sum: scores.iter().sum(),
            squares: scores.iter().map(|score| score * score).sum(),
        })
    }

    proptest! {
        #[test]
        fn photos_that_came_and_went_leave_no_trace(stay in prop::collection::vec(photo(), 2..30), gone in prop::collection::vec(photo(), 0..30)) {
            let (mut kept, mut plain) = (Moments::default(), Moments::default());
            gone.iter().for_each(|&photo| kept.add(photo));
            stay.iter().for_each(|&photo| { kept.add(photo); plain.add(photo); });
            gone.iter().for_each(|&photo| kept.subtract(photo));
            let pair = (kept.parameters(false), plain.parameters(false));
            prop_assert!(match pair {
                (Some(kept), Some(plain)) => {
                    (kept.mean - plain.mean).abs() < 1e-9 && (kept.weight / plain.weight - 1.0).abs() < 1e-6
                        && (kept.variance - plain.variance).abs() < 1e-9
                }
                (kept, plain) => kept == plain,
            }, "{:?}", pair);
        }
    }
}
