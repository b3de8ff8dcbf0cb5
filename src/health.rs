//! How the queue does, in one sentence: what is wrong, the worst first, or that all is well. One function for the page, the
//! command line and alerts. What it costs follows the number of lanes, kinds and running jobs, never that of jobs.

mod figures;
mod link;
mod past;
mod rules;
pub mod samples;
pub mod words;
mod workers;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use strum::{IntoStaticStr, VariantArray};

use self::figures::Figures;
use crate::config::{AlertsConfig, Config};

/// What can be wrong, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rule {
    /// No worker takes jobs.
    NobodyWorks,
    /// Jobs run, and none ends.
    Stalled,
    /// Jobs wait for too long.
    Overdue,
    /// Most attempts of a kind fail, and will be tried again.
    Failing,
    /// Jobs failed, and nobody has seen to them.
    Failed,
    /// A worker has gone without a word, and none has started in its place.
    Vanished,
    /// Jobs of dead workers are not rescued.
    Orphans,
    /// Jobs wait that no worker knows.
    UnknownKinds,
    /// Something is paused, perhaps forgotten.
    Paused,
    /// A schedule does not tick.
    MissedTicks,
    /// More comes than goes.
    Grows,
}

impl Rule {
    /// As stored, such as `nobody_works`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it watches, with its threshold, in a sentence for operators.
    pub fn watches(self, limits: &AlertsConfig) -> String {
        rules::watches(self, limits)
    }
}

/// One of the things that a part of the sentence is about, such as a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Which, the same each time: a lane, a kind, a group of errors; empty where there is but one.
    pub subject: String,
    /// What is wrong with it, as a sentence.
    pub words: String,
    /// Where it is seen.
    pub link: String,
}

/// A part of the sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub rule: Rule,
    /// A sentence without its full stop.
    pub words: String,
    /// The list of exactly these jobs, or the page of what is wrong.
    pub link: String,
    /// What it is made of; at least one.
    pub items: Vec<Item>,
    /// It follows from a worse part, and is not said beside that.
    pub implied: bool,
}

/// How it flows in a lane.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    pub lane: String,
    /// For how long the oldest job that is due has been so, in words; nothing when none is, or the lane is paused.
    pub oldest: Option<String>,
    /// Attempts that ended, each minute of the last few.
    pub ended_per_minute: f64,
    /// When what waits would be done if nothing new came, in words; nothing when nothing ends or waits.
    pub drains_in: Option<String>,
}

/// How the queue does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    /// By the database's clock.
    pub at: DateTime<Utc>,
    /// What is wrong, the worst first; nothing when all is well.
    pub parts: Vec<Part>,
    /// All that is paused, however short a time.
    pub paused: Vec<Item>,
    /// Lane by lane.
    pub flows: Vec<Flow>,
    /// What is said when all is well.
    calm: String,
}

impl Health {
    pub fn is_well(&self) -> bool {
        self.parts.is_empty()
    }

    /// What the sentence sums up or leaves out: each error, each lane that is late, each pause.
    pub fn details(&self) -> impl Iterator<Item = &Item> {
        let of_several =
            |part: &&Part| part.rule != Rule::Paused && (part.items.len() > 1 || part.rule == Rule::Failed);
        self.said().filter(of_several).flat_map(|part| &part.items).chain(&self.paused)
    }

    /// The parts that are said.
    pub fn said(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| !part.implied)
    }

    /// All of it in words.
    pub fn sentence(&self) -> String {
        let parts: Vec<String> = self.said().map(|part| format!("{}.", part.words)).collect();
        if parts.is_empty() { self.calm.clone() } else { parts.join(" ") }
    }
}

/// Looks at everything, by the thresholds of `[default.alerts]`.
pub async fn assess(conn: &mut PgConnection, config: &Config) -> Result<Health, sqlx::Error> {
    let figures = Figures::read(conn, config).await?;
    Ok(Health {
        at: figures.now,
        parts: rules::parts(&figures, &config.alerts),
        paused: rules::all_paused(&figures),
        flows: rules::flows(&figures, &config.alerts),
        calm: rules::calm(&figures),
    })
}
