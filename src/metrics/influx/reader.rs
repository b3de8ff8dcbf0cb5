//! Answers from InfluxDB. It has little time, and is left alone for a while after it failed: the caller has PostgreSQL.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::client::{Client, Token, Trouble};
use super::csv::{self, Row};
use crate::config::InfluxConfig;
use crate::metrics::query::answer::{self, Answer, Ups, answer};
use crate::metrics::query::{Query, Span, flux};
use crate::metrics::recorder::recorder;

/// What a page waits for InfluxDB.
pub const PATIENCE: Duration = Duration::from_millis(1_500);

/// For how long it is left alone after it failed.
pub const REST: Duration = Duration::from_secs(30);

/// Why PostgreSQL has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// It failed a moment ago, so it was not asked.
    Resting(String),
    /// It does not answer, or not us.
    Trouble(Trouble),
    /// What it said cannot be.
    Lies(String),
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Instead::Resting(why) => write!(f, "{why} It is asked again after half a minute."),
            Instead::Trouble(trouble) => write!(f, "{trouble}."),
            Instead::Lies(what) => write!(f, "InfluxDB gave an answer that cannot be: {what}."),
        }
    }
}

/// One that pages ask: one in a process.
#[derive(Debug)]
pub struct Reader {
    client: Client,
    rest: Duration,
    failed: Mutex<Option<(Instant, String)>>,
}

impl Reader {
    /// Nothing where none is configured. The error is a sentence.
    pub fn from_config(config: &InfluxConfig) -> Result<Option<Self>, String> {
        let client = Client::from_config(config, Token::Read, PATIENCE)?;
        Ok(client.map(|client| Reader { client, rest: REST, failed: Mutex::default() }))
    }

    /// The same, which is left alone for so long.
    pub fn resting(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self
    }

    /// Answers to questions, in their order, all from one request; or why there are none.
    pub async fn read(&self, queries: &[Query], now: DateTime<Utc>) -> Result<Vec<Answer>, Instead> {
        if let Some((when, why)) = &*self.failed.lock().unwrap_or_else(PoisonError::into_inner)
            && when.elapsed() < self.rest
        {
            return Err(Instead::Resting(why.clone()));
        }
        let answers = self.ask(queries, now).await;
        let failed = answers.as_ref().err().map(|instead| {
            match instead {
                Instead::Lies(_) => recorder().unbelieved(),
                _ => recorder().unanswered(),
            }
            log::warn!("figures come from PostgreSQL instead. {instead}");
            (Instant::now(), instead.to_string())
        });
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        answers
    }

    async fn ask(&self, queries: &[Query], now: DateTime<Utc>) -> Result<Vec<Answer>, Instead> {
        let (script, spans) = flux::compile(queries, self.client.bucket());
        let text = self.client.query(&script).await.map_err(Instead::Trouble)?;
        answers(queries, &spans, &text, now).map_err(Instead::Lies)
    }
}

/// What an answer says, if it can be: every result was asked for, no figure is of the future or twice, and the end is there.
pub fn answers(queries: &[Query], spans: &[Span], text: &str, now: DateTime<Utc>) -> Result<Vec<Answer>, String> {
    let mut results: HashMap<String, Vec<Row>> = HashMap::new();
    for row in csv::read(text)? {
        results.entry(row.result.clone()).or_default().push(row);
    }
    let end = results.remove(flux::END);
    if !end.is_some_and(|end| end.len() == 1 && end[0].value == queries.len() as f64) {
        return Err("it ends before the end".into());
    }
    let mut ups = vec![Ups::default(); spans.len()];
    for (number, span) in spans.iter().enumerate() {
        for row in results.remove(&format!("up{number}")).unwrap_or_default() {
            let step = step(span, row.time, now)?;
            let Some(instance) = row.of else { return Err("a process without a name".into()) };
            ups[number].add(step, instance.split('-').next().unwrap_or_default().to_owned());
        }
    }
    let mut all = vec![];
    for (number, query) in queries.iter().enumerate() {
        let rows = rows(query, results.remove(&flux::name(number)).unwrap_or_default(), now)?;
        let ups = spans.iter().position(|span| *span == query.span).map(|place| ups[place].clone());
        all.push(answer(query, rows, &ups.unwrap_or_default()));
    }
    match results.keys().next() {
        Some(unasked) => Err(format!("nobody asked for {unasked}")),
        None => Ok(all),
    }
}

/// The values of a row's fields, by its step and what it is of.
type Rows = HashMap<(DateTime<Utc>, Option<String>), Vec<Option<f64>>>;

fn rows(query: &Query, found: Vec<Row>, now: DateTime<Utc>) -> Result<Vec<answer::Row>, String> {
    let names: Vec<String> = query.fields.iter().map(|field| flux::stored(query, field)).collect();
    let mut rows = Rows::new();
    for row in found {
        let Some(place) = names.iter().position(|name| *name == row.field) else {
            return Err(format!("nobody asked for the field {}", row.field));
        };
        let values = rows.entry((step(&query.span, row.time, now)?, row.of)).or_insert_with(|| vec![None; names.len()]);
        if values[place].replace(row.value).is_some() {
            return Err(format!("two figures of {} for the same step", row.field));
        }
    }
    Ok(rows.into_iter().map(|((step, of), values)| answer::Row { step, of, values }).collect())
}

/// The step that a moment is in. The first one may begin within its step, since Flux cuts it off where the range begins.
fn step(span: &Span, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    if at >= span.end() || at > now || at < span.start - span.length() - chrono::TimeDelta::hours(26) {
        return Err(format!("a figure of {at}, which is not within what was asked for"));
    }
    let length = span.step.num_milliseconds().max(1);
    let steps = (at - span.start).num_milliseconds().div_euclid(length);
    Ok(span.start + span.step * i32::try_from(steps).unwrap_or(i32::MIN))
}
