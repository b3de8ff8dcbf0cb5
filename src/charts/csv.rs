//! The numbers of a chart for other programs.

use super::Chart;

pub(super) fn of(chart: &Chart) -> String {
    let mut text = String::from("time");
    for series in &chart.series {
        text += ",";
        text += &field(&format!("{} ({})", series.name, chart.unit.name()));
    }
    text += "\r\n";
    for index in 0..chart.len() {
        text += &chart.time(index).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        for series in &chart.series {
            text += ",";
            if let Some(value) = series.at(index) {
                text += &value.to_string();
            }
        }
        text += "\r\n";
    }
    text
}

/// Quoted where it has to be, and no formula to a spreadsheet.
fn field(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}
