//! Reading what InfluxDB answers to Flux: annotated CSV. All of it or nothing: an answer of which a part is wrong is wrong, and
//! nobody may see half of it as a chart.

use chrono::{DateTime, Utc};
use csv::{ReaderBuilder, StringRecord};

/// A row of any result.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Of which result.
    pub result: String,
    pub time: DateTime<Utc>,
    pub field: String,
    pub value: f64,
    /// The other column, if there is one: its value.
    pub of: Option<String>,
}

/// The columns of a table, by their places.
struct Table {
    types: StringRecord,
    default_result: String,
    result: usize,
    time: usize,
    value: usize,
    field: usize,
    of: Option<usize>,
}

/// Everything in an answer, or what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Row>, String> {
    if !text.is_empty() && !text.ends_with("\r\n") && !text.ends_with('\n') {
        return Err("it ends in the middle of a line".into());
    }
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut notes: Vec<StringRecord> = vec![];
    let mut table: Option<Table> = None;
    let mut rows = vec![];
    while let Some(record) = reader.records().next() {
        let record = record.map_err(|cause| format!("it is no CSV: {cause}"))?;
        match record.get(0) {
            Some(note) if note.starts_with('#') => {
                if notes.len() == 3 {
                    return Err("a table without rows".into());
                }
                table = None;
                notes.push(record);
            }
            _ if !notes.is_empty() && record.iter().any(|name| name == "error") => {
                return Err(gave_up(&record, reader.records().next()));
            }
            _ if !notes.is_empty() => table = Some(head(&std::mem::take(&mut notes), &record)?),
            _ => match &table {
                Some(table) => rows.push(row(table, &record)?),
                None => return Err(trouble(&record)),
            },
        }
    }
    if notes.is_empty() { Ok(rows) } else { Err("it ends before its first row".into()) }
}

/// A table without annotations: that is how errors look that come late.
fn trouble(record: &StringRecord) -> String {
    format!("a table that says nothing of its types: {}", record.iter().take(4).collect::<Vec<_>>().join(","))
}

/// A table of one error: what comes after it began to answer cannot be told in the status any more.
fn gave_up(names: &StringRecord, told: Option<csv::Result<StringRecord>>) -> String {
    let place = names.iter().position(|name| name == "error").unwrap_or_default();
    let told = told.and_then(Result::ok);
    let reason = told.as_ref().and_then(|record| record.get(place)).unwrap_or("it does not say why");
    format!("InfluxDB gave up in the middle of its answer: {}", reason.chars().take(300).collect::<String>())
}

fn head(notes: &[StringRecord], names: &StringRecord) -> Result<Table, String> {
    let note = |name: &str| notes.iter().find(|note| note.get(0) == Some(name));
    let (Some(types), Some(_), Some(defaults)) = (note("#datatype"), note("#group"), note("#default")) else {
        return Err("a table without its three annotations".into());
    };
    let place = |name: &str| names.iter().position(|known| known == name);
    if types.len() != names.len() {
        return Err(format!("{} types for {} columns", types.len(), names.len()));
    }
    let (Some(result), Some(time), Some(value), Some(field)) =
        (place("result"), place("_time"), place("_value"), place("_field"))
    else {
        return Err(format!("columns are missing: {}", names.iter().collect::<Vec<_>>().join(",")));
    };
    let known = ["", "result", "table", "_time", "_value", "_field", "_start", "_stop"];
    let others: Vec<usize> =
        names.iter().enumerate().filter(|(_, name)| !known.contains(name)).map(|(place, _)| place).collect();
    let of = match others.as_slice() {
        [] => None,
        [one] => Some(*one),
        _ => return Err("more columns than were asked for".into()),
    };
    let table = Table {
        types: types.clone(),
        default_result: defaults.get(result).unwrap_or_default().to_owned(),
        result,
        time,
        value,
        field,
        of,
    };
    let is = |place: usize, kinds: &[&str]| kinds.contains(&table.types.get(place).unwrap_or_default());
    let fit = is(time, &["dateTime:RFC3339", "dateTime:RFC3339Nano"])
        && is(value, &["long", "unsignedLong", "double"])
        && is(field, &["string"])
        && of.is_none_or(|of| is(of, &["string"]));
    if fit { Ok(table) } else { Err(format!("types that cannot be: {}", types.iter().collect::<Vec<_>>().join(","))) }
}

fn row(table: &Table, record: &StringRecord) -> Result<Row, String> {
    if record.len() != table.types.len() {
        return Err(format!("a row of {} columns under {}", record.len(), table.types.len()));
    }
    let cell = |place: usize| record.get(place).unwrap_or_default();
    let time =
        DateTime::parse_from_rfc3339(cell(table.time)).map_err(|_| format!("the time {:?}", cell(table.time)))?;
    let value: f64 = cell(table.value).parse().map_err(|_| format!("the figure {:?}", cell(table.value)))?;
    if !value.is_finite() || cell(table.field).is_empty() {
        return Err(format!("the figure {value} of {:?}", cell(table.field)));
    }
    let result = Some(cell(table.result)).filter(|result| !result.is_empty()).unwrap_or(&table.default_result);
    Ok(Row {
        result: result.to_owned(),
        time: time.to_utc(),
        field: cell(table.field).to_owned(),
        value,
        of: table.of.map(cell).filter(|of| !of.is_empty()).map(str::to_owned),
    })
}
