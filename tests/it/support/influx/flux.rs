//! As much Flux as pages ask for, run over the points that a test's InfluxDB has. Written from the language's description and from nothing
//! of ours; whatever else a script says is refused, as a real one would refuse what it does not know.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat};

use super::Key;
use super::lines::Figure;

/// Points by bucket.
pub type Buckets = BTreeMap<String, Points>;

type Points = BTreeMap<Key, BTreeMap<String, Figure>>;

/// A row of a stream of tables: its columns but the figure, and that.
#[derive(Clone)]
struct Row {
    columns: BTreeMap<String, String>,
    at: i64,
    value: f64,
    whole: bool,
}

#[derive(Default)]
struct Stream<'a> {
    /// What the rows are taken from, until the first filter.
    source: Option<&'a Points>,
    rows: Vec<Row>,
    group: Vec<String>,
    range: (i64, i64),
    name: String,
}

/// What is wrong with a script.
pub enum Wrong {
    /// There is no such bucket.
    Bucket(String),
    /// It says what is not known.
    Script(String),
}

impl From<String> for Wrong {
    fn from(wrong: String) -> Self {
        Wrong::Script(wrong)
    }
}

impl From<&str> for Wrong {
    fn from(wrong: &str) -> Self {
        Wrong::Script(wrong.into())
    }
}

/// Annotated CSV. Results come in any order, as they do from a real one: the `turn` says in which.
pub fn run(script: &str, buckets: &Buckets, turn: usize) -> Result<String, Wrong> {
    let mut results: BTreeMap<String, String> = BTreeMap::new();
    for statement in script.split("\n\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        if statement.starts_with("import ") {
            continue;
        }
        let (name, text) = one(statement, buckets)?;
        results.insert(name, text);
    }
    let mut results: Vec<String> = results.into_values().filter(|text| !text.is_empty()).collect();
    let first = turn % results.len().max(1);
    results.rotate_left(first);
    // Nothing at all is an empty line.
    Ok(if results.is_empty() { "\r\n".into() } else { results.concat() })
}

fn one(statement: &str, buckets: &Buckets) -> Result<(String, String), Wrong> {
    let mut steps = statement.split("|>").map(str::trim);
    let source = steps.next().unwrap_or_default();
    let mut stream = Stream { name: "_result".into(), ..Stream::default() };
    if let Some(rows) = source.strip_prefix("array.from(rows: [{_time: 1970-01-01T00:00:00Z, _value: ") {
        let (value, rest) = rows.split_once(',').ok_or("no array")?;
        if rest != " _field: \"end\"}])" {
            return Err(format!("an array of {rest}").into());
        }
        let columns = BTreeMap::from([("_field".to_owned(), "end".to_owned())]);
        let value = value.parse().map_err(|_| format!("the figure {value}"))?;
        stream.rows.push(Row { columns, at: 0, value, whole: true });
    } else {
        let bucket = quoted(source.strip_prefix("from(bucket: ").ok_or(format!("the source {source}"))?);
        stream.source = Some(buckets.get(&bucket).ok_or(Wrong::Bucket(bucket))?);
    }
    for step in steps {
        stream.step(step)?;
    }
    Ok((stream.name.clone(), stream.csv()))
}

/// Every one of these holds; each by one of its columns and values.
type Conditions = Vec<Vec<(String, String)>>;

/// The rows of a range that meet conditions. Others are never copied: a page asks some forty questions of all that there is.
fn select(points: &Points, range: (i64, i64), conditions: &Conditions) -> Vec<Row> {
    let mut rows = vec![];
    let named = conditions.iter().find(|any| any.len() == 1 && any[0].0 == "_measurement").map(|any| any[0].1.clone());
    let first = (named.clone().unwrap_or_default(), BTreeMap::new(), i64::MIN);
    let here = |measurement: &String| named.as_ref().is_none_or(|named| named == measurement);
    for ((measurement, tags, at), fields) in points.range(first..).take_while(|((of, ..), _)| here(of)) {
        if *at < range.0 || *at >= range.1 {
            continue;
        }
        for (field, figure) in fields {
            let is = |(column, value): &(String, String)| match column.as_str() {
                "_measurement" => measurement == value,
                "_field" => field == value,
                tag => tags.get(tag) == Some(value),
            };
            if !conditions.iter().all(|any| any.iter().any(is)) {
                continue;
            }
            let mut columns = tags.clone();
            columns.insert("_measurement".into(), measurement.clone());
            columns.insert("_field".into(), field.clone());
            let (value, whole) = match figure {
                Figure::Integer(value) => (*value as f64, true),
                Figure::Float(value) => (*value, false),
            };
            rows.push(Row { columns, at: *at, value, whole });
        }
    }
    rows
}

