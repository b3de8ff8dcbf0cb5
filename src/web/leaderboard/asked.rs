//! Which board somebody asks for, and how its address is spelt.

use chrono::{Datelike, NaiveDate, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::FromForm;

use crate::error::Error;
use crate::ratings::boards::{Board, KEPT_DAYS, KEPT_WEEKS, Mark, Order, Page, Period};

/// As it stands in the address.
#[derive(FromForm)]
pub struct Asked<'r> {
    by: Option<&'r str>,
    period: Option<&'r str>,
    since: Option<&'r str>,
    view: Option<&'r str>,
    after: Option<&'r str>,
    before: Option<&'r str>,
}

/// How a board looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    Gallery,
    Table,
}

/// The first day of which there are boards.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2020, 1, 1) {
    Some(first) => first,
    None => NaiveDate::MIN,
};

impl Asked<'_> {
    /// The board, of this species alone if there is one.
    pub fn board(&self, species: Option<String>) -> Result<Board, Error> {
        self.board_or(Order::Derpiest, species)
    }

    /// The same, in this order unless they ask for another one.
    pub fn board_or(&self, usual: Order, species: Option<String>) -> Result<Board, Error> {
        let order = self.by.map_or(Ok(usual), str::parse).map_err(|_| {
            Error::invalid(
                "by",
                "There is no leaderboard by that. There are the derpiest, least derpy, most divisive, trending, most viral and newest.",
            )
        })?;
        let period: Period = self.period.map_or(Ok(Period::All), str::parse).map_err(|_| {
            let words =
                "There is no leaderboard of that time. There are those of a day, week, month, year and all time.";
            Error::invalid("period", words)
        })?;
        if !order.has_periods() && period != Period::All {
            let words = match order {
                Order::Newest => "The newest photos are not listed by time: the last one is first anyway.",
                _ => "What is trending or viral is not listed by time: it is about what happens of late.",
            };
            return Err(Error::invalid("period", words));
        }
        let since = self.since(period)?;
        Ok(Board { order, period, since, species })
    }

    fn since(&self, period: Period) -> Result<NaiveDate, Error> {
        let today = Utc::now().date_naive();
        let Some(since) = self.since else { return Ok(period.since(today)) };
        let day =
            since.parse().ok().filter(|&day| FIRST <= period.since(day) && day <= today && day.to_string() == since);
        let day = day.filter(|&day| period != Period::All && period.since(day) == day);
        if day.is_some_and(|day| !period.is_kept(day, today)) {
            let words = format!(
                "Boards of single days are kept for {KEPT_DAYS} days, and those of weeks for {KEPT_WEEKS} weeks. Those of months and years stay."
            );
            return Err(Error::invalid("since", words));
        }
        day.ok_or_else(|| {
            Error::invalid(
                "since",
                "No such day, week, month or year. Weeks begin on Mondays, and none is in the future.",
            )
        })
    }

    pub fn looks(&self) -> Result<Looks, Error> {
        match self.view {
            None | Some("gallery") => Ok(Looks::Gallery),
            Some("table") => Ok(Looks::Table),
            Some(_) => Err(Error::invalid("view", "A leaderboard is a gallery or a table.")),
        }
    }

    pub fn page(&self) -> Result<Page, Error> {
        Ok(match (self.after, self.before) {
            (Some(mark), _) => Page::After(parse(mark)?),
            (None, Some(mark)) => Page::Before(parse(mark)?),
            (None, None) => Page::First,
        })
    }
}

/// The address of a board; `more` goes behind it.
pub fn address(board: &Board, looks: Looks, more: &str) -> String {
    let mut parts = parts(board, Order::Derpiest);
    if looks == Looks::Table {
        parts.push("view=table".to_owned());
    }
    if !more.is_empty() {
        parts.push(more.to_owned());
    }
    join(path(board), &parts)
}

/// The address of the feed of a board. Those of the site and of a species are of the newest photos.
pub fn feed_address(board: &Board) -> String {
    match (&board.species, board.order) {
        (None, Order::Newest) => "/feed.atom".to_owned(),
        (None, _) => join("/leaderboard/feed.atom".to_owned(), &parts(board, Order::Derpiest)),
        (Some(name), _) => join(format!("{}/feed.atom", species_address(name)), &parts(board, Order::Newest)),
    }
}

fn path(board: &Board) -> String {
    board.species.as_ref().map_or_else(|| "/leaderboard".to_owned(), |name| species_address(name))
}

/// What has to be said of a board where this order is the usual one.
fn parts(board: &Board, usual: Order) -> Vec<String> {
    let mut parts = vec![];
    if board.order != usual {
        parts.push(format!("by={}", board.order.name()));
    }
    if board.period != Period::All {
        parts.push(format!("period={}", board.period.name()));
        if board.since != board.period.since(Utc::now().date_naive()) {
            parts.push(format!("since={}", board.since));
        }
    }
    parts
}

fn join(mut address: String, parts: &[String]) -> String {
    for (at, part) in parts.iter().enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address += part;
    }
    address
}

/// The page of a species.
pub fn species_address(name: &str) -> String {
    format!("/species/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

/// The time that it is now.
pub fn now(period: Period) -> &'static str {
    match period {
        Period::Day => "Today",
        Period::Week => "This week",
        Period::Month => "This month",
        Period::Year => "This year",
        Period::All => "All time",
    }
}

/// A time in words.
pub fn time(board: &Board, today: NaiveDate) -> String {
    let Board { period, since, .. } = *board;
    let day = since.format("%-d %B %Y");
    match period {
        Period::All => now(period).to_owned(),
        Period::Day if since == period.since(today) => format!("Today, {day}"),
        Period::Week if since == period.since(today) => format!("This week, from Monday, {day}"),
        Period::Day => day.to_string(),
        Period::Week => format!("The week from Monday, {day}"),
        Period::Month => since.format("%B %Y").to_string(),
        Period::Year => since.year().to_string(),
    }
}

pub fn spell(mark: Mark) -> String {
    format!("{}~{}", mark.figure, mark.submission)
}

fn parse(mark: &str) -> Result<Mark, Error> {
    let parts = mark.split_once('~').and_then(|(figure, submission)| {
        let figure: f64 = figure.parse().ok().filter(|figure: &f64| figure.is_finite())?;
        Some(Mark { figure, submission: submission.parse().ok()? })
    });
    parts.ok_or_else(|| Error::invalid("after", "This page of the leaderboard does not exist. Begin at the top."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_its_link() {
        let mark = Mark { figure: 7.123_456_789_012_345, submission: 812 };
        assert_eq!(parse(&spell(mark)).ok(), Some(mark));
    }

    #[test]
    fn a_mangled_mark_is_refused() {
        for wrong in ["", "7", "~", "NaN~1", "inf~1", "7~x", "7~1~2", "7~99999999999999999999"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
