//! The boards: photos in an order, of a period, of all species or one.
//!
//! Days, weeks (from Monday), months and years are those of UTC. Only votes that were first cast in a period count for it, and only photos
//! with [`LEAST`] of them are listed. Everything is worked out by the ranking job, from what has changed since its last run.

mod follow;
mod listing;
pub mod moved;
pub mod photo_of_the_day;
pub mod prune;
pub mod reached;
pub mod species;

use chrono::{Datelike, Days, Months, NaiveDate};
use sqlx::{Postgres, Transaction};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{biases, days, standings};

pub use listing::{Listed, Listing, Mark, PAGE, Page, page};

/// A photo needs so many ratings in a period to be on its boards, and altogether to be on those of the divisive.
pub const LEAST: i64 = 10;

/// So many pretend ratings, which disagree as much as usual, go into how much people disagree about a photo.
pub const CALM: f64 = 10.0;

/// The first so many of the leaderboard are compared with yesterday.
pub const RANKED: i64 = 1000;

/// Boards of single days are kept for so many days, and those of weeks for so many weeks; longer ones stay.
pub const KEPT_DAYS: u64 = 92;
/// See [`KEPT_DAYS`].
pub const KEPT_WEEKS: u64 = 53;

/// Ranks on boards without a ladder are counted up to here; who is behind is behind them.
pub const COUNTED: i64 = 10_000;

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Order {
    /// Highest score first.
    Derpiest,
    /// Lowest score first.
    LeastDerpy,
    /// Where people disagree most first.
    Divisive,
    /// Those to which more than usual happens of late first.
    Trending,
    /// Those that are passed on most first.
    MostViral,
    /// Those that came into the deck last first.
    Newest,
}

/// Of which votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, sqlx::Type)]
#[strum(serialize_all = "snake_case")]
#[sqlx(type_name = "board_period", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Period {
    Day,
    Week,
    Month,
    Year,
    All,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    pub order: Order,
    pub period: Period,
    /// The first day of the period.
    pub since: NaiveDate,
    /// One species alone, in small letters.
    pub species: Option<String>,
}

impl Order {
    /// Is there a board of it for every time? Otherwise there is one for all time.
    pub fn has_periods(self) -> bool {
        matches!(self, Order::Derpiest | Order::LeastDerpy | Order::Divisive)
    }

    /// As in addresses.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Period {
    /// As in addresses.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The first day of the period that a day is in.
    pub fn since(self, day: NaiveDate) -> NaiveDate {
        match self {
            Period::Day => day,
            Period::Week => day.week(chrono::Weekday::Mon).first_day(),
            Period::Month => day.with_day0(0).unwrap_or(day),
            Period::Year => day.with_ordinal0(0).unwrap_or(day),
            Period::All => NaiveDate::default(),
        }
    }

    /// Is there still a board of it on this day? As `board_kept` in PostgreSQL.
    pub fn is_kept(self, since: NaiveDate, today: NaiveDate) -> bool {
        match self {
            Period::Day => since >= today - Days::new(KEPT_DAYS),
            Period::Week => since >= today - Days::new(KEPT_WEEKS * 7),
            Period::Month | Period::Year | Period::All => true,
        }
    }

    /// The first day of the one before; nothing before all time.
    pub fn before(self, since: NaiveDate) -> Option<NaiveDate> {
        match self {
            Period::Day => since.checked_sub_days(Days::new(1)),
            Period::Week => since.checked_sub_days(Days::new(7)),
            Period::Month => since.checked_sub_months(Months::new(1)),
            Period::Year => since.checked_sub_months(Months::new(12)),
            Period::All => None,
        }
    }
}

/// What has changed since the last run; nothing when everything was counted anew.
#[derive(Debug)]
pub struct Gathered(Option<days::Changes>);

/// Adds up what has changed by day and by rater, and says whether scores are to be without the biases of raters. Before the generation is made, which
/// uses it.
pub async fn gather(tx: &mut Transaction<'_, Postgres>, adjusted: bool) -> Result<Gathered, sqlx::Error> {
    standings::score_as(tx, adjusted).await?;
    let Some(mut changes) = days::take(tx).await? else {
        biases::begin(tx).await?;
        days::recount(tx).await?;
        biases::recount(tx).await?;
        return Ok(Gathered(None));
    };
    let parameters = follow::parameters(tx).await?;
    let moved = biases::follow(tx, &changes, &parameters).await?;
    changes.merge(moved);
    days::add(tx, &changes.days).await?;
    Ok(Gathered(Some(changes)))
}

/// Brings all boards up to date with what was gathered and with the generation just made, which stays locked until the commit.
pub async fn update(tx: &mut Transaction<'_, Postgres>, gathered: &Gathered) -> Result<(), sqlx::Error> {
    let parameters = follow::parameters(tx).await?;
    match &gathered.0 {
        Some(changes) => {
            follow::follow(tx, changes, &parameters).await?;
            reached::update(tx, &changes.touched()).await?;
            follow::rescore(tx, &parameters).await?;
        }
        None => follow::rebuild(tx, &parameters).await?,
    }
    photo_of_the_day::choose(tx).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_calendars_say() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let thursday = day("2026-11-26");
        for (period, since, before) in [
            (Period::Day, "2026-11-26", "2026-11-25"),
            (Period::Week, "2026-11-23", "2026-11-16"),
            (Period::Month, "2026-11-01", "2026-10-01"),
            (Period::Year, "2026-01-01", "2025-01-01"),
        ] {
            assert_eq!(period.since(thursday), day(since));
            assert_eq!(period.before(day(since)), Some(day(before)));
        }
        assert_eq!(Period::All.before(Period::All.since(thursday)), None);
    }
}
