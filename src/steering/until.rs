//! Until when, as people say it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::error::Error;
use crate::queue::board;

/// The longest pause that ends by itself, in days.
const LONGEST_DAYS: i64 = 90;

const HOW: &str = "Write how long, as in “30 min”, “2 h” or “1 day”, or until when (UTC), as in “14:30” or “2026-11-25 14:30”. \
                   Leave it empty for no end.";

/// Nothing for no end. `30` (minutes), `30 min`, `+2h`, `1 day`, `14:30` (the next one), `2026-11-25 14:30`, `2026-11-25`.
pub fn until(text: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |why: String| Error::invalid("until", why);
    let shown: String = text.chars().take(40).collect();
    let time = length(text)
        .map(|length| now.checked_add_signed(length))
        .unwrap_or_else(|| clock(text, now).or_else(|| date(text)))
        .ok_or_else(|| wrong(format!("“{shown}” is no time that we understand. {HOW}")))?;
    if time <= now {
        return Err(wrong(format!("“{shown}” is over: it is {} now.", now.format("%Y-%m-%d %H:%M UTC"))));
    }
    if time > now + TimeDelta::days(LONGEST_DAYS) {
        return Err(wrong(format!(
            "“{shown}” is too far away: at most {LONGEST_DAYS} days. Leave it empty for no end."
        )));
    }
    Ok(Some(time))
}

/// `+2h`, `90` (minutes), `1 day`; the sign is not needed. Too long a time is none.
fn length(text: &str) -> Option<TimeDelta> {
    let text = text.strip_prefix('+').unwrap_or(text).trim();
    let minutes = text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    minutes.map_or_else(|| board::length(text), |minutes| TimeDelta::try_minutes(minutes.into()))
}

/// The next time of this name.
fn clock(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = NaiveTime::parse_from_str(zoneless(text), "%H:%M").ok()?;
    let today = now.date_naive().and_time(time).and_utc();
    if today > now { Some(today) } else { today.checked_add_signed(TimeDelta::days(1)) }
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let text = zoneless(text);
    let moment = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let midnight = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    Some(moment.or_else(midnight)?.and_utc())
}

fn zoneless(text: &str) -> &str {
    text.strip_suffix("UTC").or_else(|| text.strip_suffix('Z')).unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn people_say_how_long_or_until_when() {
        let now = at("2026-11-25T12:00:00Z");
        for (text, time) in [
            ("30", "2026-11-25T12:30:00Z"),
            ("30 min", "2026-11-25T12:30:00Z"),
            ("+2h", "2026-11-25T14:00:00Z"),
            ("1 day", "2026-11-26T12:00:00Z"),
            ("14:30", "2026-11-25T14:30:00Z"),
            ("11:30 UTC", "2026-11-26T11:30:00Z"),
            (" 2026-12-01 06:00 ", "2026-12-01T06:00:00Z"),
            ("2026-12-01T06:00Z", "2026-12-01T06:00:00Z"),
            ("2026-12-01", "2026-12-01T00:00:00Z"),
        ] {
            assert_eq!(until(text, now).unwrap(), Some(at(time)), "{text}");
        }
        assert_eq!(until(" ", now).unwrap(), None);
    }

    #[test]
    fn what_is_over_too_far_or_no_time_is_refused_in_words() {
        let now = at("2026-11-25T12:00:00Z");
        for (text, why) in [
            ("2026-11-25 11:59", "is over"),
            ("0", "is over"),
            ("-1h", "no time"),
            ("yesterday", "no time"),
            ("2027-02-31", "no time"),
            ("25:00", "no time"),
            ("99999-01-01", "no time"),
            ("91 days", "too far"),
            ("9223372036854775807", "no time"),
            ("99999999999999 d", "no time"),
            ("🦊", "no time"),
        ] {
            let Err(Error::Invalid(errors)) = until(text, now) else { panic!("{text}") };
            assert!(errors[0].field == "until" && errors[0].message.contains(why), "{text}: {}", errors[0].message);
        }
    }
}
