//! What figures count, and how they are said.

/// What the figures of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds, said in whatever suits them.
    Seconds,
    /// Hundredths.
    Percent,
    /// Bytes.
    Bytes,
    /// Things that can be counted: one, and many.
    Things(&'static str, &'static str),
}

/// A unit that suits the largest figure of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    /// Its name, as it stands at the axis.
    pub name: &'static str,
    /// How many base units it is.
    pub size: f64,
}

const TIMES: [(&str, f64); 5] =
    [("days", 86_400.0), ("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0), ("milliseconds", 0.001)];

const BYTES: [(&str, f64); 5] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1.0)];

impl Unit {
    /// The name of what is stored, for headings of columns.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Percent => "%",
            Unit::Bytes => "bytes",
            Unit::Things(_, many) => many,
        }
    }

    /// A figure with its unit.
    pub fn say(self, value: f64) -> String {
        let value = if value.is_finite() { value.max(0.0) } else { 0.0 };
        match self {
            Unit::Seconds => duration(value),
            Unit::Percent => format!("{} %", number(value)),
            Unit::Bytes => {
                let axis = suited(&BYTES, value);
                format!("{} {}", number(value / axis.size), axis.name)
            }
            Unit::Things(one, many) => format!("{} {}", number(value), if value == 1.0 { one } else { many }),
        }
    }

    /// What suits an axis up to this figure.
    pub(super) fn axis(self, highest: f64) -> Axis {
        match self {
            Unit::Seconds => suited(&TIMES, highest / 2.0),
            Unit::Bytes => suited(&BYTES, highest / 2.0),
            Unit::Percent | Unit::Things(..) => Axis { name: self.name(), size: 1.0 },
        }
    }
}

fn suited(units: &[(&'static str, f64)], value: f64) -> Axis {
    let last = units.len() - 1;
    let (name, size) = units.iter().find(|(_, size)| value >= *size).copied().unwrap_or(units[last]);
    Axis { name, size }
}

/// Three figures that matter, with thousands set apart.
fn number(value: f64) -> String {
    let places = if value >= 100.0 || value.fract() == 0.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.places$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::with_capacity(text.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let rest = if rest.is_empty() { rest } else { rest.trim_end_matches('0').trim_end_matches('.') };
    grouped + rest
}

/// A time in words, in one unit or two: `340 ms`, `2.4 s`, `2 min 5 s`, `3 h 10 min`, `4 days 2 h`.
pub fn duration(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
    if seconds < 0.9995 {
        return format!("{} ms", (seconds * 1000.0).round());
    }
    if seconds < 9.95 {
        let text = format!("{seconds:.1}");
        return format!("{} s", text.trim_end_matches(".0"));
    }
    // More than any number of seconds that we know of; a cast saturates.
    let whole = seconds.round() as u64;
    let two = |large: u64, name: &str, small: u64, short: &str| {
        if small == 0 { format!("{large} {name}") } else { format!("{large} {name} {small} {short}") }
    };
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => two(whole / 60, "min", whole % 60, "s"),
        3600..86_400 => two(whole / 3600, "h", whole % 3600 / 60, "min"),
        86_400..172_800 => two(1, "day", whole % 86_400 / 3600, "h"),
        _ => two(whole / 86_400, "days", whole % 86_400 / 3600, "h"),
    }
}
