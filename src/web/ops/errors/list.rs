//! All groups of errors, those that nobody is alerted of apart.

use rocket::get;
use serde_json::{Value, json};

use crate::charts::spark;
use crate::error::Error;
use crate::queue::board::{self, ErrorGroupRow, ErrorSort, Known};
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::Observer;

/// Groups on a page.
const PAGE: i64 = 50;

/// Groups that are muted, on a page.
const MUTED: i64 = 100;

/// Hours of the trend.
const HOURS: i32 = 24;

/// Orders, and what they are called.
const SORTS: [(ErrorSort, &str, &str); 3] = [
    (ErrorSort::Newest, "newest", "Newest first"),
    (ErrorSort::Most, "most", "Most failed jobs first"),
    (ErrorSort::Rising, "rising", "Rising first"),
];

/// By order, kind and page.
#[get("/ops/errors?<kind>&<sort>&<page>")]
pub async fn list(
    kind: Option<&str>,
    sort: Option<&str>,
    page: Option<&str>,
    _observer: Observer,
    live: Live,
    db: &Db,
) -> Result<View, Error> {
    let live = live.view_of(&["kind", "sort", "page"])?;
    let mut conn = db.acquire().await?;
    let known = Known::load(&mut conn).await?;
    let kind = kind.filter(|kind| !kind.is_empty());
    if let Some(other) = kind.filter(|&kind| !known.kinds.contains(kind)) {
        let other: String = other.chars().take(40).collect();
        let all: Vec<&str> = known.kinds.iter().map(String::as_str).collect();
        return Err(Error::invalid("kind", format!("There is no kind “{other}”. There are: {}.", all.join(", "))));
    }
    let sort = parse_sort(sort)?;
    let page = parse_page(page)?;
    let mut open = board::error_groups(&mut conn, kind, sort, false, (PAGE + 1, (page - 1) * PAGE)).await?;
    let more = open.len() as i64 > PAGE;
    open.truncate(PAGE as usize);
    let muted = board::error_groups(&mut conn, kind, sort, true, (MUTED, 0)).await?;
    let ids: Vec<i64> = open.iter().chain(&muted).map(|group| group.id).collect();
    let trends = board::error_trends(&mut conn, &ids, HOURS).await?;
    let rows = |groups: &[ErrorGroupRow]| -> Vec<Value> {
        groups.iter().map(|group| row(group, trends.get(&group.id).map_or(&[][..], Vec::as_slice))).collect()
    };
    let name = SORTS.iter().find(|(each, ..)| *each == sort).map_or("newest", |(_, name, _)| name);
    let at = |page: i64| address(kind, name, page);
    let data = json!({
        "live": live,
        "sentence": sentence(&open, &muted, kind, more || page > 1),
        "groups": rows(&open),
        "muted": rows(&muted),
        "kinds": known.kinds.iter().map(|name| json!({ "name": name, "chosen": Some(name.as_str()) == kind })).collect::<Vec<_>>(),
        "sorts": SORTS.map(|(each, name, words)| json!({ "name": name, "words": words, "chosen": each == sort })),
        "order": SORTS.iter().find(|(each, ..)| *each == sort).map(|(.., words)| format!("Errors, {}", words.to_lowercase())),
        "narrowed": kind,
        "before": (page > 1).then(|| at(page - 1)),
        "next": more.then(|| at(page + 1)),
        "later_page": page > 1,
        "page": page,
    });
    Ok(View::new("ops/errors", data))
}

fn parse_sort(typed: Option<&str>) -> Result<ErrorSort, Error> {
    let Some(typed) = typed.filter(|typed| !typed.is_empty()) else { return Ok(ErrorSort::default()) };
    let found = SORTS.iter().find(|(_, name, _)| *name == typed).map(|(sort, ..)| *sort);
    found.ok_or_else(|| Error::invalid("sort", "The order is one of newest, most and rising."))
}

fn parse_page(typed: Option<&str>) -> Result<i64, Error> {
    let Some(typed) = typed else { return Ok(1) };
    let page = typed.parse().ok().filter(|page| (1..=10_000).contains(page));
    page.ok_or_else(|| Error::invalid("page", "“page” is the number of a page, as in page=2."))
}

fn address(kind: Option<&str>, sort: &str, page: i64) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(kind) = kind {
        query.append_pair("kind", kind);
    }
    query.append_pair("sort", sort);
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    format!("/ops/errors?{}", query.finish())
}

/// How many there are, in a sentence.
fn sentence(open: &[ErrorGroupRow], muted: &[ErrorGroupRow], kind: Option<&str>, pages: bool) -> String {
    let of = kind.map(|kind| format!(" of {kind}")).unwrap_or_default();
    let failed: i64 = open.iter().map(|group| group.failed).sum();
    let at_least = if open.iter().any(|group| group.more) { "at least " } else { "" };
    let here = if pages { " on this page" } else { "" };
    let muted = match muted.len() {
        0 => String::new(),
        1 => " One more is muted.".to_owned(),
        more => format!(" {more} more are muted."),
    };
    let open = match open.len() {
        0 => format!("No job{of} failed with an error that anybody has to see to."),
        1 => format!("One error{of}{here}; {at_least}{} failed with it for good.", jobs(failed)),
        groups => format!("{groups} errors{of}{here}; {at_least}{} failed with them for good.", jobs(failed)),
    };
    open + &muted
}

fn jobs(count: i64) -> String {
    match count {
        0 => "no job has".to_owned(),
        1 => "1 job has".to_owned(),
        count => format!("{} jobs have", super::super::jobs::thousands(count)),
    }
}

fn row(group: &ErrorGroupRow, trend: &[i64]) -> Value {
    let mut row = json!(group);
    row["failed_words"] = failed(group).into();
    row["spark"] = spark(trend).into();
    row["trend"] = trend_in_words(group).into();
    row["versions"] = group.versions.join(", ").into();
    row
}

/// `2,000 or more`.
pub fn failed(group: &ErrorGroupRow) -> String {
    let more = if group.more { " or more" } else { "" };
    format!("{}{more}", super::super::jobs::thousands(group.failed))
}

/// Does it come more often than it used to?
pub fn trend_in_words(group: &ErrorGroupRow) -> &'static str {
    let lately = group.lately as f64;
    match () {
        () if group.day == 0 => "not met within 24 hours",
        () if lately > group.usual * 1.5 && lately - group.usual >= 3.0 => "rising",
        () if lately < group.usual / 1.5 && group.usual - lately >= 3.0 => "falling",
        () => "steady",
    }
}
