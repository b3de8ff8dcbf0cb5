//! What somebody asks for, and how its address is spelt.

use chrono::{NaiveTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::FromForm;
use serde::Serialize;
use sqlx::PgConnection;
use strum::VariantArray;

use crate::accounts::profile;
use crate::error::Error;
use crate::finding::words::{self, LENGTH, Spelled};
use crate::finding::{Mark, Wanted};
use crate::ratings::boards::Period;
use crate::submissions::text::NAME_LENGTH;

/// As it stands in the address. What is empty is not asked for.
#[derive(FromForm)]
pub struct Asked<'r> {
    q: Option<&'r str>,
    species: Option<&'r str>,
    by: Option<&'r str>,
    period: Option<&'r str>,
    least: Option<&'r str>,
    after: Option<&'r str>,
}

/// An entry of a list in the form.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

impl Asked<'_> {
    /// What was typed, if it is not too long.
    pub fn words(&self) -> Result<String, Error> {
        let typed = self.q.unwrap_or_default();
        let length = typed.chars().count();
        if length > LENGTH {
            let message = format!("Search for {LENGTH} characters or fewer; you typed {length}.");
            return Err(Error::invalid("q", message));
        }
        Ok(typed.to_owned())
    }

    /// Is this not the gallery of everything?
    pub fn anything(&self) -> bool {
        let filters = [self.q, self.species, self.by, self.least];
        filters.into_iter().any(|filter| given(filter).is_some())
            || given(self.period).is_some_and(|period| period != "all")
    }

    pub fn species(&self) -> Option<String> {
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        given(self.species).map(|species| species.chars().map(shown).collect())
    }

    /// The name of a member.
    pub fn by(&self) -> Option<&str> {
        given(self.by).map(|by| by.trim_start_matches('@'))
    }

    /// What to look for, with these words.
    pub async fn wanted(&self, conn: &mut PgConnection, words: Vec<Spelled>) -> Result<Wanted, Error> {
        let (period, least) = (self.period()?, self.least()?);
        let species = match self.species() {
            Some(species) if species.chars().count() > NAME_LENGTH => {
                return Err(Error::invalid("species", format!("A species has {NAME_LENGTH} characters or fewer.")));
            }
            Some(species) => Some(words::species(conn, &species).await?),
            None => None,
        };
        let owner = match self.by() {
            Some(by) => Some(profile::find(conn, by, None).await?.ok_or_else(nobody)?.account),
            None => None,
        };
        let since =
            (period != Period::All).then(|| period.since(Utc::now().date_naive()).and_time(NaiveTime::MIN).and_utc());
        Ok(Wanted { words, species, owner, since, least: least.map(f64::from) })
    }

    fn period(&self) -> Result<Period, Error> {
        given(self.period).map_or(Ok(Period::All), str::parse).map_err(|_| {
            Error::invalid("period", "Photos can be from today, this week, this month, this year or any time.")
        })
    }

    fn least(&self) -> Result<Option<u8>, Error> {
        let parse = |given: &str| {
            given.parse().ok().filter(|least: &u8| (1..=10).contains(least) && least.to_string() == given)
        };
        let wrong = || Error::invalid("least", "The lowest score is a whole number from 1 to 10.");
        given(self.least).map(|least| parse(least).ok_or_else(wrong)).transpose()
    }

    /// Where the page begins.
    pub fn after(&self) -> Result<Option<Mark>, Error> {
        let parse = |mark: &str| {
            let (weight, submission) = mark.split_once('~')?;
            let weight = weight.parse().ok().filter(|weight| (0..=3).contains(weight))?;
            Some(Mark { weight, submission: submission.parse().ok()? })
        };
        let wrong = || Error::invalid("after", "This page of the photos does not exist. Begin with the first.");
        self.after.map(|mark| parse(mark).ok_or_else(wrong)).transpose()
    }

    /// The address of the page behind a mark, or of the first.
    pub fn address(&self, after: Option<Mark>) -> String {
        let asked = [
            ("q", given(self.q)),
            ("species", given(self.species)),
            ("by", given(self.by)),
            ("period", given(self.period)),
            ("least", given(self.least)),
        ];
        let mark = after.map(|mark| format!("after={}~{}", mark.weight, mark.submission));
        let encode = |(name, value): (&str, Option<&str>)| {
            Some(format!("{name}={}", utf8_percent_encode(value?, NON_ALPHANUMERIC)))
        };
        let parts: Vec<String> = asked.into_iter().filter_map(encode).chain(mark).collect();
        let path = if self.anything() { "/search" } else { "/photos" };
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }

    pub fn periods(&self) -> Vec<Choice> {
        let here = self.period().unwrap_or(Period::All);
        let choice = |&period: &Period| Choice {
            value: period.name().to_owned(),
            name: name(period).to_owned(),
            chosen: period == here,
        };
        Period::VARIANTS.iter().rev().map(choice).collect()
    }

    pub fn scores(&self) -> Vec<Choice> {
        let here = self.least().ok().flatten();
        let choice = |score: u8| Choice {
            value: score.to_string(),
            name: format!("{score} and more"),
            chosen: Some(score) == here,
        };
        (2..=9).rev().map(choice).collect()
    }
}

fn nobody() -> Error {
    Error::invalid("by", "There is no member of that name, or they do not show their profile.")
}

fn name(period: Period) -> &'static str {
    match period {
        Period::Day => "today",
        Period::Week => "this week",
        Period::Month => "this month",
        Period::Year => "this year",
        Period::All => "at any time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<'a>(after: Option<&'a str>, least: Option<&'a str>) -> Asked<'a> {
        Asked { q: Some("two words & more"), species: None, by: None, period: None, least, after }
    }

    #[test]
    fn a_mark_survives_its_link() {
        let mark = Mark { weight: 3, submission: 812 };
        let address = asked(None, None).address(Some(mark));
        let (_, spelt) = address.rsplit_once("after=").expect("a mark");
        assert_eq!(asked(Some(spelt), None).after().ok(), Some(Some(mark)));
        assert!(address.starts_with("/search?q=two%20words%20%26%20more&"), "{address}");
    }

    #[test]
    fn mangled_marks_and_scores_are_refused() {
        for wrong in ["", "7", "~", "4~1", "-1~1", "x~1", "3~x", "3~1~2", "3~99999999999999999999"] {
            assert!(asked(Some(wrong), None).after().is_err(), "{wrong}");
        }
        for wrong in ["0", "11", "-1", "7.5", "x", "300", "+7", "07"] {
            assert!(asked(None, Some(wrong)).least().is_err(), "{wrong}");
        }
    }
}
