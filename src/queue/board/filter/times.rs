//! Moments as people type and read them, all in UTC.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Utc};

const HOW: &str = "Type a time like 2026-11-25 12:00, 12:00 or -1h (an hour ago), in UTC.";

/// What was typed: `2026-11-25 12:00`, `2026-11-25`, `12:00` (the last time that it was noon), `-1h`, `-30 min`, `-1d12h` or `now`.
pub fn parse(typed: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let text = typed.trim().trim_end_matches("UTC").trim_end_matches(['Z', 'z']).trim();
    if text == "now" {
        return Ok(now);
    }
    if let Some(ago) = text.strip_prefix('-') {
        let back = length(ago).ok_or_else(|| unclear(typed))?;
        return now.checked_sub_signed(back).filter(|time| time.year() >= 2000).ok_or_else(|| too_far(typed));
    }
    match text.split_once(['T', ' ']) {
        Some((date, time)) => {
            let (date, time) = (day(date, typed)?, clock(time.trim(), typed)?);
            Ok(date.and_time(time).and_utc())
        }
        None if text.contains(':') => {
            let today = now.date_naive().and_time(clock(text, typed)?).and_utc();
            Ok(if today <= now { today } else { today.checked_sub_days(Days::new(1)).unwrap_or(today) })
        }
        None => Ok(day(text, typed)?.and_time(NaiveTime::MIN).and_utc()),
    }
}

/// `12:00`, with the day if it is not today, and the year if it is not this one.
pub fn spoken(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let clock = if time.timestamp() % 60 == 0 { "%H:%M" } else { "%H:%M:%S" };
    let day = match time {
        _ if time.date_naive() == now.date_naive() => "",
        _ if time.year() == now.year() => "%-d %B ",
        _ => "%-d %B %Y ",
    };
    time.format(&format!("{day}{clock}")).to_string()
}

fn day(text: &str, typed: &str) -> Result<NaiveDate, String> {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return Err(unclear(typed));
    };
    let number = |part: &str| number(part).ok_or_else(|| unclear(typed));
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    if !(2000..2100).contains(&year) {
        return Err(too_far(typed));
    }
    let there_is = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    there_is.ok_or_else(|| format!("There is no such day as {}.", short(text)))
}

fn clock(text: &str, typed: &str) -> Result<NaiveTime, String> {
    let parts: Vec<_> = text.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return Err(unclear(typed)),
    };
    let number = |part: &str| number(part).ok_or_else(|| unclear(typed));
    let there_is = NaiveTime::from_hms_opt(number(hour)?, number(minute)?, number(second)?);
    there_is.ok_or_else(|| format!("There is no such time as {}.", short(text)))
}

/// How long: `2h`, `1d12h`, `30 min`, `1 day`. Nothing for anything else, and for more than there can be.
pub fn length(text: &str) -> Option<Duration> {
    let (mut all, mut rest) = (Duration::zero(), text.trim());
    while !rest.is_empty() {
        let (count, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        let seconds = match unit {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 24 * 3600,
            "w" | "week" | "weeks" => 7 * 24 * 3600,
            _ => return None,
        };
        let part = Duration::try_seconds(i64::from(number(count)?).checked_mul(seconds)?)?;
        (all, rest) = (all.checked_add(&part)?, after.trim_start());
    }
    Some(all).filter(|_| !text.trim().is_empty())
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn unclear(typed: &str) -> String {
    format!("“{}” is no time that can be read here. {HOW}", short(typed))
}

fn too_far(typed: &str) -> String {
    format!("“{}” is too far away: nothing is there before the year 2000 or after 2099.", short(typed))
}

fn short(text: &str) -> String {
    text.trim().chars().take(30).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        let now = at("2026-11-25T13:30:00Z");
        for (typed, meant) in [
            ("2026-11-25 12:00", "2026-11-25T12:00:00Z"),
            ("2026-11-25T12:00:07Z", "2026-11-25T12:00:07Z"),
            ("2026-11-25 12:00 UTC", "2026-11-25T12:00:00Z"),
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("12:00", "2026-11-25T12:00:00Z"),
            ("14:00", "2026-11-24T14:00:00Z"),
            ("-1h", "2026-11-25T12:30:00Z"),
            ("-1d12h", "2026-11-24T01:30:00Z"),
            ("-30 min", "2026-11-25T13:00:00Z"),
            ("-15min", "2026-11-25T13:15:00Z"),
            ("-1 day 2 hours", "2026-11-24T11:30:00Z"),
            ("now", "2026-11-25T13:30:00Z"),
        ] {
            assert_eq!(parse(typed, now), Ok(at(meant)), "{typed}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_in_a_sentence() {
        let now = at("2026-11-25T13:30:00Z");
        for (typed, told) in [
            ("yesterday", "“yesterday” is no time"),
            ("2026-02-31 12:00", "There is no such day as 2026-02-31."),
            ("99999-01-01", "“99999-01-01” is too far away"),
            ("25:00", "There is no such time as 25:00."),
            ("-", "“-” is no time"),
            ("-5", "“-5” is no time"),
            ("-99999999w", "“-99999999w” is too far away"),
            ("-4294967295w9999999999999h", "is no time"),
            ("+1-+2-+3", "is no time"),
            ("12:00 12:00", "is no time"),
            ("١٢:٠٠", "is no time"),
        ] {
            let error = parse(typed, now).err().unwrap_or_default();
            assert!(error.contains(told), "{typed}: {error}");
        }
    }
}
