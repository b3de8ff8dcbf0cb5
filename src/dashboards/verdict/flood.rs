//! More uploads than is usual: somebody sends in as many as are taken.

use chrono::{DateTime, TimeDelta, Utc};

use super::{MINUTES, Rule, Trouble, UPLOADS, UPLOADS_BEFORE};
use crate::charts::Unit;
use crate::config::SystemLimits;
use crate::dashboards::known::Known;
use crate::metrics::query::{Query, Resolution, Span};

/// How far back its beginning is looked for.
const HOUR: i64 = 60;

/// Of how many hours it is known what is usual.
const BEFORE: i32 = 24;

/// The last hour by minutes, and a day before by hours, whole ones alone.
pub(super) fn questions(end: DateTime<Utc>) -> [Query; 2] {
    let uploads = |span| Query::counters("photo", &["n"], span).only("event", &["submitted", "refused"]);
    let (minute, hour) = (TimeDelta::minutes(1), TimeDelta::hours(1));
    let lately = Span { start: end - minute * 60, step: minute, steps: 60, resolution: Resolution::Points };
    let whole = end - TimeDelta::seconds(end.timestamp().rem_euclid(hour.num_seconds()));
    let before = Span { start: whole - hour * BEFORE, step: hour, steps: BEFORE, resolution: Resolution::Hours };
    [uploads(lately), uploads(before)]
}

/// Says so.
pub(super) fn uploads(known: &Known<'_>, limits: &SystemLimits) -> Option<Trouble> {
    let by_minute: Vec<f64> = known.total(UPLOADS, 0).into_iter().map(|count| count.unwrap_or(0.0)).collect();
    let usual = usual(known.total(UPLOADS_BEFORE, 0).into_iter().flatten().collect());
    let minutes = MINUTES as f64;
    let most = f64::from(limits.flood_uploads).max(limits.flood_times * usual * minutes);
    let lately: f64 = by_minute.iter().rev().take(MINUTES as usize).sum();
    if lately < most {
        return None;
    }
    let start = known.answers.get(UPLOADS)?.span.start;
    let since = start + TimeDelta::minutes(i64::try_from(begin(&by_minute, most)).unwrap_or(HOUR));
    let words = format!(
        "Uploads flood in since {}: {lately:.0} within the last {MINUTES} minutes, where {} would be usual",
        since.format("%H:%M UTC"),
        Unit::Things("upload", "uploads").say(usual * minutes)
    );
    Some(Trouble { rule: Some(Rule::UploadsFlood), subject: String::new(), words, chart: "uploads" })
}

/// Uploads a minute as they usually are: three of four hours had no more. A flood of some hours is thus no usual one, and neither is
/// an evening a flood after a quiet night. Nothing known is none.
fn usual(mut hours: Vec<f64>) -> f64 {
    hours.sort_by(f64::total_cmp);
    hours.get(hours.len() * 3 / 4).map_or(0.0, |hour| hour / HOUR as f64)
}

/// The minute in which it began: five minutes at a time were too many from there on.
fn begin(by_minute: &[f64], most: f64) -> usize {
    let too_many = |end: &usize| by_minute[end.saturating_sub(MINUTES as usize)..*end].iter().sum::<f64>() >= most;
    let first = (MINUTES as usize..=by_minute.len()).rev().take_while(too_many).last().unwrap_or(by_minute.len());
    let window = first.saturating_sub(MINUTES as usize)..first;
    // Within the first five, where they rose to it.
    let each = most / MINUTES as f64;
    window.clone().find(|minute| by_minute[*minute] >= each).unwrap_or(window.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_not_raised_by_a_flood_nor_lowered_by_a_night() {
        let day = |flooded: usize| (0..24).map(|hour| if hour < flooded { 6_000.0 } else { 60.0 }).collect::<Vec<_>>();
        assert_eq!((usual(day(0)), usual(day(5)), usual(day(7))), (1.0, 1.0, 100.0));
        let night = (0..24).map(|hour| if hour < 16 { 0.0 } else { 120.0 }).collect();
        assert_eq!((usual(night), usual(vec![]), usual(vec![30.0])), (2.0, 0.0, 0.5));
    }

    #[test]
    fn a_flood_begins_where_uploads_rose() {
        let mut minutes = vec![1.0; 60];
        minutes[40..].fill(20.0);
        assert_eq!(begin(&minutes, 50.0), 40);
        minutes[52] = 0.0;
        assert_eq!(begin(&minutes, 50.0), 40, "a minute without any ends none");
        assert_eq!(begin(&[20.0; 60], 50.0), 0, "longer than is looked back");
        minutes.fill(0.0);
        minutes[59] = 60.0;
        assert_eq!(begin(&minutes, 50.0), 59, "all of them in one minute");
    }
}
