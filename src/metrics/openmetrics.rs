//! What this process has counted since it began, for collectors of others: OpenMetrics, or the older text of Prometheus.

use std::fmt::Write;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::buckets::{BOUNDS, NAMES};
use super::recorder::{Recorder, Total};

/// Which of the two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// OpenMetrics 1.0.
    Open,
    /// The format 0.0.4 of Prometheus, in which a counter's name is that of its samples.
    Prometheus,
}

impl Text {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Text::Open => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Text::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

static BEGAN: LazyLock<f64> =
    LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()));

/// Remembers when this process began.
pub fn begin() {
    LazyLock::force(&BEGAN);
}

/// Everything that was counted, as text. A series appears when something was counted in it.
pub fn render(recorder: &Recorder, text: Text) -> String {
    let mut page = Page { text, page: String::new() };
    page.head("process_start_time_seconds", "gauge", "When this process began, in seconds since 1970.");
    page.sample("process_start_time_seconds", "", &format!("{:.3}", *BEGAN));
    page.head("ratemyderp_build", "info", "Which program this is.");
    page.sample("ratemyderp_build_info", &label("version", env!("CARGO_PKG_VERSION")), "1");
    let totals = recorder.totals();
    for group in totals.chunk_by(|one, other| one.measurement == other.measurement) {
        counters(&mut page, group);
        for prefix in ["", "wait_", "run_"] {
            histogram(&mut page, group, prefix);
        }
    }
    if text == Text::Open {
        page.page.push_str("# EOF\n");
    }
    page.page
}

struct Page {
    text: Text,
    page: String,
}

impl Page {
    /// In the older text a counter's family is named like its samples, and there is no such thing as `info`.
    fn head(&mut self, family: &str, kind: &str, help: &str) {
        let (family, kind) = match (self.text, kind) {
            (Text::Prometheus, "counter") => (format!("{family}_total"), kind),
            (Text::Prometheus, "info") => (format!("{family}_info"), "gauge"),
            _ => (family.to_owned(), kind),
        };
        let _ = writeln!(self.page, "# HELP {family} {help}\n# TYPE {family} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: &str) {
        let _ = match labels {
            "" => writeln!(self.page, "{name} {value}"),
            labels => writeln!(self.page, "{name}{{{labels}}} {value}"),
        };
    }
}

/// Every field that is no bucket is a counter; scores are one counter with a label.
fn counters(page: &mut Page, group: &[Total]) {
    let Some(first) = group.first() else { return };
    let measurement = first.measurement;
    let mut headed: Vec<String> = vec![];
    for (place, field) in first.fields.iter().map(|(field, _)| *field).enumerate() {
        let score = field.strip_prefix('s').filter(|digits| digits.parse::<u8>().is_ok());
        if bucket(field, "").or(bucket(field, "wait_")).or(bucket(field, "run_")).is_some() || field == "ms" {
            continue;
        }
        let family = match (field, score) {
            ("n", _) => format!("ratemyderp_{measurement}"),
            (_, Some(_)) => format!("ratemyderp_{measurement}_scores"),
            _ => format!("ratemyderp_{measurement}_{}", field.trim_start_matches("n_")),
        };
        if !headed.contains(&family) {
            page.head(&family, "counter", help(measurement, field));
            headed.push(family.clone());
        }
        for total in group.iter().filter(|total| total.fields[place].1 > 0) {
            let own = score.map(|score| label("score", score.trim_start_matches('0')));
            page.sample(&format!("{family}_total"), &labels(total, own), &total.fields[place].1.to_string());
        }
    }
}

/// Our buckets stand side by side; here each holds those below it too. How long all took together is known of answers alone.
fn histogram(page: &mut Page, group: &[Total], prefix: &str) {
    let Some(first) = group.first() else { return };
    let has = |total: &Total| total.fields.iter().any(|(field, count)| *count > 0 && bucket(field, prefix).is_some());
    if !group.iter().any(has) {
        return;
    }
    let family = format!("ratemyderp_{}_{prefix}seconds", first.measurement);
    page.head(&family, "histogram", help(first.measurement, prefix));
    for total in group.iter().filter(|total| has(total)) {
        let mut below = 0;
        for (field, count) in &total.fields {
            let Some(place) = bucket(field, prefix) else { continue };
            below += count;
            let bound = BOUNDS.get(place).map_or("+Inf".to_owned(), |&millis| seconds(millis));
            page.sample(&format!("{family}_bucket"), &labels(total, Some(label("le", &bound))), &below.to_string());
        }
        let millis = total.fields.iter().find(|(field, _)| *field == "ms").map(|(_, millis)| *millis);
        if let Some(millis) = millis.filter(|_| prefix.is_empty()) {
            page.sample(&format!("{family}_sum"), &labels(total, None), &seconds(millis));
            page.sample(&format!("{family}_count"), &labels(total, None), &below.to_string());
        }
    }
}

fn bucket(field: &str, prefix: &str) -> Option<usize> {
    let name = field.strip_prefix(prefix)?;
    NAMES.iter().position(|known| *known == name)
}

/// Written as a real number, as OpenMetrics wants bounds.
fn seconds(millis: u64) -> String {
    format!("{:?}", millis as f64 / 1_000.0)
}

fn labels(total: &Total, own: Option<String>) -> String {
    let tags = total.tags.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| label(name, value));
    tags.chain(own).collect::<Vec<_>>().join(",")
}

fn label(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn help(measurement: &str, field: &str) -> &'static str {
    match (measurement, field) {
        ("http", "n") => "Answers by address and class of status.",
        ("http", _) => "How long answers took.",
        ("answer", "n") => "Answers to votes and all others, by class of status.",
        ("answer", _) => "How long answers to votes and all others took.",
        ("vote", "n") => "Votes that count.",
        ("vote", "changed") => "Votes that replaced another one.",
        ("vote", "refused") => "Votes that do not count.",
        ("vote", "first") => "First votes of raters.",
        ("vote", _) => "Votes that count, by score.",
        ("account", _) => "What happened to accounts.",
        ("photo", "n") => "What happened to photos.",
        ("photo", _) => "How long after it was handed in it happened to a photo.",
        ("visit", _) => "What visitors saw or did without voting.",
        ("mail", _) => "Mails that were handed over, or not.",
        ("job", "n") => "Attempts of jobs that ended.",
        ("job", "wait_") => "How long jobs that were due had waited when an attempt began.",
        ("job", _) => "How long attempts of jobs took.",
        ("enqueue", _) => "Jobs that were added to the queue.",
        ("metrics", "n_dropped") => "Points that were lost, since PostgreSQL was away for too long.",
        ("metrics", _) => "Points that InfluxDB would not take.",
        _ => "Counted since this process began.",
    }
}
