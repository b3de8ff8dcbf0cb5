//! The boards: photos in an order, of a time, of all species or one, as a gallery with a podium or as a table.

pub mod asked;
pub mod rows;
mod species;
mod winners;

use chrono::{DateTime, NaiveDate, Utc};
use rocket::{Route, get, routes};
use serde::Serialize;
use sqlx::PgConnection;
use strum::VariantArray;

use self::asked::{Asked, Looks};
use self::rows::Row;
use super::answers::view::View;
use super::db::Db;
use crate::error::Error;
use crate::ratings::boards::{self, Board, LEAST, Listing, Order, PAGE, Page, Period, moved, reached};
use crate::ratings::standings;

pub fn routes() -> Vec<Route> {
    routes![show, species::index, species::show, winners::index]
}

/// A page of it; `after` and `before` are marks such as `8.25~812`, as the page's own links carry them, and `since` the first day of a
/// time that is over.
#[get("/leaderboard?<asked..>")]
pub async fn show(asked: Asked<'_>, db: &Db) -> Result<View, Error> {
    let board = asked.board(None)?;
    let mut conn = db.acquire().await?;
    let data = Data::of(&mut conn, &asked, board).await?;
    Ok(View::new("leaderboard/page", data))
}

/// What the page shows.
#[derive(Serialize)]
struct Data {
    heading: String,
    /// Which time, as in "This week, since 23 November 2026".
    time: String,
    orders: Vec<Way>,
    periods: Vec<Way>,
    looks: Vec<Way>,
    /// The first three, on their podium.
    podium: Vec<Row>,
    rows: Vec<Row>,
    table: bool,
    /// What the column of figures is called, and what is said before a figure.
    figure: &'static str,
    unit: &'static str,
    order: &'static str,
    ranked: bool,
    from: Option<i64>,
    to: Option<i64>,
    /// Do several photos on this page share the only rank on it?
    shared: bool,
    /// Photos on the board of all time.
    total: Option<i64>,
    decimals: usize,
    at: Option<DateTime<Utc>>,
    previous: Option<String>,
    next: Option<String>,
    /// Is this not the first page?
    later: bool,
    /// Where to look when nobody is on this board.
    instead: Vec<Way>,
    least: Option<i64>,
    /// Is it about what happens to photos beside being rated?
    reached: bool,
    species: Option<String>,
    winner: Option<winners::Winner>,
    /// The address by which robots are to know it; nothing for all pages but the first.
    canonical: Option<String>,
    /// The address of its feed.
    feed: String,
}

/// A link to another board, or the name of this one.
#[derive(Serialize)]
struct Way {
    name: String,
    href: String,
    here: bool,
}

impl Data {
    async fn of(conn: &mut PgConnection, asked: &Asked<'_>, board: Board) -> Result<Self, Error> {
        let page = asked.page()?;
        let looks = asked.looks()?;
        let mut listing = boards::page(conn, &board, page).await?;
        if listing.photos.len() < PAGE && !listing.more_before {
            // The way back up may end with a short page; the top is always a full one.
            listing = boards::page(conn, &board, Page::First).await?;
        }
        let generation = standings::generation(conn).await?;
        let top = !listing.more_before;
        let winner = if top && board.species.is_none() && board.order == Order::Derpiest {
            winners::latest(conn).await?
        } else {
            None
        };
        let link = |mark: Option<boards::Mark>, to: &str| {
            mark.map(|mark| asked::address(&board, looks, &format!("{to}={}", asked::spell(mark))))
        };
        let previous = link(listing.photos.first().map(boards::Listed::mark), "before").filter(|_| listing.more_before);
        let next = link(listing.photos.last().map(boards::Listed::mark), "after").filter(|_| listing.more_after);
        let decimals = decimals(board.order, &listing);
        let whole = board.species.is_none()
            && board.period == Period::All
            && matches!(board.order, Order::Derpiest | Order::LeastDerpy | Order::Newest);
        let mut rows = rows(conn, &board, listing).await?;
        let (from, to) = (rows.first().and_then(Row::rank), rows.last().and_then(Row::rank));
        let shared = from == to && rows.len() > 1;
        let on_podium =
            if top && looks == Looks::Gallery && board.order != Order::Newest { rows.len().min(3) } else { 0 };
        Ok(Data {
            heading: heading(&board),
            time: asked::time(&board, Utc::now().date_naive()),
            orders: orders(&board, looks),
            periods: if board.order.has_periods() { periods(&board, looks) } else { vec![] },
            looks: [Looks::Gallery, Looks::Table].map(|other| look(&board, looks, other)).into(),
            podium: rows.drain(..on_podium).collect(),
            rows,
            table: looks == Looks::Table,
            figure: words(board.order).figure,
            unit: words(board.order).unit,
            order: board.order.name(),
            ranked: board.order != Order::Newest,
            from,
            to,
            shared,
            total: Some(generation.photos).filter(|_| whole),
            decimals,
            at: generation.finished_at,
            previous,
            next,
            later: !top,
            canonical: top.then(|| asked::address(&board, Looks::Gallery, "")),
            feed: asked::feed_address(&board),
            instead: instead(&board, looks),
            least: (board.period != Period::All || board.order == Order::Divisive).then_some(LEAST),
            reached: matches!(board.order, Order::Trending | Order::MostViral),
            species: board.species,
            winner,
        })
    }
}

