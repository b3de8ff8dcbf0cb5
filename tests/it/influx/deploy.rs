//! What `deploy/influxdb` holds: it knows every counter and every chart of ours.

use std::path::Path;

use chrono::{TimeDelta, Utc};
use ratemyderp::dashboards::{Board, Panel};
use ratemyderp::metrics::Recorder;
use ratemyderp::metrics::query::{Query, Range};
use regex::Regex;
use serde_json::Value;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/influxdb").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

/// Those charts of the template that a dashboard of this name has.
fn charts(name: &str) -> Vec<Value> {
    let template: Value = serde_json::from_str(&file("dashboard.json")).unwrap();
    let named = |one: &&Value| one["metadata"]["name"] == name;
    let dashboard = template.as_array().unwrap().iter().find(named).unwrap_or_else(|| panic!("no dashboard {name}"));
    dashboard["spec"]["charts"].as_array().unwrap().clone()
}

#[test]
fn tasks_add_up_every_counter() {
    let measurements = Recorder::new().measurements();
    assert!(measurements.contains(&"vote") && measurements.len() > 10, "{measurements:?}");
    let known = Regex::new("r\\._measurement == \"([a-z]+)\"").unwrap();
    for task in ["tasks/minute.flux", "tasks/hour.flux"] {
        let flux = file(task);
        assert!(flux.contains("r._measurement != \"check\""), "a check writes into each bucket by itself");
        let (_, counters) = flux.split_once("counter = (r) =>").unwrap();
        let (counters, _) = counters.split_once("process = ").unwrap();
        for measurement in &measurements {
            let named = format!("r._measurement == \"{measurement}\"");
            assert!(counters.contains(&named), "{task} takes the counter {measurement} for a gauge");
        }
        for (_, [name]) in known.captures_iter(counters).map(|found| found.extract()) {
            assert!(measurements.contains(&name), "{task} adds up {name}, which nobody counts");
        }
    }
}

#[test]
fn the_template_has_the_charts_of_our_pages_and_no_others() {
    for (board, name, more) in [
        (Board::Kpis, "ratemyderp", [].as_slice()),
        // What only InfluxDB's own pages have to say.
        (Board::System, "ratemyderp-system", &["How far this InfluxDB is behind"]),
    ] {
        let charts = charts(name);
        let titles: Vec<&str> = charts.iter().map(|chart| chart["name"].as_str().unwrap()).collect();
        let ours: Vec<&str> = board.panels().iter().map(|panel| panel.title).chain(more.iter().copied()).collect();
        assert_eq!(titles, ours, "{name}");
        for (panel, chart) in board.panels().iter().zip(&charts) {
            same(panel, chart);
        }
    }
}

/// A line between two rows that lie an hour apart would say that there was something in between, and a window that has only begun that there
/// is less and less.
#[test]
fn counts_fall_to_zero_where_nothing_was_and_not_where_they_end() {
    let mut counts = 0;
    for chart in ["ratemyderp", "ratemyderp-system"].into_iter().flat_map(charts) {
        let flux = chart["queries"][0]["query"].as_str().unwrap();
        if !flux.contains("fn: sum, createEmpty") || flux.contains("histogramQuantile") {
            continue;
        }
        counts += 1;
        assert!(flux.contains("createEmpty: true") && flux.contains("|> fill(value: 0)"), "{}: {flux}", chart["name"]);
        let whole = "stop: date.truncate(t: date.sub(d: 30s, from: v.timeRangeStop), unit: 1m)";
        assert!(!flux.contains("every: 1m") || flux.contains(whole), "{}: {flux}", chart["name"]);
    }
    assert_eq!(counts, 9);
}

/// Does it mean the same, in the same unit, and ask for the same?
fn same(panel: &Panel, chart: &Value) {
    let id = panel.id;
    assert_eq!(chart["note"], panel.definition, "{id}");
    assert_eq!(chart["axes"][1]["label"], panel.unit.name(), "{id}");
    let flux = chart["queries"][0]["query"].as_str().unwrap();
    assert!(flux.contains("v.timeRangeStart") && !flux.contains("now()"), "{id}: {flux}");
    for query in (panel.asks)(Range::Hour.span(Utc::now() - TimeDelta::days(1))) {
        asks(flux, &query).unwrap_or_else(|missing| panic!("{id} does not ask for {missing}: {flux}"));
    }
}

/// The error is what of a question does not stand in a script. Of fields one is enough: charts ask for those of others too.
fn asks(flux: &str, query: &Query) -> Result<(), String> {
    let has = |text: String| if flux.contains(&text) { Ok(()) } else { Err(text) };
    has(format!("r._measurement == \"{}\"", query.measurement))?;
    for (tag, values) in &query.only {
        for value in values {
            has(format!("r.{tag} == \"{value}\""))?;
        }
    }
    let patterns = [("^b[0-9][0-9]$", "/^b[0-9][0-9]$/"), ("^s(0[1-9]|10)$", "/^s(0[1-9]|10)$/")];
    let asked = |field: &&&str| {
        let matched =
            |(pattern, text): &(&str, &str)| Regex::new(pattern).unwrap().is_match(field) && flux.contains(text);
        flux.contains(&format!("r._field == \"{field}\"")) || patterns.iter().any(matched)
    };
    query.fields.iter().find(asked).map(drop).ok_or_else(|| format!("any of {:?}", query.fields))
}
