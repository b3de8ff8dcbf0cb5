//! Where answers come from: InfluxDB where there is one and it can be believed, else PostgreSQL, which has all of it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::influx::reader::Reader;
use super::query::{Aggregate, Answer, Query, Span, sql};
use super::recorder::recorder;
use crate::config::InfluxConfig;

/// Of the rounds that PostgreSQL knows, so large a share has to be in InfluxDB: the newest may be on their way.
const SHARE: f64 = 0.9;

/// Whose figures they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Influx,
    Postgres,
}

impl Store {
    /// As people know it.
    pub fn name(self) -> &'static str {
        match self {
            Store::Influx => "InfluxDB",
            Store::Postgres => "PostgreSQL",
        }
    }
}

/// Answers, and whose they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// In the order of the questions.
    pub answers: Vec<Answer>,
    pub store: Store,
    /// Why it was not InfluxDB, where there is one: a sentence for operators.
    pub instead: Option<String>,
}

/// What pages ask: one in a process.
#[derive(Debug)]
pub struct Source {
    reader: Option<Reader>,
}

impl Source {
    /// As configured. The error is a sentence about a setting.
    pub fn from_config(config: &InfluxConfig) -> Result<Self, String> {
        Reader::from_config(config).map(Source::new)
    }

    /// One with this reader, or with PostgreSQL alone.
    pub fn new(reader: Option<Reader>) -> Self {
        Source { reader }
    }

    /// Asks InfluxDB, where there is one. Whoever calls holds no connection to PostgreSQL meanwhile: that may take a while.
    pub async fn ask(&self, queries: &[Query], now: DateTime<Utc>) -> Asked {
        let Some(reader) = &self.reader else { return Asked::Nobody };
        let asked = [queries, &rounds(queries)].concat();
        match reader.read(&asked, now).await {
            Ok(mut answers) => {
                let rounds = answers.split_off(queries.len());
                Asked::Influx { answers, rounds }
            }
            Err(instead) => Asked::InVain(instead.to_string()),
        }
    }

    /// Answers to questions, in their order.
    pub async fn read(
        &self,
        conn: &mut PgConnection,
        queries: &[Query],
        now: DateTime<Utc>,
    ) -> Result<Told, sqlx::Error> {
        self.ask(queries, now).await.told(conn, queries).await
    }
}

/// What came of asking InfluxDB. Nobody believes it before PostgreSQL was asked whether that can be all.
#[derive(Debug)]
pub enum Asked {
    /// There is none.
    Nobody,
    /// It told.
    Influx { answers: Vec<Answer>, rounds: Vec<Answer> },
    /// It did not, or nothing that can be: a sentence.
    InVain(String),
}

impl Asked {
    /// Its answers where they can be believed, else those of PostgreSQL, which keeps every range that pages have.
    pub async fn told(self, conn: &mut PgConnection, queries: &[Query]) -> Result<Told, sqlx::Error> {
        let instead = match self {
            Asked::Nobody => None,
            Asked::InVain(why) => Some(why),
            Asked::Influx { answers, rounds: theirs } => {
                let ours = sql::read(conn, &rounds(queries)).await?;
                match less(&theirs, &ours) {
                    None => return Ok(Told { answers, store: Store::Influx, instead: None }),
                    less => {
                        recorder().unbelieved();
                        less
                    }
                }
            }
        };
        Ok(Told { answers: sql::read(conn, queries).await?, store: Store::Postgres, instead })
    }
}

/// How many rounds of flushing there were in each span: both stores have to know about as many.
fn rounds(queries: &[Query]) -> Vec<Query> {
    let mut spans: Vec<Span> = vec![];
    for query in queries {
        let whole = query.span.whole();
        if !spans.contains(&whole) {
            spans.push(whole);
        }
    }
    let of =
        |span| Query { measurement: "up", fields: vec!["up"], only: vec![], by: None, aggregate: Aggregate::Sum, span };
    spans.into_iter().map(of).collect()
}

fn less(theirs: &[Answer], ours: &[Answer]) -> Option<String> {
    let all = |answer: &Answer| answer.field(0).into_iter().flatten().sum::<f64>();
    theirs.iter().zip(ours).map(|(theirs, ours)| (all(theirs), all(ours))).find(|(theirs, ours)| *theirs < ours * SHARE).map(
        |(theirs, ours)| format!("InfluxDB has {theirs} of the {ours} rounds that PostgreSQL has: `ratemyderp metrics backfill` sends the others."),
    )
}
