//! What pages of charts have in common: ranges, the addresses of charts, and what templates show of them.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use strum::VariantArray;

use super::db::Db;
use super::guards::live::LiveView;
use crate::alerts;
use crate::charts::{Mark, Size};
use crate::dashboards::kept::Kept;
use crate::dashboards::{Board, Figure, Sheet, system};
use crate::error::Error;
use crate::metrics::query::{Range, Resolution};
use crate::metrics::source::Source;
use crate::queue;

/// For how long a page is not read anew: figures come every ten seconds, and added up ones every minute.
const FRESH: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

/// Pages of charts that were read just now, and where they are read from.
pub struct Sheets {
    source: Source,
    fine: Kept<(Board, Range), Sheet>,
    coarse: Kept<(Board, Range), Sheet>,
}

impl Sheets {
    /// None is read yet.
    pub fn new(source: Source) -> Self {
        let [fine, coarse] = FRESH.map(Kept::new);
        Sheets { source, fine, coarse }
    }

    /// The page, read once for everybody who looks now.
    pub async fn get(&self, db: &Db, board: Board, range: Range) -> Result<Arc<Sheet>, Error> {
        let kept = if range.resolution() == Resolution::Points { &self.fine } else { &self.coarse };
        let conn = async { Ok::<_, Error>(db.acquire().await?) };
        let read = async {
            let mut sheet = Sheet::read(&self.source, conn, board, range).await?;
            let mut conn = db.acquire().await?;
            mark(&mut sheet, board, &mut conn).await?;
            Ok(sheet)
        };
        kept.get((board, range), read).await
    }
}

/// Most alerts that are drawn.
const ALERTS: i64 = 50;

/// Says what happened meanwhile: versions that came, and, to whoever keeps the site running, alerts. One about a chart stands there,
/// and one about the queue on all charts of it.
async fn mark(sheet: &mut Sheet, board: Board, conn: &mut PgConnection) -> Result<(), Error> {
    for (at, version) in queue::board::deploys(conn).await? {
        let mark = match board {
            Board::Kpis => Mark::moment(at, "new version", "a new version came"),
            Board::System => Mark::deploy((at, version)),
        };
        sheet.mark(&mark, |_| true);
    }
    if board == Board::System {
        for alert in alerts::history::since(conn, sheet.span.start, ALERTS).await? {
            let label = format!("! {}", alert.rule.replace('_', " "));
            let words = format!("alert {}", alert.rule);
            let mark = Mark::lasting(alert.fired_at, alert.resolved_at, label, words);
            let chart = alert.link.strip_prefix("/ops/system#");
            sheet.mark(&mark, |panel| chart.map_or(panel.group == system::QUEUE, |chart| panel.id == chart));
        }
    }
    Ok(())
}

/// The range of an address; a day where it says nothing. 422 for one that there is not.
pub fn range(typed: Option<&str>) -> Result<Range, Error> {
    typed.map_or(Ok(Range::Day), |typed| Range::parse(typed).map_err(|message| Error::invalid("range", message)))
}

/// Is it for a wall? 422 for anything but `wall` and `wall=1`.
pub fn wall(typed: Option<&str>) -> Result<bool, Error> {
    match typed {
        None => Ok(false),
        Some("" | "1") => Ok(true),
        Some(_) => Err(Error::invalid("wall", "Say wall, or wall=1, for a page that hangs on a wall.")),
    }
}

/// How large a picture is asked for. 422 for a size that there is not.
pub fn size(typed: Option<&str>) -> Result<Size, Error> {
    match typed {
        None | Some("large") => Ok(Size::Large),
        Some("small") => Ok(Size::Small),
        Some("wall") => Ok(Size::Wall),
        Some(_) => Err(Error::invalid("size", "A picture is large, small or for a wall.")),
    }
}

