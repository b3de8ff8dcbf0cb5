//! Questions as Flux: all of a page in one script, each with a result of its own name. Ends of ranges are given, never `now()`, and
//! steps without anything are left out, to be filled in here: what Flux fills in differs between its versions.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::sql::spans;
use super::{Aggregate, Query, Resolution, Span};

/// The name of a result that is never empty: an answer without it is none to our question, or not all of one. Results come in any order, so
/// with it alone nobody knows that all are there; that says the end of the body, which what breaks off does not have.
pub const END: &str = "z";

/// The script, and the spans of its results `up0`, `up1` and so on, which say when processes were up.
pub fn compile(queries: &[Query], bucket: &str) -> (String, Vec<Span>) {
    let spans = spans(queries);
    let mut flux = String::from("import \"array\"\n\n");
    for (number, query) in queries.iter().enumerate() {
        one(&mut flux, number, query, bucket);
    }
    for (number, span) in spans.iter().enumerate() {
        from(&mut flux, bucket, span, span.start);
        flux.push_str("  |> filter(fn: (r) => r._measurement == \"up\" and r._field == \"up\")\n");
        flux.push_str("  |> group(columns: [\"_field\", \"instance\"])\n");
        window(&mut flux, span, "sum");
        flux.push_str("  |> keep(columns: [\"_time\", \"_value\", \"_field\", \"instance\"])\n");
        let _ = writeln!(flux, "  |> yield(name: \"up{number}\")\n");
    }
    let _ = writeln!(
        flux,
        "array.from(rows: [{{_time: 1970-01-01T00:00:00Z, _value: {}, _field: \"end\"}}])\n  |> yield(name: \"{END}\")",
        queries.len()
    );
    (flux, spans)
}

/// The name of a question's result.
pub fn name(number: usize) -> String {
    format!("q{number:02}")
}

/// The bucket that is as fine as that.
pub fn bucket_of(bucket: &str, resolution: Resolution) -> String {
    match resolution {
        Resolution::Points => bucket.to_owned(),
        Resolution::Minutes => format!("{bucket}_minute"),
        // There is no coarser one.
        Resolution::Hours | Resolution::ThreeHours => format!("{bucket}_hour"),
    }
}

/// Between two figures of a gauge: they stand on the clock's grid.
fn moment(resolution: Resolution) -> TimeDelta {
    match resolution {
        Resolution::Points => TimeDelta::seconds(10),
        Resolution::Minutes => TimeDelta::minutes(1),
        Resolution::Hours => TimeDelta::hours(1),
        Resolution::ThreeHours => TimeDelta::hours(3),
    }
}

/// How a field is called in the bucket: the largest of a minute or an hour is kept beside its mean.
pub fn stored(query: &Query, field: &str) -> String {
    match query.aggregate {
        Aggregate::Max { .. } if query.span.resolution != Resolution::Points => format!("{field}_max"),
        _ => field.to_owned(),
    }
}

fn one(flux: &mut String, number: usize, query: &Query, bucket: &str) {
    let kept = |columns: &[&str]| {
        let all = columns.iter().copied().chain(query.by);
        all.map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
    };
    from(flux, bucket, &query.span, query.span.start - query.aggregate.stands());
    let fields: Vec<String> =
        query.fields.iter().map(|field| format!("r._field == \"{}\"", stored(query, field))).collect();
    let _ = writeln!(
        flux,
        "  |> filter(fn: (r) => r._measurement == \"{}\" and ({}))",
        query.measurement,
        fields.join(" or ")
    );
    for (tag, values) in &query.only {
        let values: Vec<String> = values.iter().map(|value| format!("r.{tag} == \"{value}\"")).collect();
        let _ = writeln!(flux, "  |> filter(fn: (r) => {})", values.join(" or "));
    }
    if let Aggregate::Mean { .. } = query.aggregate {
        let moments = Span { step: moment(query.span.resolution), start: DateTime::UNIX_EPOCH, ..query.span };
        if query.span.resolution == Resolution::ThreeHours {
            // Those are means of each series alone, as PostgreSQL keeps them: one may be missing for an hour.
            window(flux, &moments, "mean");
        }
        // What was there at each moment, of all series. A table for each moment would say the same and takes ten times as long.
        let _ = writeln!(flux, "  |> group(columns: [{}])", kept(&["_field"]));
        window(flux, &moments, "sum");
    }
    let _ = writeln!(flux, "  |> group(columns: [{}])", kept(&["_field"]));
    window(
        flux,
        &query.span,
        match query.aggregate {
            Aggregate::Sum => "sum",
            Aggregate::Mean { .. } => "mean",
            Aggregate::Max { .. } => "max",
        },
    );
    let _ = writeln!(
        flux,
        "  |> keep(columns: [{}])\n  |> yield(name: \"{}\")\n",
        kept(&["_time", "_value", "_field"]),
        name(number)
    );
}

fn from(flux: &mut String, bucket: &str, span: &Span, start: DateTime<Utc>) {
    let at = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let bucket = bucket_of(bucket, span.resolution);
    let _ = writeln!(flux, "from(bucket: \"{bucket}\")\n  |> range(start: {}, stop: {})", at(start), at(span.end()));
}

/// Windows begin where the span does, wherever that lies on the clock.
fn window(flux: &mut String, span: &Span, fold: &str) {
    let step = span.step.max(TimeDelta::seconds(1)).num_seconds();
    let offset = span.start.timestamp().rem_euclid(step);
    let _ = writeln!(
        flux,
        "  |> aggregateWindow(every: {step}s, offset: {offset}s, fn: {fold}, createEmpty: false, timeSrc: \"_start\")"
    );
}
