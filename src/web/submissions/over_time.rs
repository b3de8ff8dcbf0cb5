//! How often a photo was rated and shared, day by day. Numbers alone: whoever has not rated it learns no scores.

use chrono::TimeDelta;
use rocket::get;
use serde::Serialize;
use sqlx::PgConnection;

use crate::charts::{Chart, Series, Shape, Together, Unit};
use crate::error::Error;
use crate::ratings::boards::reached;
use crate::ratings::days::{self, PhotoDay};
use crate::submissions::{self, Submission};
use crate::web::answers::csv::Csv;
use crate::web::answers::picture::{ChartPicture, ShownChart};
use crate::web::charts;
use crate::web::db::Db;
use crate::web::guards::visitor::Visitor;

/// Days that are shown.
const DAYS: i32 = 30;

/// The chart with its words and its table, and how far the photo got.
#[derive(Serialize)]
pub struct OverTime {
    #[serde(flatten)]
    chart: ShownChart,
    shares: i64,
    arrivals: i64,
    /// How often it was seen: by those who rated it and those who looked at its page.
    views: i64,
    /// Shares and arrivals by a hundred views.
    viral: Option<f64>,
    days: i32,
}

impl OverTime {
    /// Nothing for a photo that was neither rated nor shared within that time.
    pub async fn of(conn: &mut PgConnection, photo: &Submission) -> Result<Option<Self>, Error> {
        let days = days::of_photo(conn, photo.id, DAYS).await?;
        if days.iter().all(|day| day.ratings + day.shares + day.arrivals + day.views == 0) {
            return Ok(None);
        }
        let path = format!("/submissions/{}/ratings", photo.id);
        let addresses = (format!("{path}.svg"), format!("{path}.csv"));
        Ok(Some(OverTime {
            chart: ShownChart::of(&chart(photo, &days), "days", "Ratings day by day", addresses).also_small(),
            shares: days.iter().map(|day| day.shares).sum(),
            arrivals: days.iter().map(|day| day.arrivals).sum(),
            views: days.iter().map(|day| day.views + day.ratings).sum(),
            viral: reached::virality(conn, photo.id).await?,
            days: DAYS,
        }))
    }
}

fn chart(photo: &Submission, days: &[PhotoDay]) -> Chart {
    let first = days.first().map(|day| day.day.and_time(chrono::NaiveTime::MIN).and_utc());
    Chart {
        title: format!("Ratings of {}", photo.title),
        unit: Unit::Things("rating", "ratings"),
        shape: Shape::Bars,
        together: Together::Sum,
        start: first.unwrap_or_default(),
        step: TimeDelta::days(1),
        series: vec![Series::new("ratings", days.iter().map(|day| Some(day.ratings as f64)))],
        marks: Vec::new(),
    }
}

/// The picture.
#[get("/submissions/<id>/ratings.svg?<size>")]
pub async fn svg(id: i64, size: Option<&str>, visitor: Visitor<'_>, db: &Db) -> Result<ChartPicture, Error> {
    let size = charts::size(size)?;
    Ok(ChartPicture(asked_for(id, &visitor, db).await?, size))
}

/// The same as numbers.
#[get("/submissions/<id>/ratings.csv")]
pub async fn csv(id: i64, visitor: Visitor<'_>, db: &Db) -> Result<Csv, Error> {
    Ok(Csv { name: format!("ratings-{id}"), text: asked_for(id, &visitor, db).await?.csv() })
}

/// Of a photo that the visitor may see.
async fn asked_for(id: i64, visitor: &Visitor<'_>, db: &Db) -> Result<Chart, Error> {
    let mut conn = db.acquire().await?;
    let photo = submissions::find(&mut conn, id).await?.filter(|photo| photo.visible_to(visitor.account()));
    let photo = photo.ok_or(Error::NotFound)?;
    Ok(chart(&photo, &days::of_photo(&mut conn, id, DAYS).await?))
}