/// 422 for what is no time in seconds.
pub fn moment(typed: Option<&str>) -> Result<(), Error> {
    match typed.map(str::parse::<i64>) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err(Error::invalid("at", "That is no time in seconds since 1970.")),
    }
}

/// A link to another range.
#[derive(Serialize)]
pub struct RangeLink {
    href: String,
    words: &'static str,
    here: bool,
}

/// Links to all ranges of a page.
pub fn ranges(path: &str, here: Range, wall: bool) -> Vec<RangeLink> {
    let wall = if wall { "&wall=1" } else { "" };
    let link = |range: &Range| RangeLink {
        href: format!("{path}?range={}{wall}", range.name()),
        words: range.alone(),
        here: *range == here,
    };
    Range::VARIANTS.iter().map(link).collect()
}

/// One chart, large, with its numbers, for the template.
pub fn large(path: &str, sheet: &Sheet, chart: &str, live: LiveView) -> Result<Value, Error> {
    let figure = sheet.figure(chart).ok_or(Error::NotFound)?;
    Ok(json!({
        "live": live.read_at(sheet.at),
        "ranges": ranges(&format!("{path}/{chart}"), sheet.range, false),
        "all": format!("{path}?range={}", sheet.range.name()),
        "panel": panel(path, sheet, figure),
        "range": sheet.range.words(),
        "short": within_a_day(sheet),
        "table": figure.chart.table(),
        "store": sheet.store.name(),
    }))
}

/// Is it one day at most, so that times of a table need no date?
fn within_a_day(sheet: &Sheet) -> bool {
    matches!(sheet.range, Range::QuarterHour | Range::Hour | Range::Day)
}

/// A chart as templates show it.
#[derive(Serialize)]
pub struct ShownPanel {
    id: &'static str,
    title: &'static str,
    definition: &'static str,
    headline: Option<String>,
    /// The headline in two: its number, and what follows.
    number: Option<String>,
    unit: Option<String>,
    line: Option<String>,
    change: Option<String>,
    sentence: String,
    picture: String,
    page: String,
    csv: String,
}

/// Charts under one heading.
#[derive(Serialize)]
pub struct ShownGroup {
    name: &'static str,
    panels: Vec<ShownPanel>,
}

/// All charts of a page.
pub fn groups(path: &str, sheet: &Sheet) -> Vec<ShownGroup> {
    let mut groups: Vec<ShownGroup> = Vec::new();
    for figure in &sheet.figures {
        let shown = panel(path, sheet, figure);
        match groups.last_mut().filter(|group| group.name == figure.panel.group) {
            Some(group) => group.panels.push(shown),
            None => groups.push(ShownGroup { name: figure.panel.group, panels: vec![shown] }),
        }
    }
    groups
}

/// Those that fill a screen on a wall, in their order.
pub fn for_a_wall(path: &str, sheet: &Sheet, board: Board) -> Vec<ShownPanel> {
    let hangs = |figure: &&Figure| board != Board::System || system::WALL.contains(&figure.panel.id);
    sheet.figures.iter().filter(hangs).map(|figure| panel(path, sheet, figure)).collect()
}

/// One of them.
fn panel(path: &str, sheet: &Sheet, figure: &Figure) -> ShownPanel {
    let (id, range) = (figure.panel.id, sheet.range.name());
    let parts = figure.headline.as_ref().and_then(|headline| headline.split_once(' '));
    ShownPanel {
        id,
        title: figure.panel.title,
        definition: figure.panel.definition,
        headline: figure.headline.clone(),
        number: parts.map(|(number, _)| number.to_owned()),
        unit: parts.map(|(_, unit)| unit.to_owned()),
        line: figure.line.clone(),
        change: figure.change.clone(),
        sentence: figure.chart.sentence(),
        picture: format!("{path}/{id}/picture.svg?range={range}&at={}", sheet.span.end().timestamp()),
        page: format!("{path}/{id}?range={range}"),
        csv: format!("{path}/{id}/figures.csv?range={range}"),
    }
}
