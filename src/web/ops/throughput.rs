//! How many attempts ended, minute by minute.

use chrono::{DurationRound, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use crate::charts::{Chart, Series, Shape, Table, Together, Unit};
use crate::error::Error;
use crate::queue::board;

/// Minutes.
const SHOWN: i32 = 60;

/// The picture's sentence and table.
#[derive(Serialize)]
pub struct Shown {
    sentence: String,
    table: Table,
}

impl Shown {
    pub fn of(chart: &Chart) -> Self {
        Shown { sentence: chart.sentence(), table: chart.table() }
    }
}

/// Of the last hour, the current minute left out.
pub async fn chart(conn: &mut PgConnection) -> Result<Chart, Error> {
    let minute = TimeDelta::minutes(1);
    let now = Utc::now();
    let start = now.duration_trunc(minute).unwrap_or(now) - minute * SHOWN;
    let ended = board::ended(conn, start, SHOWN).await?;
    Ok(Chart {
        title: "Jobs that ended".into(),
        unit: Unit::Things("job", "jobs"),
        shape: Shape::Bars,
        together: Together::Sum,
        start,
        step: minute,
        series: vec![Series::new("ended", ended.into_iter().map(|n| Some(n as f64)))],
        marks: Vec::new(),
    })
}
