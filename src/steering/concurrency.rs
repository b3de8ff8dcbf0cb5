//! How many jobs of a lane may run at once.

use sqlx::{Postgres, Transaction};

use super::{Done, Target, moment};
use crate::accounts::audit::{self, Action, Actor};
use crate::error::Error;
use crate::queue::CHANNEL;

const MOST: i32 = 1000;

/// At most so many, over all processes; nothing for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency(pub Option<i32>);

impl Concurrency {
    /// Empty for no limit.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Concurrency(None));
        }
        let number = text.parse::<i32>().ok().filter(|number| (1..=MOST).contains(number));
        number.map(|number| Concurrency(Some(number))).ok_or_else(|| {
            let why = format!(
                "Write a whole number from 1 to {MOST}, or leave it empty for no limit. To run none, pause the lane."
            );
            Error::invalid("concurrency", why)
        })
    }

    fn words(self) -> String {
        self.0.map_or("no limit".to_owned(), |limit| limit.to_string())
    }
}

/// `seen` is what it was when it was decided; whoever changed it meanwhile is named.
pub async fn set_concurrency(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    lane: &str,
    seen: Option<Concurrency>,
    wanted: Concurrency,
) -> Result<Done, Error> {
    let target = Target::Lane(lane.to_owned());
    let before = sqlx::query_scalar!("SELECT concurrency FROM lanes WHERE name = $1 FOR NO KEY UPDATE", lane)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Error::NotFound)?;
    let before = Concurrency(before);
    let sentence = match wanted.0 {
        None => format!("The {target} has no limit of its own now."),
        Some(limit) => format!("At most {limit} jobs of the {target} run at once. What runs already goes on."),
    };
    if before == wanted {
        return Ok(Done::already(sentence));
    }
    if seen.is_some_and(|seen| seen != before) {
        let last = audit::last_act(tx, Action::LaneConcurrencyChanged, &target.to_string()).await?;
        let who = last.map(|last| format!(", since {} changed it on {}", last.by, moment(last.at))).unwrap_or_default();
        return Err(Error::Conflict(format!("The limit of the {target} is {} now{who}. Look again.", before.words())));
    }
    sqlx::query!("UPDATE lanes SET concurrency = $2 WHERE name = $1", lane, wanted.0).execute(&mut **tx).await?;
    sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(&mut **tx).await?;
    let detail = format!("{target}: {} instead of {}", wanted.words(), before.words());
    audit::record_act(tx, actor, Action::LaneConcurrencyChanged, &detail).await?;
    Ok(Done::now(sentence))
}