async fn rows(conn: &mut PgConnection, board: &Board, listing: Listing) -> Result<Vec<Row>, Error> {
    let main = board.order == Order::Derpiest && board.period == Period::All && board.species.is_none();
    let ranks: Vec<(i64, i64)> =
        listing.photos.iter().filter_map(|photo| Some((photo.submission, photo.rank?))).collect();
    let moved = if main { moved::since_yesterday(conn, &ranks).await? } else { Default::default() };
    let row = |photo: boards::Listed| {
        let moved = moved.get(&photo.submission).copied();
        let figure = figure(board.order, &photo);
        Row::of(photo, figure, moved)
    };
    Ok(listing.photos.into_iter().map(row).collect())
}

/// A figure as it is shown: what is trending cools down while nothing is written.
pub fn figure(order: Order, photo: &boards::Listed) -> f64 {
    if order == Order::Trending { reached::shown(photo.figure, Utc::now().date_naive()) } else { photo.figure }
}

/// What a board shows, in a few words.
pub fn heading(board: &Board) -> String {
    let of = board.species.as_ref().map_or_else(String::new, |species| format!(": {species}"));
    let all = board.period == Period::All && board.order.has_periods();
    let order = words(board.order).heading;
    format!("{order}{}{of}", if all { " of all time" } else { "" })
}

/// What an order is called, and the figures in it.
pub struct Words {
    /// As one of several.
    name: &'static str,
    heading: &'static str,
    /// Over a column of figures.
    figure: &'static str,
    /// Before a figure.
    pub unit: &'static str,
}

pub fn words(order: Order) -> Words {
    let (name, heading, figure, unit) = match order {
        Order::Derpiest => ("Derpiest", "The derpiest", "Score", "score"),
        Order::LeastDerpy => ("Least derpy", "The least derpy", "Score", "score"),
        Order::Divisive => ("Most divisive", "The most divisive", "Spread", "spread"),
        Order::Trending => ("Trending", "Trending now", "Heat", "heat"),
        Order::MostViral => ("Most viral", "The most viral", "Virality", "virality"),
        Order::Newest => ("Newest", "The newest", "", ""),
    };
    Words { name, heading, figure, unit }
}

fn orders(board: &Board, looks: Looks) -> Vec<Way> {
    let way = |&order: &Order| {
        let period = if order.has_periods() { board.period } else { Period::All };
        let since = if order.has_periods() { board.since } else { period.since(NaiveDate::default()) };
        let other = Board { order, period, since, species: board.species.clone() };
        let name = words(order).name;
        Way { name: name.to_owned(), href: asked::address(&other, looks, ""), here: order == board.order }
    };
    Order::VARIANTS.iter().map(way).collect()
}

fn periods(board: &Board, looks: Looks) -> Vec<Way> {
    let today = Utc::now().date_naive();
    let way = |&period: &Period| {
        let other = Board { period, since: period.since(today), ..board.clone() };
        let href = asked::address(&other, looks, "");
        Way { name: asked::now(period).to_owned(), href, here: other == *board }
    };
    Period::VARIANTS.iter().map(way).collect()
}

fn look(board: &Board, looks: Looks, other: Looks) -> Way {
    let name = if other == Looks::Gallery { "Gallery" } else { "Table" };
    Way { name: name.to_owned(), href: asked::address(board, other, ""), here: looks == other }
}

/// The time before this one, and all time.
fn instead(board: &Board, looks: Looks) -> Vec<Way> {
    let today = Utc::now().date_naive();
    let before = board
        .period
        .before(board.since)
        .filter(|&since| board.period.is_kept(since, today))
        .map(|since| Board { since, ..board.clone() });
    let all = (board.period != Period::All).then(|| Board {
        period: Period::All,
        since: Period::All.since(today),
        ..board.clone()
    });
    let way = |other: Board| {
        let href = asked::address(&other, looks, "");
        Way { name: asked::time(&other, today), href, here: false }
    };
    before.into_iter().chain(all).map(way).collect()
}

/// One, or as many as it takes to tell the figures of different ranks apart; never more than three.
fn decimals(order: Order, listing: &Listing) -> usize {
    let alike = |decimals: usize, pair: &[boards::Listed]| {
        let shown = |photo: &boards::Listed| format!("{:.decimals$}", figure(order, photo));
        pair[0].rank != pair[1].rank && shown(&pair[0]) == shown(&pair[1])
    };
    (1..3).find(|&decimals| !listing.photos.windows(2).any(|pair| alike(decimals, pair))).unwrap_or(3)
}
