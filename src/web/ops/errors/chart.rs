//! How often an error was met, hour by hour.

use rocket::{Responder, get};
use sqlx::PgConnection;

use super::unknown;
use crate::charts::{Chart, Mark, Series, Shape, Size, Together, Unit};
use crate::error::Error;
use crate::queue::board;
use crate::web::answers::csv::Csv;
use crate::web::answers::picture::ChartPicture;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::Observer;

/// Fourteen days.
const HOURS: i32 = 14 * 24;

/// Of the last fourteen days.
pub async fn chart(conn: &mut PgConnection, id: i64) -> Result<Chart, sqlx::Error> {
    let trend = board::error_trends(conn, &[id], HOURS).await?.remove(&id).unwrap_or_default();
    Ok(Chart {
        title: "Attempts that failed with this error".into(),
        unit: Unit::Things("attempt", "attempts"),
        shape: Shape::Bars,
        together: Together::Sum,
        start: board::first_hour(HOURS),
        step: chrono::TimeDelta::hours(1),
        series: vec![Series::new("failed", trend.into_iter().map(|n| Some(n as f64)))],
        marks: board::deploys(conn).await?.into_iter().map(Mark::deploy).collect(),
    })
}

/// Found, or a page that says that it is not.
#[derive(Responder)]
pub enum Found<T> {
    Yes(T),
    No(Box<View>),
}

/// The picture.
#[get("/ops/errors/<id>/chart.svg")]
pub async fn svg(id: &str, _observer: Observer, live: Live, db: &Db) -> Result<Found<ChartPicture>, Error> {
    live.view_of(&[])?;
    Ok(match asked_for(id, db).await? {
        Some(chart) => Found::Yes(ChartPicture(chart, Size::Large)),
        None => Found::No(Box::new(unknown(id))),
    })
}

/// The same as numbers.
#[get("/ops/errors/<id>/chart.csv")]
pub async fn csv(id: &str, _observer: Observer, live: Live, db: &Db) -> Result<Found<Csv>, Error> {
    live.view_of(&[])?;
    Ok(match asked_for(id, db).await? {
        Some(chart) => Found::Yes(Csv { name: format!("error-{id}"), text: chart.csv() }),
        None => Found::No(Box::new(unknown(id))),
    })
}

async fn asked_for(id: &str, db: &Db) -> Result<Option<Chart>, Error> {
    let Ok(id) = id.parse() else { return Ok(None) };
    let mut conn = db.acquire().await?;
    match board::error_group(&mut conn, id).await? {
        Some(_) => Ok(Some(chart(&mut conn, id).await?)),
        None => Ok(None),
    }
}
