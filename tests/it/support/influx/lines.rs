//! A strict reader of line protocol, written from its description and from nothing of ours.

use std::collections::BTreeMap;

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    Integer(i64),
    Float(f64),
}

impl Figure {
    /// The name of its type.
    pub fn kind(self) -> &'static str {
        match self {
            Figure::Integer(_) => "integer",
            Figure::Float(_) => "float",
        }
    }
}

/// A line as it was meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub measurement: String,
    pub tags: BTreeMap<String, String>,
    pub fields: BTreeMap<String, Figure>,
    pub nanoseconds: i64,
}

/// Reads one line. The error is what is wrong with it.
pub fn read(line: &str) -> Result<Line, String> {
    if line.chars().any(char::is_control) {
        return Err("a control character".into());
    }
    let parts = split(line, ' ');
    let [series, fields, time] = parts.as_slice() else { return Err(format!("{} parts", parts.len())) };
    let mut series = split(series, ',').into_iter();
    let measurement = unescaped(&series.next().unwrap_or_default())?;
    let mut tags = BTreeMap::new();
    let mut last = String::new();
    for tag in series {
        let (name, value) = pair(&tag)?;
        if name <= last {
            return Err(format!("the tag {name} is not in order"));
        }
        last.clone_from(&name);
        tags.insert(name, value);
    }
    let mut read = BTreeMap::new();
    for field in split(fields, ',') {
        let (name, value) = pair(&field)?;
        if read.insert(name, figure(&value)?).is_some() {
            return Err("a field twice".into());
        }
    }
    let nanoseconds = time.parse().map_err(|_| format!("the time {time}"))?;
    if measurement.is_empty() || read.is_empty() {
        return Err("missing fields".into());
    }
    Ok(Line { measurement, tags, fields: read, nanoseconds })
}

fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for sign in text.chars() {
        if sign == at && !escaped {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(sign);
        }
        escaped = sign == '\\' && !escaped;
    }
    parts
}

fn pair(text: &str) -> Result<(String, String), String> {
    let parts = split(text, '=');
    let [name, value] = parts.as_slice() else { return Err(format!("no pair: {text}")) };
    let (name, value) = (unescaped(name)?, unescaped(value)?);
    if name.is_empty() || value.is_empty() || name.starts_with('_') {
        return Err(format!("no pair: {text}"));
    }
    Ok((name, value))
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some(next @ (',' | '=' | ' ')) => plain.push(next),
                other => return Err(format!("a backslash before {other:?}")),
            },
            sign => plain.push(sign),
        }
    }
    Ok(plain)
}

fn figure(text: &str) -> Result<Figure, String> {
    let number = |text: &str| text.trim_start_matches('-').chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    match text.strip_suffix('i') {
        Some(whole) => whole.parse().map(Figure::Integer).map_err(|_| format!("the number {text}")),
        None if number(text) => text.parse().map(Figure::Float).map_err(|_| format!("the number {text}")),
        None => Err(format!("the number {text}")),
    }
}
