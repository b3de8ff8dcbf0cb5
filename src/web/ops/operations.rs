//! What operators do to jobs: preparing an operation, looking at it, steering it.

mod act_form;

use rocket::form::FromForm;
use rocket::http::ContentType;
use rocket::{Responder, get, post};
use serde_json::{Value, json};
use sqlx::PgConnection;

use self::act_form::ActForm;
use crate::accounts::audit::Actor;
use crate::accounts::directory;
use crate::error::Error;
use crate::operations::single;
use crate::operations::{self, Operation, OperationState, Request, Verb, preview, snapshot, steer, undo};
use crate::queue::board::Known;
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::return_to::local_path;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::live::{Live, LiveView};
use crate::web::guards::privileged::{Observer, Operator};
use crate::web::guards::visitor::Visitor;

/// Operations on a page.
const PAGE: usize = 50;

/// Jobs that were left as they are, on a page.
const LEFT_OUT: i64 = 100;

/// Is a few jobs to be tried first?
#[derive(FromForm)]
pub struct StartForm<'r> {
    canary: Option<&'r str>,
}

/// A page, or the same for programs.
#[derive(Responder)]
pub enum Shown {
    Page(View),
    Json((ContentType, String)),
}

/// All operations, the newest first.
#[get("/ops/operations?<before>")]
pub async fn list(before: Option<&str>, _observer: Observer, db: &Db) -> Result<View, Error> {
    let before =
        before.map(|text| parse_number(text).ok_or_else(|| Error::invalid("before", "That is no operation’s number.")));
    let before = before.transpose()?;
    let mut all = operations::list(&mut *db.acquire().await?, before, PAGE as i64 + 1).await?;
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let older = all.last().filter(|_| more).map(|last| last.number);
    let lines: Vec<Value> = all.iter().map(in_words).collect();
    let data = json!({ "operations": lines, "older": older, "later_page": before.is_some() });
    Ok(View::new("ops/operations", data).current())
}

/// What one operation would do, does or did; `<number>.json` for programs.
#[get("/ops/operations/<number>?<after>")]
pub async fn show(
    number: &str,
    after: Option<&str>,
    live: Live,
    _observer: Observer,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Shown, Error> {
    let (digits, programs) = number.strip_suffix(".json").map_or((number, false), |digits| (digits, true));
    let live = live.view_of(&["after"])?;
    let after = after.map(|text| parse_number(text).ok_or_else(|| Error::invalid("after", "That is no job’s number.")));
    let mut conn = db.acquire().await?;
    let known = operations::find(&mut conn, parse_number(digits).ok_or(Error::NotFound)?).await?;
    let operation = known.ok_or(Error::NotFound)?;
    let data = page(&mut conn, &operation, live, after.transpose()?.unwrap_or(0)).await?;
    if programs {
        return Ok(Shown::Json((ContentType::JSON, data.to_string())));
    }
    Ok(Shown::Page(FormView::of(&visitor).page("ops/operation", data).current()))
}

/// Prepares an operation, or does it at once to a single job that is what its page showed.
#[post("/ops/operations", data = "<sent>")]
pub async fn create(
    sent: Guarded<ActForm<'_>>,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let typed = sent.0;
    let mut form = FormView::of(&visitor)
        .field("numbers", &typed.numbers.join(" "))
        .field("value", typed.value)
        .field("reason", typed.reason);
    let mut tx = db.begin().await?;
    let mut known = Known::load(&mut tx).await?;
    directory::know(&mut tx, &mut known, typed.others.iter().copied()).await?;
    let Some((request, fence)) = form.check(typed.parse(&known))? else {
        return Ok(Answer::Page(again(&form, &typed, typed.verb.parse().ok())));
    };
    if let Some(fence) = fence {
        let done = single::act(&mut tx, operator.actor(), &request, Some(fence), false).await;
        let Some(operation) = form.check(done)? else {
            return Ok(Answer::Page(again(&form, &typed, Some(request.verb))));
        };
        tx.commit().await?;
        visitor.say(&format!("{} was {}: operation {}.", request.jobs.sentence(), past(&request), operation.number));
        let back = typed.back.and_then(local_path).map(str::to_owned);
        return Ok(Answer::to(back.unwrap_or_else(|| format!("/ops/operations/{}", operation.number))));
    }
    let prepared = snapshot::prepare(&mut tx, operator.actor(), &request, false).await;
    let Some(prepared) = form.check(prepared)? else {
        return Ok(Answer::Page(again(&form, &typed, Some(request.verb))));
    };
    tx.commit().await?;
    Ok(Answer::to(format!("/ops/operations/{}", prepared.number)))
}

/// Starts one that was prepared.
#[post("/ops/operations/<number>/start", data = "<sent>")]
pub async fn start(
    number: i64,
    sent: Guarded<StartForm<'_>>,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let canary = match sent.0.canary {
        None | Some("") | Some("no") => false,
        Some("yes") => true,
        Some(_) => return Err(Error::invalid("canary", "Say yes or no.")),
    };
    let mut tx = db.begin().await?;
    let operation = steer::start(&mut tx, operator.actor(), number, canary).await?;
    tx.commit().await?;
    visitor.say(&format!("Operation {} is started.", operation.number));
    Ok(Answer::to(format!("/ops/operations/{number}")))
}