impl Stream<'_> {
    fn step(&mut self, step: &str) -> Result<(), String> {
        let (name, rest) = step.split_once('(').ok_or(format!("the step {step}"))?;
        let said = rest.strip_suffix(')').ok_or(format!("the step {step}"))?;
        match name {
            "range" => {
                let (start, stop) = said.split_once(", stop: ").ok_or("no stop")?;
                self.range = (nanoseconds(start.trim_start_matches("start: "))?, nanoseconds(stop)?);
                return Ok(());
            }
            "filter" => {
                let condition = said.strip_prefix("fn: (r) => ").ok_or(format!("the filter {said}"))?;
                let conditions: Conditions = condition.split(" and ").map(any_of).collect::<Result<_, _>>()?;
                match self.source.take() {
                    Some(points) => {
                        self.rows = select(points, self.range, &conditions);
                        // Each series for itself, until they are grouped.
                        let names = self.rows.iter().flat_map(|row| row.columns.keys().cloned());
                        self.group = names.collect::<BTreeSet<_>>().into_iter().collect();
                    }
                    None => {
                        let is = |row: &Row, (column, value): &(String, String)| row.columns.get(column) == Some(value);
                        self.rows.retain(|row| conditions.iter().all(|any| any.iter().any(|one| is(row, one))));
                    }
                }
            }
            _ if self.source.is_some() => return Err(format!("{name} before a filter")),
            "group" => self.group = columns(said)?,
            "sum" if said.is_empty() => self.fold("sum", |row| row.at)?,
            "aggregateWindow" => self.window(said)?,
            "keep" => {
                let kept = columns(said)?;
                self.rows.iter_mut().for_each(|row| row.columns.retain(|name, _| kept.contains(name)));
                self.group.retain(|name| kept.contains(name));
            }
            "yield" => self.name = quoted(said.trim_start_matches("name: ")),
            other => return Err(format!("undefined identifier {other}")),
        }
        Ok(())
    }

    fn window(&mut self, said: &str) -> Result<(), String> {
        let rest =
            said.strip_suffix(", createEmpty: false, timeSrc: \"_start\"").ok_or(format!("the window {said}"))?;
        let rest = rest.strip_prefix("every: ").ok_or("no every")?;
        let (every, rest) = rest.split_once("s, offset: ").ok_or("no offset")?;
        let (offset, fold) = rest.split_once("s, fn: ").ok_or("no fn")?;
        let number = |text: &str| text.parse::<i64>().map(|seconds| seconds * 1_000_000_000);
        let (every, offset) = (number(every).map_err(|_| "every")?, number(offset).map_err(|_| "offset")?);
        let start = self.range.0;
        // The first window begins where the range does.
        self.fold(fold, |row| (offset + (row.at - offset).div_euclid(every) * every).max(start))
    }

    /// The rows of each group and moment as one.
    fn fold(&mut self, fold: &str, moment: impl Fn(&Row) -> i64) -> Result<(), String> {
        let mut groups: BTreeMap<(Vec<Option<String>>, i64), Vec<Row>> = BTreeMap::new();
        for row in &self.rows {
            // A group by time leaves rows of one moment together.
            let key = self.group.iter().map(|name| row.columns.get(name).cloned()).collect();
            groups.entry((key, moment(row))).or_default().push(row.clone());
        }
        let mut folded = vec![];
        for ((_, at), rows) in groups {
            let values = || rows.iter().map(|row| row.value);
            let (value, whole) = match fold {
                "sum" => (values().sum::<f64>(), rows[0].whole),
                "max" => (values().fold(f64::MIN, f64::max), rows[0].whole),
                "mean" => (values().sum::<f64>() / rows.len() as f64, false),
                other => return Err(format!("undefined identifier {other}")),
            };
            let mut columns = rows[0].columns.clone();
            columns.retain(|name, _| self.group.contains(name));
            folded.push(Row { columns, at, value, whole });
        }
        self.rows = folded;
        Ok(())
    }

    fn csv(&self) -> String {
        let mut tables: BTreeMap<Vec<&String>, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            tables.entry(row.columns.values().collect()).or_default().push(row);
        }
        let mut text = String::new();
        let mut before = String::new();
        for (number, rows) in tables.values().enumerate() {
            let names: Vec<&str> = rows[0].columns.keys().map(String::as_str).collect();
            let kind = if rows[0].whole { "long" } else { "double" };
            let types = format!("#datatype,string,long,dateTime:RFC3339{},{kind}\r\n", ",string".repeat(names.len()));
            // Tables of the same columns stand below one another.
            if types != before {
                text += if text.is_empty() { "" } else { "\r\n" };
                text += &types;
                text += &format!("#group,false,false,false{},false\r\n", ",true".repeat(names.len()));
                text += &format!("#default,{},,{}\r\n", self.name, ",".repeat(names.len() + 1));
                text += &format!(",result,table,_time,{},_value\r\n", names.join(","));
                before = types;
            }
            for row in rows {
                let at = DateTime::from_timestamp_nanos(row.at).to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let of: Vec<&str> = row.columns.values().map(String::as_str).collect();
                text += &format!(",,{number},{at},{},{}\r\n", of.join(","), row.value);
            }
        }
        if text.is_empty() { text } else { text + "\r\n" }
    }
}

/// As in `(r._field == "n" or r._field == "s07")`.
fn any_of(text: &str) -> Result<Vec<(String, String)>, String> {
    let text = text.trim_start_matches('(').trim_end_matches(')');
    let one = |text: &str| {
        let (column, value) = text.strip_prefix("r.")?.split_once(" == ")?;
        Some((column.to_owned(), quoted(value)))
    };
    text.split(" or ").map(|text| one(text).ok_or(format!("the condition {text}"))).collect()
}

fn columns(said: &str) -> Result<Vec<String>, String> {
    let list = said.strip_prefix("columns: [").and_then(|list| list.strip_suffix(']'));
    Ok(list.ok_or(format!("the columns {said}"))?.split(", ").map(quoted).collect())
}

fn quoted(text: &str) -> String {
    text.trim().trim_end_matches(')').trim_matches('"').to_owned()
}

fn nanoseconds(text: &str) -> Result<i64, String> {
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| format!("the time {text}"))?;
    at.timestamp_nanos_opt().ok_or(format!("the time {text}"))
}
