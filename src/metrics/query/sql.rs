//! Questions as SQL: all of a page in one statement, answered from the table that is as fine as they need.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::answer::{Answer, Row, Ups, answer};
use super::{Aggregate, Query, Resolution, Span};

/// A row of the statement: which question it answers (below zero: when processes were up), step, tag, figures.
type Line = (i32, DateTime<Utc>, Option<String>, Vec<Option<f64>>);

/// Answers to questions, in their order. What is read follows from their spans alone: each is a range of the primary key.
pub async fn read(conn: &mut PgConnection, queries: &[Query]) -> Result<Vec<Answer>, sqlx::Error> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let spans = spans(queries);
    let mut sql = compile(queries, &spans);
    let lines: Vec<Line> = sql.build_query_as().fetch_all(conn).await?;
    let mut ups = vec![Ups::default(); spans.len()];
    let mut rows = vec![Vec::new(); queries.len()];
    for (number, step, of, values) in lines {
        if let Ok(number) = usize::try_from(number) {
            if let Some(rows) = rows.get_mut(number) {
                rows.push(Row { step, of, values });
            }
        } else if let Some(ups) = usize::try_from(-1 - number).ok().and_then(|span| ups.get_mut(span)) {
            ups.add(step, of.unwrap_or_default());
        }
    }
    let none = Ups::default();
    let answers = queries.iter().zip(rows).map(|(query, rows)| {
        let span = spans.iter().position(|span| *span == query.span);
        answer(query, rows, span.map_or(&none, |span| &ups[span]))
    });
    Ok(answers.collect())
}

/// The statement itself.
pub fn compile(queries: &[Query], spans: &[Span]) -> QueryBuilder<'static, Postgres> {
    let mut sql = QueryBuilder::new("");
    for (number, query) in queries.iter().enumerate() {
        sql.push(if number == 0 { "" } else { "\nUNION ALL\n" });
        match query.aggregate {
            Aggregate::Sum | Aggregate::Max { .. } => at_once(&mut sql, number, query),
            Aggregate::Mean { .. } => moment_by_moment(&mut sql, number, query),
        }
    }
    for (number, span) in spans.iter().enumerate() {
        sql.push(format!("\nUNION ALL\nSELECT {}, ", -1 - number as i64));
        step(&mut sql, span);
        sql.push(", split_part(tags ->> 'instance', '-', 1), ARRAY[count(*)::float8]");
        of(&mut sql, "up", span, span.start);
        sql.push(" GROUP BY 2, 3");
    }
    sql
}

/// The spans of questions about counters, each once.
pub(super) fn spans(queries: &[Query]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for query in queries.iter().filter(|query| query.aggregate == Aggregate::Sum) {
        if !spans.contains(&query.span) {
            spans.push(query.span);
        }
    }
    spans
}

/// Whatever came together within a step.
fn at_once(sql: &mut QueryBuilder<'static, Postgres>, number: usize, query: &Query) {
    sql.push(format!("SELECT {number}, "));
    step(sql, &query.span);
    sql.push(", ");
    tag(sql, query.by);
    sql.push(", ARRAY[");
    let fold = if query.aggregate == Aggregate::Sum { "sum" } else { "max" };
    for (place, field) in query.fields.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).push(fold).push("(");
        figure(sql, query, field);
        sql.push(")");
    }
    sql.push("]");
    rows(sql, query);
    sql.push(" GROUP BY 2, 3");
}

/// What was there at each moment, and the mean of that.
fn moment_by_moment(sql: &mut QueryBuilder<'static, Postgres>, number: usize, query: &Query) {
    let all = |of: &dyn Fn(usize) -> String| (0..query.fields.len()).map(of).collect::<Vec<_>>().join(", ");
    sql.push(format!("SELECT {number}, "));
    step(sql, &query.span);
    sql.push(format!(", tag, ARRAY[{}] FROM (SELECT at, ", all(&|place| format!("avg(f{place})"))));
    tag(sql, query.by);
    sql.push(" AS tag");
    for (place, field) in query.fields.iter().enumerate() {
        sql.push(", sum(");
        figure(sql, query, field);
        sql.push(format!(") AS f{place}"));
    }
    rows(sql, query);
    sql.push(" GROUP BY 1, 2) AS moments GROUP BY 2, 3");
}

/// When the step of a row begins.
fn step(sql: &mut QueryBuilder<'static, Postgres>, span: &Span) {
    let seconds = span.step.num_seconds().max(1) as f64;
    sql.push("date_bin(make_interval(secs => ").push_bind(seconds).push("), at, ").push_bind(span.start).push(")");
}

fn tag(sql: &mut QueryBuilder<'static, Postgres>, name: Option<&'static str>) {
    match name {
        Some(name) => sql.push("tags ->> ").push_bind(name),
        None => sql.push("NULL::text"),
    };
}

/// A figure; the largest of a minute or an hour is kept beside its mean.
fn figure(sql: &mut QueryBuilder<'static, Postgres>, query: &Query, field: &'static str) {
    let added_up = query.span.resolution != Resolution::Points;
    if added_up && matches!(query.aggregate, Aggregate::Max { .. }) {
        sql.push("(fields -> ").push_bind(format!("{field}_max")).push(")::float8");
    } else {
        sql.push("(fields -> ").push_bind(field).push(")::float8");
    }
}

fn rows(sql: &mut QueryBuilder<'static, Postgres>, query: &Query) {
    of(sql, query.measurement, &query.span, query.span.start - query.aggregate.stands());
    for (name, values) in &query.only {
        sql.push(" AND tags ->> ").push_bind(*name).push(" = ANY(");
        sql.push_bind(values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>()).push(")");
    }
}

fn of(sql: &mut QueryBuilder<'static, Postgres>, measurement: &'static str, span: &Span, from: DateTime<Utc>) {
    let table = match span.resolution {
        Resolution::Points => "metric_points",
        Resolution::Minutes => "metric_minutes",
        Resolution::Hours => "metric_hours",
        Resolution::ThreeHours => "metric_three_hours",
    };
    sql.push(format!(" FROM {table} WHERE measurement = ")).push_bind(measurement);
    sql.push(" AND at >= ").push_bind(from).push(" AND at < ").push_bind(span.end());
}
