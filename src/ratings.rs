//! Votes: who casts them, which photo comes next, what they add up to.

pub mod achievements;
pub mod awaited_photos;
pub mod biases;
pub mod boards;
pub mod brake;
pub mod by_rater;
pub mod check;
pub mod collector;
pub mod days;
pub mod dealer;
pub mod deck;
pub mod demo;
pub mod double_tap;
pub mod history;
pub mod merge;
pub mod raters;
pub mod rating_style;
pub mod reach;
pub mod record;
pub mod standings;
pub mod tally;
pub mod weekly_digest;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody who votes. A hash of the browser's token: it identifies, and cannot be turned back into the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RaterId(pub Uuid);

impl RaterId {
    /// The rater that this browser token stands for.
    pub fn of_token(token: &[u8; 16]) -> Self {
        let digest = Sha256::digest(token);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        RaterId(Uuid::from_bytes(id))
    }

    /// Whom a browser's cookie stands for once this one was merged into a member: somebody new.
    fn successor(self) -> Self {
        Self::of_token(self.0.as_bytes())
    }
}

/// How derpy, from 1 (not at all) to 10 (totally).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    /// Reads a score as the buttons send it: plain ASCII digits without sign, zero or space in front.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [digit @ b'1'..=b'9'] => Some(Score(digit - b'0')),
            b"10" => Some(Score(10)),
            _ => None,
        }
    }

    /// From 1 to 10.
    pub fn get(self) -> u8 {
        self.0
    }

    fn from_row(stored: i16) -> Self {
        // The column's CHECK holds it between 1 and 10.
        Score(stored.clamp(1, 10) as u8)
    }
}

/// What this rater gave this photo, if anything.
pub async fn find(conn: &mut PgConnection, rater: RaterId, submission: i64) -> Result<Option<Score>, sqlx::Error> {
    let score =
        sqlx::query_scalar!("SELECT score FROM ratings WHERE rater = $1 AND submission = $2", rater.0, submission)
            .fetch_optional(conn)
            .await?;
    Ok(score.map(Score::from_row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ten_buttons_are_scores() {
        for score in 1..=10u8 {
            assert_eq!(Score::parse(&score.to_string()).map(Score::get), Some(score));
        }
        for wrong in ["", "0", "11", "7.0", "+7", "07", " 7", "７", "seven", "1e1", "99999999999999999999"] {
            assert_eq!(Score::parse(wrong), None, "{wrong:?}");
        }
    }
}
