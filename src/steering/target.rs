//! What can be paused.

use std::fmt;

use sqlx::PgConnection;
use strum::VariantArray;

use crate::queue::schedules::Schedule;
use crate::queue::{JobKind, board};

/// Something that can be paused, and is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Its jobs wait.
    Lane(String),
    /// Its jobs wait.
    Kind(String),
    /// It does not tick.
    Schedule(String),
}

impl Target {
    /// A lane of this name.
    pub async fn lane(conn: &mut PgConnection, name: &str) -> Result<Option<Self>, sqlx::Error> {
        let known = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM lanes WHERE name = $1) AS "known!""#, name);
        Ok(known.fetch_one(conn).await?.then(|| Target::Lane(name.to_owned())))
    }

    /// A kind of this name: one that this program knows, or one of which there are jobs.
    pub async fn kind(conn: &mut PgConnection, name: &str) -> Result<Option<Self>, sqlx::Error> {
        let known = JobKind::VARIANTS.iter().any(|kind| kind.name() == name)
            || board::counts(conn).await?.iter().any(|count| count.kind == name);
        Ok(known.then(|| Target::Kind(name.to_owned())))
    }

    /// A schedule of this name.
    pub fn schedule(schedules: &[Schedule], name: &str) -> Option<Self> {
        schedules.iter().any(|schedule| schedule.name() == name).then(|| Target::Schedule(name.to_owned()))
    }

    /// What is paused, in one word.
    pub fn noun(&self) -> &'static str {
        match self {
            Target::Lane(_) => "lane",
            Target::Kind(_) => "kind",
            Target::Schedule(_) => "schedule",
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Target::Lane(name) | Target::Kind(name) | Target::Schedule(name) => name,
        }
    }
}

/// As in `lane mail`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.noun(), self.name())
    }
}
