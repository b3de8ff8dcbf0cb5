//! Pages whose figures come anew by themselves, for those who ask for that: `?live=10` is every ten seconds.
//!
//! The page puts them into the partial `ops/_live` and hands it [`LiveView`] as `live`. Without script the same page has a link
//! that asks once more.

use std::convert::Infallible;

use chrono::{DateTime, Utc};
use rocket::Request;
use rocket::http::RawStr;
use rocket::request::{FromRequest, Outcome};
use serde::Serialize;

use crate::error::Error;

/// The parameter's name.
pub const PARAMETER: &str = "live";

/// How often a page may ask, in seconds.
const EVERY: std::ops::RangeInclusive<u16> = 5..=300;

/// How often the link asks that switches it on.
const USUAL: u16 = 10;

/// The address that was asked for, and whether it wants to stay up to date.
pub struct Live {
    path: String,
    /// The other parameters, as they came.
    others: Vec<String>,
    typed: Option<String>,
}

/// What templates know as `live`.
#[derive(Serialize)]
pub struct LiveView {
    /// Seconds between two looks; nothing for a page that stands still.
    every: Option<u16>,
    /// This page, standing still.
    still: String,
    /// This page, live.
    live: String,
    /// When these figures were read.
    at: DateTime<Utc>,
}

impl LiveView {
    /// The same for a page on which nothing will happen any more.
    pub fn ended(self) -> Self {
        LiveView { every: None, ..self }
    }

    /// The same for figures that were read at another moment.
    pub fn read_at(self, at: DateTime<Utc>) -> Self {
        LiveView { at, ..self }
    }

    /// Does it ask by itself?
    pub fn is_live(&self) -> bool {
        self.every.is_some()
    }
}

impl Live {
    /// For the template. 422 for anything but a number of seconds.
    pub fn view(&self) -> Result<LiveView, Error> {
        let every = match self.typed.as_deref() {
            None => None,
            Some(typed) => Some(typed.parse().ok().filter(|every| EVERY.contains(every)).ok_or_else(wrong)?),
        };
        Ok(LiveView { every, still: self.address(None), live: self.address(every.or(Some(USUAL))), at: Utc::now() })
    }

    /// The same for a page that knows these parameters alone. 422 for any other.
    pub fn view_of(&self, known: &[&str]) -> Result<LiveView, Error> {
        let name = |field: &String| RawStr::new(field).split_at_byte(b'=').0.url_decode_lossy().into_owned();
        if let Some(other) = self.others.iter().map(name).find(|name| !known.contains(&name.as_str())) {
            let shown: String = other.chars().take(40).collect();
            let knows: Vec<&str> = known.iter().copied().chain([PARAMETER]).collect();
            let message = format!("This page has no parameter “{shown}”. It knows {}.", knows.join(", "));
            return Err(Error::invalid("query", message));
        }
        self.view()
    }

    fn address(&self, every: Option<u16>) -> String {
        let live = every.map(|every| format!("{PARAMETER}={every}"));
        let all: Vec<&str> = self.others.iter().chain(&live).map(String::as_str).collect();
        if all.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, all.join("&")) }
    }
}

fn wrong() -> Error {
    let message =
        format!("A page can update itself every {} to {} seconds: say live={USUAL}.", EVERY.start(), EVERY.end());
    Error::invalid("live", message)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Live {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        let fields = query.split('&').filter(|field| !field.is_empty());
        let (live, others): (Vec<&str>, Vec<&str>) =
            fields.partition(|field| RawStr::new(field).split_at_byte(b'=').0 == PARAMETER);
        let typed = live.first().map(|field| RawStr::new(field).split_at_byte(b'=').1.url_decode_lossy().into_owned());
        Outcome::Success(Live {
            path: request.uri().path().to_string(),
            others: others.into_iter().map(str::to_owned).collect(),
            typed,
        })
    }
}
