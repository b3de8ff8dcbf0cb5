//! How long a kind's jobs waited and ran, over time.

use rocket::http::{ContentType, Header, RawStr};
use rocket::{Responder, get};
use sqlx::PgConnection;

use super::unknown;
use crate::accounts::Theme;
use crate::charts::{self, Chart, Series, Shape, Together, Unit};
use crate::error::Error;
use crate::queue::board::{self, Measure, Span};
use crate::steering::Target;
use crate::web::answers::csv::Csv;
use crate::web::answers::picture::ShownChart;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::Observer;
use crate::web::guards::visitor::Visitor;

/// How far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Hour,
    Day,
    Week,
}

impl Range {
    pub const ALL: [Range; 3] = [Range::Hour, Range::Day, Range::Week];

    pub fn name(self) -> &'static str {
        match self {
            Range::Hour => "1h",
            Range::Day => "24h",
            Range::Week => "7d",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Range::Hour => "1 hour",
            Range::Day => "24 hours",
            Range::Week => "7 days",
        }
    }

    /// A day, unless something else is asked for.
    pub fn parse(text: Option<&str>) -> Result<Self, Error> {
        let Some(text) = text else { return Ok(Range::Day) };
        let found = Range::ALL.into_iter().find(|range| range.name() == text);
        found.ok_or_else(|| Error::invalid("range", "The range is one of 1h, 24h and 7d."))
    }

    fn span(self) -> Span {
        match self {
            Range::Hour => Span::Hour,
            Range::Day => Span::Day,
            Range::Week => Span::Week,
        }
    }
}

/// Waits or runs of a kind as a chart.
pub async fn histories(
    conn: &mut PgConnection,
    kind: &str,
    measure: Measure,
    range: Range,
) -> Result<Chart, sqlx::Error> {
    let history = board::pace_history(conn, kind, measure, range.span()).await?;
    let series = |name: &str, share: f64| {
        // Set against the percentile of the time before as a whole.
        let values = history.intervals.iter().map(|interval| interval.quantile(share));
        Series::new(name, values).compared_with(history.before.quantile(share))
    };
    let verb = match measure {
        Measure::Wait => "How long jobs of the kind {} waited",
        Measure::Run => "How long jobs of the kind {} ran",
        Measure::Failed => "How long attempts of the kind {} ran that failed",
    };
    Ok(Chart {
        title: verb.replace("{}", kind),
        unit: Unit::Seconds,
        shape: Shape::Lines,
        together: Together::Highest,
        start: history.start,
        step: history.step,
        series: vec![series("p99", 0.99), series("p95", 0.95), series("p50", 0.5)],
        marks: board::deploys(conn).await?.into_iter().map(charts::Mark::deploy).collect(),
    })
}

/// A chart as the partial `shared/_chart` shows it.
pub fn shown(chart: &Chart, kind: &str, measure: Measure, name: &'static str, range: Range, theme: &str) -> ShownChart {
    let path = format!("/ops/kinds/{}/chart", RawStr::new(kind).percent_encode());
    let query = format!("measure={}&range={}", measure.name(), range.name());
    let theme = if theme.is_empty() { String::new() } else { format!("&theme={theme}") };
    ShownChart::of(chart, measure.name(), name, (format!("{path}.svg?{query}{theme}"), format!("{path}.csv?{query}")))
}

/// The theme that a member has chosen, as charts know it.
pub fn theme_of(visitor: &Visitor<'_>) -> &'static str {
    match visitor.appearance().theme {
        Theme::System => "",
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::HighContrast => "contrast",
    }
}

/// A picture with a policy of its own: it may use its own style.
#[derive(Responder)]
pub struct Picture {
    svg: (ContentType, String),
    policy: Header<'static>,
}

/// Found, or a page that says that it is not.
#[derive(Responder)]
pub enum Found<T> {
    Yes(T),
    No(Box<View>),
}

/// The picture.
#[get("/ops/kinds/<kind>/chart.svg?<measure>&<range>&<theme>")]
pub async fn svg(
    _observer: Observer,
    live: Live,
    kind: &str,
    measure: Option<&str>,
    range: Option<&str>,
    theme: Option<&str>,
    db: &Db,
) -> Result<Found<Picture>, Error> {
    live.view_of(&["measure", "range", "theme"])?;
    let theme = theme.unwrap_or_default();
    if !["", "light", "dark", "contrast"].contains(&theme) {
        return Err(Error::invalid("theme", "The theme is one of light, dark and contrast."));
    }
    let Some(chart) = asked_for(kind, measure, range, db).await? else {
        return Ok(Found::No(Box::new(unknown("kind", kind))));
    };
    Ok(Found::Yes(Picture {
        svg: (ContentType::SVG, chart.svg(theme)),
        policy: Header::new("Content-Security-Policy", charts::CSP),
    }))
}

/// The same as numbers.
#[get("/ops/kinds/<kind>/chart.csv?<measure>&<range>")]
pub async fn csv(
    _observer: Observer,
    live: Live,
    kind: &str,
    measure: Option<&str>,
    range: Option<&str>,
    db: &Db,
) -> Result<Found<Csv>, Error> {
    live.view_of(&["measure", "range"])?;
    let Some(chart) = asked_for(kind, measure, range, db).await? else {
        return Ok(Found::No(Box::new(unknown("kind", kind))));
    };
    Ok(Found::Yes(Csv { name: format!("kind-{}", measure.unwrap_or("run")), text: chart.csv() }))
}

async fn asked_for(kind: &str, measure: Option<&str>, range: Option<&str>, db: &Db) -> Result<Option<Chart>, Error> {
    let measure = match measure {
        None | Some("run") => Measure::Run,
        Some("wait") => Measure::Wait,
        Some("failed") => Measure::Failed,
        Some(_) => return Err(Error::invalid("measure", "The measure is one of wait, run and failed.")),
    };
    let range = Range::parse(range)?;
    let mut conn = db.acquire().await?;
    match Target::kind(&mut conn, kind).await? {
        Some(_) => Ok(Some(histories(&mut conn, kind, measure, range).await?)),
        None => Ok(None),
    }
}
