//! Facts about a member worth a badge. Each can be checked by whoever doubts it.

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;

use crate::ratings::achievements::{Best, DAYS, Everybody, PHOTOS, PhotoFigures};
use crate::ratings::rating_style::{COUNTED, RatingStyle};
use crate::templates::group_thousands;

/// Ranks that are worth a badge, in the first tenth of all.
const TOP: i64 = 100;

/// Photos that have to be described before that says something.
const DESCRIBED: i64 = 3;

/// Numbers of photos sent in, and of photos rated, that are worth a badge: the largest that is reached counts.
const SENT: [i64; 4] = [1_000, 100, 10, 1];
const RATED: [i64; 4] = [10_000, 1_000, 100, 10];

/// One fact.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Badge {
    /// In two or three words.
    name: &'static str,
    /// What it stands for.
    says: String,
    /// The photo that it is about.
    photo: Option<Titled>,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct Titled {
    id: i64,
    title: String,
}

/// What is known of a member.
pub struct Known<'a> {
    pub since: DateTime<Utc>,
    pub photos: &'a PhotoFigures,
    pub everybody: &'a Everybody,
    /// How they vote, if they show it.
    pub style: Option<&'a RatingStyle>,
    /// Photos that came lately, if they rated them all and show it.
    pub rated_lately: Option<i64>,
}

/// Their badges, the rarest first.
pub fn of(known: &Known<'_>, now: DateTime<Utc>) -> Vec<Badge> {
    let photos = known.photos;
    let top = photos.best.as_ref().filter(|best| best.rank <= TOP && 10 * best.rank <= known.everybody.photos);
    let all_described = photos.photos >= DESCRIBED && photos.described == photos.photos;
    let rated = known.style.map_or(0, |style| style.count);
    [
        top.map(|best| topped(best, known.everybody.photos)),
        photos.last_day.map(|day| won(photos.days, &day.format("%-d %B %Y").to_string())),
        known.rated_lately.map(rated_all),
        reached(&RATED, rated)
            .map(|number| plain("Keen eye", format!("has rated {} photos", more(number, rated > COUNTED)))),
        reached(&SENT, photos.photos).map(sent),
        all_described.then(|| plain("In words too", "describes every photo for those who cannot see it".to_owned())),
        years(known.since, now)
            .map(|years| plain("Old friend", format!("a member for {}", counted(years, "year", "years")))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn plain(name: &'static str, says: String) -> Badge {
    Badge { name, says, photo: None }
}

fn topped(best: &Best, photos: i64) -> Badge {
    let says = format!("number {} of {} in the ranking:", group_thousands(best.rank), group_thousands(photos));
    Badge { name: "Top derp", says, photo: Some(Titled { id: best.submission, title: best.title.clone() }) }
}

fn won(times: i64, last: &str) -> Badge {
    let says =
        if times == 1 { format!("on {last}") } else { format!("{} times, last on {last}", group_thousands(times)) };
    plain("Photo of the day", says)
}

fn rated_all(photos: i64) -> Badge {
    let which = if photos < PHOTOS {
        format!("all {} of others", group_thousands(photos))
    } else {
        format!("the newest {} of others", group_thousands(photos))
    };
    plain("Misses nothing", format!("has rated every photo of the last {DAYS} days, {which}"))
}

fn sent(number: i64) -> Badge {
    let says = if number == 1 {
        "has a photo on show".to_owned()
    } else {
        format!("has {} photos or more on show", group_thousands(number))
    };
    plain("Photographer", says)
}

fn reached(marks: &[i64], number: i64) -> Option<i64> {
    marks.iter().copied().find(|&mark| number >= mark)
}

fn more(number: i64, more: bool) -> String {
    format!("{} {}", if more { "more than" } else { "at least" }, group_thousands(number))
}

/// Whole years.
fn years(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let before = (now.month(), now.day()) < (since.month(), since.day());
    let years = i64::from(now.year() - since.year()) - i64::from(before);
    (years > 0).then_some(years)
}

fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", group_thousands(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> PhotoFigures {
        PhotoFigures { photos: 0, described: 0, ratings: 0, score: None, best: None, days: 0, last_day: None }
    }

    fn names(known: &Known<'_>, now: &str) -> Vec<(&'static str, String)> {
        of(known, now.parse().unwrap()).into_iter().map(|badge| (badge.name, badge.says)).collect()
    }

    #[test]
    fn who_has_done_nothing_yet_has_none() {
        let everybody = Everybody { photos: 0, score: 5.5, ratings: 0, points: None };
        let since = "2026-02-28T12:00:00Z".parse().unwrap();
        let known = Known { since, photos: &nobody(), everybody: &everybody, style: None, rated_lately: None };
        assert_eq!(names(&known, "2027-02-27T12:00:00Z"), []);
        assert_eq!(names(&known, "2027-02-28T12:00:00Z"), [("Old friend", "a member for 1 year".to_owned())]);
    }

    #[test]
    fn the_largest_number_that_was_reached_counts() {
        let best = Some(Best { submission: 7, title: "Bo".to_owned(), rank: 100 });
        let day = "2026-11-20".parse().ok();
        let mut photos = PhotoFigures { photos: 12, described: 12, best, days: 2, last_day: day, ..nobody() };
        let mut everybody = Everybody { photos: 1_000, score: 5.5, ratings: 9, points: Some(5.0) };
        let style = RatingStyle { count: COUNTED + 1, mean: 5.0, above_others: None };
        let since = "2023-11-26T00:00:00Z".parse().unwrap();
        let names = |photos: &PhotoFigures, everybody: &Everybody| {
            let known = Known { since, photos, everybody, style: Some(&style), rated_lately: Some(40) };
            names(&known, "2026-11-26T00:00:00Z")
        };
        let said =
            names(&photos, &everybody).into_iter().map(|(name, says)| format!("{name}: {says}")).collect::<Vec<_>>();
        assert_eq!(
            said,
            [
                "Top derp: number 100 of 1,000 in the ranking:",
                "Photo of the day: 2 times, last on 20 November 2026",
                "Misses nothing: has rated every photo of the last 30 days, all 40 of others",
                "Keen eye: has rated more than 10,000 photos",
                "Photographer: has 10 photos or more on show",
                "In words too: describes every photo for those who cannot see it",
                "Old friend: a member for 3 years",
            ]
        );
        everybody.photos = 999;
        photos.described = 11;
        let fewer = names(&photos, &everybody);
        assert!(fewer.iter().all(|(name, _)| !["Top derp", "In words too"].contains(name)), "{fewer:?}");
    }
}
