//! The security log.

use rocket::get;
use serde_json::json;

use crate::accounts::directory;
use crate::accounts::security_log::{self, FAILURES_PER_HOUR, KEPT_DAYS, SecurityEvent, SecurityFilter};
use crate::error::{Error, FieldError};
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::privileged::Observer;

/// Entries on a page.
const PAGE: usize = 50;

/// The log, the newest first; of one account with `?account=`, of one sort with `?event=`, before an entry with `?before=`.
#[get("/ops/security?<account>&<event>&<before>")]
pub async fn list(
    _observer: Observer,
    account: Option<&str>,
    event: Option<&str>,
    before: Option<i64>,
    db: &Db,
) -> Result<View, Error> {
    let asked = account.map(str::trim).filter(|name| !name.is_empty());
    let event = event.and_then(SecurityEvent::parse);
    let mut form = FormView::default().field("account", asked.unwrap_or_default());
    let mut conn = db.acquire().await?;
    let known = match asked {
        Some(name) => directory::find(&mut conn, name).await?,
        None => None,
    };
    let mut entries = if asked.is_some() && known.is_none() {
        let message = "There is no account with this username.".into();
        form.add_error(FieldError { field: "account", message });
        Vec::new()
    } else {
        let account = known.as_ref().map(|known| known.id);
        security_log::list(&mut conn, SecurityFilter { account, event, before, limit: PAGE as i64 + 1 }).await?
    };
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let older = entries.last().filter(|_| more).map(|last| last.id);
    let events = SecurityEvent::ALL.map(|each| json!({ "name": each.name(), "chosen": Some(each) == event }));
    let data = json!({
        "form": form,
        "account": known.map(|known| known.username),
        "event": event.map(SecurityEvent::name),
        "events": events,
        "entries": entries,
        "older": older,
        "later_page": before.is_some(),
        "kept_days": KEPT_DAYS,
        "failures_per_hour": FAILURES_PER_HOUR,
    });
    Ok(View::new("ops/security", data))
}
