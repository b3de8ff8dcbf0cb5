//! The line protocol, as far as we need it. The client's own builder escapes too little.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// A point as a line without its end, or nothing if no figure is in it. Names that are not plain and values that are no figures
/// are left out, and so are tags that say nothing. Whole numbers stay whole: a field is of one type for ever.
pub fn line(measurement: &str, at: DateTime<Utc>, tags: &Value, fields: &Value) -> Option<String> {
    let figures: Vec<String> = sorted(fields)
        .into_iter()
        .filter(|(name, _)| plain(name))
        .filter_map(|(name, value)| Some(format!("{name}={}", figure(value)?)))
        .collect();
    if figures.is_empty() || !plain(measurement) {
        return None;
    }
    let mut line = measurement.to_owned();
    for (name, value) in sorted(tags) {
        let value = value.as_str().unwrap_or_default();
        if plain(name) && !value.is_empty() {
            line.push(',');
            line.push_str(name);
            line.push('=');
            escape(value, &mut line);
        }
    }
    Some(format!("{line} {} {}", figures.join(","), at.timestamp_nanos_opt()?))
}

fn sorted(object: &Value) -> Vec<(&String, &Value)> {
    let mut all: Vec<_> = object.as_object().into_iter().flat_map(Map::iter).collect();
    all.sort_unstable_by_key(|(name, _)| *name);
    all
}

/// Names that need no escaping and are nobody else's: those that begin with `_` are InfluxDB's.
fn plain(name: &str) -> bool {
    let letters = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(letters) && name != "time"
}

fn figure(value: &Value) -> Option<String> {
    let number = value.as_number()?;
    match number.as_i64() {
        Some(whole) => Some(format!("{whole}i")),
        None if number.is_u64() => None,
        None => number.as_f64().filter(|real| real.is_finite()).map(|real| real.to_string()),
    }
}

/// A backslash at the end would swallow what comes next and a line feed would end the line, so neither is sent.
fn escape(value: &str, into: &mut String) {
    for sign in value.chars() {
        match sign {
            ',' | '=' | ' ' => into.extend(['\\', sign]),
            '\\' => into.push('/'),
            sign if sign.is_control() => into.push('_'),
            sign => into.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn noon() -> DateTime<Utc> {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_point_is_a_line_with_its_types() {
        let tags = json!({ "route": "GET /photos/<id>, all=\\", "instance": "web-0", "empty": "" });
        let fields = json!({ "n": 3, "ms": 41, "share": 0.5, "whole": 2.0, "name": "no", "huge": u64::MAX, "_own": 1 });
        assert_eq!(
            line("http", noon(), &tags, &fields).unwrap(),
            "http,instance=web-0,route=GET\\ /photos/<id>\\,\\ all\\=/ ms=41i,n=3i,share=0.5,whole=2 1764072000000000000"
                .replace("1764072000", &noon().timestamp().to_string())
        );
    }

    #[test]
    fn what_is_no_figure_is_no_line() {
        assert_eq!(line("http", noon(), &json!({}), &json!({ "text": "words" })), None);
        assert_eq!(line("two\nlines", noon(), &json!({}), &json!({ "n": 1 })), None);
        assert_eq!(line("http", noon(), &json!({}), &json!({})), None);
        let line = line("http", noon(), &json!({ "kind": "a\nb c=1i 0" }), &json!({ "n": 1 })).unwrap();
        assert!(line.starts_with("http,kind=a_b\\ c\\=1i\\ 0 n=1i "), "{line}");
    }
}
