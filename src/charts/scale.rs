//! Where figures and times lie, and which of them are written at the axes.

use chrono::{DateTime, TimeDelta, Utc};

use super::unit::Axis;

/// Whole figures up to one that is no less than the highest, some four to six of them: 1, 2 or 5 times a power of ten apart.
pub(super) fn ticks(highest: f64, axis: Axis, whole: bool) -> Vec<f64> {
    let top = (highest / axis.size).clamp(0.0, 1e15);
    let top = if top > 0.0 { top } else { 1.0 };
    let power = 10f64.powf((top / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| top / step <= 5.0);
    let step = step.unwrap_or(top);
    let step = if whole { step.max(1.0) } else { step };
    (0..=7).map(|count| f64::from(count) * step).take_while(|tick| *tick < top + step * 0.999).collect()
}

/// A figure at an axis, without needless zeros.
pub(super) fn label(tick: f64) -> String {
    let text = format!("{tick:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// So many times at whole minutes, hours or days within a range.
pub(super) fn times(start: DateTime<Utc>, range: TimeDelta, most: i64) -> Vec<DateTime<Utc>> {
    let seconds = range.num_seconds();
    let apart = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];
    let apart = apart.into_iter().find(|apart| seconds / apart <= most).unwrap_or((seconds / most).max(1));
    let first = start.timestamp().div_euclid(apart) * apart;
    (0..=most + 2)
        .filter_map(|count| DateTime::from_timestamp(first + count * apart, 0))
        .filter(|time| *time >= start && *time <= start + range)
        .collect()
}

/// How a time is written where others stand so far apart.
pub(super) fn time_label(time: DateTime<Utc>, range: TimeDelta) -> String {
    let format = if range > TimeDelta::days(2) { "%-d %b" } else { "%H:%M" };
    time.format(format).to_string()
}
