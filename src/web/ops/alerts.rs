//! Alerts: what is open, silenced and over, and what is watched.

use rocket::form::FromForm;
use rocket::{State, get, post};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::alerts::history::{self, Alert};
use crate::alerts::silence::{self, LENGTHS, REASON_LENGTH};
use crate::alerts::{self, KEPT_DAYS};
use crate::config::Config;
use crate::error::Error;
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::live::Live;
use crate::web::guards::privileged::{Observer, Operator};
use crate::web::guards::visitor::Visitor;

/// Alerts of the past on a page.
const PAGE: usize = 50;

/// Messages whose fate is shown.
const MESSAGES: i64 = 10;

/// All of them; those that were over before one with `?before=`.
#[get("/ops/alerts?<before>")]
pub async fn list(
    _observer: Observer,
    before: Option<&str>,
    live: Live,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<View, Error> {
    let live = live.view_of(&["before"])?;
    let wrong = || Error::invalid("before", "“before” is the number of an alert, as in before=12.");
    let before = before.map(|typed| typed.parse::<i64>().map_err(|_| wrong())).transpose()?;
    let mut conn = db.acquire().await?;
    let is_live = live.is_live();
    let view = FormView::of(&visitor)
        .page("ops/alerts", json!({ "live": live, "now": read(&mut conn, before, config).await? }));
    Ok(if is_live { view } else { view.revalidated() })
}

/// One alert, with the form that silences it.
#[get("/ops/alerts/<id>")]
pub async fn show(id: i64, _observer: Observer, live: Live, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    live.view_of(&[])?;
    let alert = history::find(&mut *db.acquire().await?, id).await?.ok_or(Error::NotFound)?;
    Ok(page(&form(&visitor, ""), &alert, None))
}

/// What the form sends.
#[derive(FromForm)]
pub struct SilenceForm<'r> {
    reason: Option<&'r str>,
    minutes: Option<&'r str>,
}

/// Nobody is told of it for a while.
#[post("/ops/alerts/<id>/silence", data = "<sent>")]
pub async fn begin_silence(
    id: i64,
    sent: Guarded<SilenceForm<'_>>,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let (reason, typed) = (sent.0.reason.unwrap_or_default(), sent.0.minutes.unwrap_or_default());
    let mut view = form(&visitor, reason);
    let mut tx = db.begin().await?;
    let alert = history::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let minutes = typed.parse().unwrap_or(0);
    let begun = silence::begin(&mut tx, operator.actor(), id, reason, minutes).await;
    let Some(until) = view.check(begun)? else {
        return Ok(Answer::Page(page(&view, &alert, Some(minutes))));
    };
    tx.commit().await?;
    visitor.say(&format!("Nobody is told of it until {}.", until.format("%-d %B, %H:%M UTC")));
    Ok(Answer::to(format!("/ops/alerts/{id}")))
}

/// Everybody is told of it again.
#[post("/ops/alerts/<id>/unsilence", data = "<_pressed>")]
pub async fn end_silence(
    id: i64,
    _pressed: Pressed,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    let ended = silence::end(&mut tx, operator.actor(), id).await?;
    tx.commit().await?;
    visitor.say(if ended { "Everybody is told of it again." } else { "It was not silenced any more." });
    Ok(Answer::to(format!("/ops/alerts/{id}")))
}

/// A message that shows whether messages arrive.
#[post("/ops/alerts/test", data = "<_pressed>")]
pub async fn test(
    _pressed: Pressed,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    let owed = alerts::write_test(&mut tx, &operator.actor().name, &config.alerts).await?;
    tx.commit().await?;
    visitor.say(if owed {
        "A test message goes out with the next round. What became of it stands below."
    } else {
        "Nobody gets messages: neither mail_to nor webhook_url is set in [default.alerts]."
    });
    Ok(Answer::to("/ops/alerts"))
}

async fn read(conn: &mut PgConnection, before: Option<i64>, config: &Config) -> Result<Value, Error> {
    let (silenced, open): (Vec<Alert>, Vec<Alert>) =
        history::open(conn).await?.into_iter().partition(|alert| alert.silenced_until.is_some());
    let mut past = history::past(conn, before, PAGE as i64 + 1).await?;
    let older = past.len() > PAGE;
    past.truncate(PAGE);
    let limits = &config.alerts;
    Ok(json!({
        "open": open,
        "silenced": silenced,
        "past": past,
        "later_page": before.is_some(),
        "older": past.last().filter(|_| older).map(|alert| alert.id),
        "rules": alerts::rules(config),
        "messages": history::messages(conn, MESSAGES).await?,
        "round": history::last_round(conn).await?,
        "every": limits.every_seconds,
        "mail_to": limits.mail_to().len(),
        "posts": limits.webhook().is_some(),
        "beats": limits.heartbeat().is_some(),
        "remind_hours": limits.remind_hours,
        "kept_days": KEPT_DAYS,
    }))
}

fn form(visitor: &Visitor<'_>, reason: &str) -> FormView {
    FormView::of(visitor).field("reason", reason).field("minutes", "")
}

fn page(form: &FormView, alert: &Alert, chosen: Option<i64>) -> View {
    let chosen = chosen.unwrap_or(LENGTHS[1].1);
    let length =
        |(words, minutes): &(&str, i64)| json!({ "words": words, "minutes": minutes, "chosen": *minutes == chosen });
    let lengths: Vec<Value> = LENGTHS.iter().map(length).collect();
    form.page("ops/alert", json!({ "alert": alert, "lengths": lengths, "most": REASON_LENGTH }))
}
