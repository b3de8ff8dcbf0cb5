//! Numbers and times as the sentence says them.

use chrono::TimeDelta;

use crate::charts;

/// A number with its thousands set apart.
pub fn number(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something, as in `1 job` or `1,204 jobs`.
pub fn count(count: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// How long something lasts: as exact as somebody needs it.
pub fn lasting(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    let rounded = match seconds {
        0..300 => seconds,
        300..10_800 => seconds / 60 * 60,
        10_800..172_800 => seconds / 3600 * 3600,
        _ => seconds / 86_400 * 86_400,
    };
    charts::duration(rounded as f64)
}

/// As in `images, mail and upkeep`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The beginning of a text, on one line.
pub fn shortened(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_they_matter() {
        let said = |seconds| lasting(TimeDelta::seconds(seconds));
        let all = [-5, 2, 90, 301, 754, 4000, 20_000, 300_000].map(said);
        assert_eq!(all, ["0 ms", "2 s", "1 min 30 s", "5 min", "12 min", "1 h 6 min", "5 h", "3 days"]);
    }

    #[test]
    fn lists_and_numbers_are_said_as_people_say_them() {
        assert_eq!(list(&["images".into(), "mail".into(), "upkeep".into()]), "images, mail and upkeep");
        assert_eq!((count(1, "job", "jobs"), count(1204, "job", "jobs")), ("1 job".into(), "1,204 jobs".into()));
        assert_eq!(shortened("größer\nmehr", 3), "grö…");
    }
}
