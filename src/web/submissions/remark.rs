//! What is said of a vote beside the score, now and then with something to smile at.
//!
//! Everything follows from what the vote brought back with it, so that no remark costs a query.

use serde::{Deserialize, Serialize};

use crate::ratings::tally;
use crate::templates::{group_thousands, ordinal};

/// Ratings that it takes before one says anything about the others.
const ENOUGH: i64 = 8;

/// A vote that counts, and what the photo has with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "InCookie", into = "InCookie")]
pub struct Counted {
    /// What they had given before, when it was something else.
    pub previous: Option<u8>,
    pub score: u8,
    /// Ratings of the photo.
    pub count: i64,
    /// Sum of their scores.
    pub sum: i64,
    /// How many gave this very score.
    pub alike: i64,
}

/// Without the names, which would be most of it.
type InCookie = (Option<u8>, u8, i64, i64, i64);

impl From<Counted> for InCookie {
    fn from(counted: Counted) -> Self {
        (counted.previous, counted.score, counted.count, counted.sum, counted.alike)
    }
}

impl From<InCookie> for Counted {
    fn from((previous, score, count, sum, alike): InCookie) -> Self {
        Counted { previous, score, count, sum, alike }
    }
}

/// One sentence about a vote: what is rare comes first.
pub fn remark(vote: &Counted) -> String {
    let Counted { previous, score, count, sum, alike } = *vote;
    let average = tally::average(count, sum).unwrap_or_default();
    let above = f64::from(score) - average;
    if count >= ENOUGH && alike == 1 {
        return format!("Nobody else has ever given it a {score}.");
    }
    if count >= ENOUGH && above.abs() >= 4.0 {
        let eye = if above > 0.0 { "You see something that the others do not." } else { "You are hard to impress." };
        return eye.to_owned();
    }
    if count >= ENOUGH && average >= 9.0 {
        return "It hardly gets any derpier.".to_owned();
    }
    if count >= ENOUGH && alike * 2 >= count {
        return format!("{} of {} said just the same.", group_thousands(alike), group_thousands(count));
    }
    match previous {
        Some(_) => format!("{} people have rated it.", group_thousands(count)),
        None => format!("You are the {} to rate it.", ordinal(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(score: u8, count: i64, sum: i64, alike: i64) -> String {
        remark(&Counted { previous: None, score, count, sum, alike })
    }

    #[test]
    fn most_votes_are_told_their_place_in_the_queue() {
        assert_eq!(said(7, 41, 41 * 6, 5), "You are the 41st to rate it.");
        assert_eq!(said(7, 112, 112 * 6, 9), "You are the 112th to rate it.");
        assert_eq!(said(1, 3, 19, 1), "You are the 3rd to rate it.", "few ratings say nothing about anybody");
        let changed = Counted { previous: Some(3), score: 7, count: 41, sum: 41 * 6, alike: 5 };
        assert_eq!(remark(&changed), "41 people have rated it.");
    }

    #[test]
    fn what_is_rare_is_said_instead() {
        assert_eq!(said(2, 41, 41 * 6, 1), "Nobody else has ever given it a 2.");
        assert_eq!(said(10, 41, 41 * 6, 2), "You see something that the others do not.");
        assert_eq!(said(1, 41, 41 * 6, 2), "You are hard to impress.");
        assert_eq!(said(10, 40, 40 * 9, 20), "It hardly gets any derpier.");
        assert_eq!(said(7, 40, 40 * 6, 20), "20 of 40 said just the same.");
    }

    #[test]
    fn a_cookie_brings_back_what_it_was_given() {
        let vote = Counted { previous: Some(3), score: 7, count: 41, sum: 246, alike: 5 };
        let text = serde_json::to_string(&vote).expect("JSON");
        assert_eq!(text, "[3,7,41,246,5]");
        assert_eq!(serde_json::from_str::<Counted>(&text).ok(), Some(vote));
    }
}
