//! A chart in words.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Chart, Series, Together, duration};

/// So much of what happened is said in the sentence.
const MARKS: usize = 3;

/// The title, each series, gaps, and what happened meanwhile.
pub(super) fn of(chart: &Chart) -> String {
    // Of days the last is named, of shorter intervals the moment at which they end.
    let end = chart.time(if daily(chart) { chart.len().saturating_sub(1) } else { chart.len() });
    let mut text = format!("{}, {} until {}.", chart.title, duration(seconds(chart.range())), moment(end, chart));
    let known = chart.series.iter().any(|series| series.figures().next().is_some());
    if !known {
        return text + " There are no figures of this time." + &meanwhile(chart);
    }
    for series in &chart.series {
        text += " ";
        text += &of_series(chart, series);
    }
    let intervals = chart.len();
    let missing = (0..intervals).filter(|&index| chart.series.iter().all(|series| series.at(index).is_none())).count();
    if missing > 0 {
        text += &format!(" There are no figures for {missing} of {intervals} intervals of {}.", step(chart));
    }
    text + &meanwhile(chart)
}

/// What happened, the newest of it; the table has all.
fn meanwhile(chart: &Chart) -> String {
    let marks = chart.happened();
    let mut text = String::new();
    for mark in marks.iter().take(MARKS) {
        text += " ";
        text += &mark.say(&|at| moment(at, chart), daily(chart));
    }
    match marks.len().saturating_sub(MARKS) {
        0 => {}
        1 => text += " One thing more is in the table.",
        more => text += &format!(" {more} things more are in the table."),
    }
    text
}

fn of_series(chart: &Chart, series: &Series) -> String {
    let name = &series.name;
    let mut extreme: Option<(usize, f64)> = None;
    let (mut sum, mut count) = (0.0, 0.0);
    for (index, value) in series.figures() {
        sum += value;
        count += 1.0;
        if extreme.is_none_or(|(_, highest)| value > highest) {
            extreme = Some((index, value));
        }
    }
    let Some((index, highest)) = extreme else {
        return format!("{name}: no figures.");
    };
    let mean = sum / count;
    let each = match chart.together {
        Together::Sum if chart.step == TimeDelta::days(1) => " a day".to_owned(),
        Together::Sum => format!(" each {}", step(chart)),
        _ => String::new(),
    };
    // "Ratings: 3 ratings on average" says it twice.
    let said = chart.unit.say(mean);
    let mut text = if said.ends_with(&format!(" {name}")) { String::new() } else { format!("{name}: ") };
    text += &format!("{said} on average{each}");
    if highest > 0.0 {
        text += &format!(
            ", at most {} {} {}",
            chart.unit.say(highest),
            if daily(chart) { "on" } else { "at" },
            moment(chart.time(index), chart)
        );
    }
    if let Some(change) = series.before.and_then(|before| change(mean, before)) {
        text += &format!(", {change} the {} before", duration(seconds(chart.range())));
    }
    text + "."
}

/// How a mean compares with one before; nothing where that says nothing.
fn change(mean: f64, before: f64) -> Option<String> {
    if !(before > 0.0 && before.is_finite() && mean.is_finite()) {
        return None;
    }
    let percent = ((mean / before - 1.0) * 100.0).round();
    Some(match percent {
        0.0 => "about as in".to_owned(),
        more if more >= 200.0 => format!("{:.0} times as much as in", (mean / before).min(1e6)),
        more if more > 0.0 => format!("{more:.0} % more than in"),
        less => format!("{:.0} % less than in", -less),
    })
}

fn step(chart: &Chart) -> String {
    duration(seconds(chart.step))
}

fn seconds(length: TimeDelta) -> f64 {
    length.num_milliseconds() as f64 / 1000.0
}

fn moment(time: DateTime<Utc>, chart: &Chart) -> String {
    let format = match chart.range() {
        _ if daily(chart) => "%-d %B",
        range if range > TimeDelta::days(2) => "%-d %B, %H:%M UTC",
        _ => "%H:%M UTC",
    };
    time.format(format).to_string()
}

/// Days are told by their dates alone.
fn daily(chart: &Chart) -> bool {
    chart.step >= TimeDelta::days(1)
}