/// What else can be done to an operation: `hold`, `continue`, `stop`, `undo`, `throw-away`.
#[post("/ops/operations/<number>/<act>", data = "<_pressed>", rank = 2)]
pub async fn steer_it(
    number: i64,
    act: &str,
    _pressed: Pressed,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let actor: &Actor = operator.actor();
    let mut tx = db.begin().await?;
    let (operation, said) = match act {
        "hold" => (steer::hold(&mut tx, actor, number).await?, "waits"),
        "continue" => (steer::resume(&mut tx, actor, number).await?, "goes on"),
        "stop" => (steer::stop(&mut tx, actor, number).await?, "is stopped"),
        "undo" => (undo::prepare(&mut tx, actor, number).await?, "is ready: start it to take the other one back"),
        "throw-away" => (steer::throw_away(&mut tx, number).await?, "is thrown away; nothing was done"),
        _ => return Err(Error::NotFound),
    };
    tx.commit().await?;
    visitor.say(&format!("Operation {} {said}.", operation.number));
    Ok(Answer::to(format!("/ops/operations/{}", operation.number)))
}

/// The form once more, with what was typed and what is wrong with it.
fn again(form: &FormView, typed: &ActForm<'_>, verb: Option<Verb>) -> View {
    let field = |&(name, value): &(&str, &str)| json!({ "name": name, "value": value });
    let data = json!({
        "verb": verb.map(Verb::name),
        "words": verb.map(Verb::words),
        "takes_value": verb.is_some_and(Verb::takes_value),
        "filter": typed.others.iter().map(field).collect::<Vec<_>>(),
        "filtered": typed.numbers.is_empty() && (!typed.others.is_empty() || typed.state.is_some()),
        "attempt": typed.attempt,
        "state": typed.state,
        "back": typed.back.and_then(local_path),
    });
    form.page("ops/operation_form", data)
}

fn past(request: &Request) -> String {
    match (&request.value, request.verb) {
        (Some(value), Verb::MoveLane) => format!("moved to the lane {value}"),
        (Some(value), Verb::SetPriority) => format!("given the priority {value}"),
        _ => request.verb.past().to_owned(),
    }
}

fn parse_number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|&number| number > 0)
}

fn in_words(operation: &Operation) -> Value {
    let mut line = json!(operation);
    line["words"] = json!(operation.verb.words());
    line["left"] = json!(operation.left());
    line["open"] = json!(operation.state.is_open());
    line["state_words"] = json!(match operation.state {
        OperationState::Counting => "counts its jobs",
        OperationState::Ready => "waits to be started",
        OperationState::Canary => "tries a few jobs first",
        OperationState::Running => "is running",
        OperationState::Held => "is held",
        OperationState::Done => "is done",
        OperationState::Stopped => "was stopped",
        OperationState::ThrownAway => "was thrown away",
    });
    line
}

/// What the page shows, and what programs read.
async fn page(conn: &mut PgConnection, operation: &Operation, live: LiveView, after: i64) -> Result<Value, Error> {
    let mut left_out = operations::left_out(conn, operation.number, after, LEFT_OUT + 1).await?;
    let more = left_out.len() as i64 > LEFT_OUT;
    left_out.truncate(LEFT_OUT as usize);
    let next = left_out.last().filter(|_| more).map(|last| last.job);
    let ready = operation.state == OperationState::Ready;
    let shown = if ready { Some(preview::preview(conn, operation).await?) } else { None };
    let undo = undo::offered(conn, operation).await?;
    let dealt_with = operation.counted - operation.left();
    Ok(json!({
        "operation": in_words(operation),
        "preview": shown,
        "ready": ready,
        "running": matches!(operation.state, OperationState::Running | OperationState::Canary),
        "held": operation.state == OperationState::Held,
        "canary_usual": steer::has_canary(operation.verb, operation.counted),
        "undoable": undo.is_ok(),
        "not_undoable": undo.err(),
        "undo_before": operation.verb.undoable().err(),
        "percent": dealt_with * 100 / operation.counted.max(1),
        "left_out": left_out,
        "left_out_next": next,
        "live": if operation.state.is_open() { live } else { live.ended() },
    }))
}
