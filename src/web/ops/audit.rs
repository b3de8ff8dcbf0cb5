//! The audit log.

use rocket::get;
use serde_json::json;

use crate::accounts::audit::{self, AuditFilter};
use crate::accounts::directory;
use crate::error::{Error, FieldError};
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::privileged::Observer;

/// Entries on a page.
const PAGE: usize = 50;

/// The log, the newest first; of one account with `?account=`, before an entry with `?before=`.
#[get("/ops/audit?<account>&<before>")]
pub async fn list(_observer: Observer, account: Option<&str>, before: Option<i64>, db: &Db) -> Result<View, Error> {
    let asked = account.map(str::trim).filter(|name| !name.is_empty());
    let mut form = FormView::default().field("account", asked.unwrap_or_default());
    let mut conn = db.acquire().await?;
    let known = match asked {
        Some(name) => directory::find(&mut conn, name).await?,
        None => None,
    };
    if asked.is_some() && known.is_none() {
        let message = "There is no account with this username.".into();
        form.add_error(FieldError { field: "account", message });
    }
    let username = known.as_ref().map(|line| line.username.clone());
    let mut entries = match (asked, known) {
        (Some(_), None) => Vec::new(),
        (_, known) => {
            let filter = AuditFilter { account: known.map(|line| line.id), before, limit: PAGE as i64 + 1 };
            audit::list(&mut conn, &filter).await?
        }
    };
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let older = entries.last().filter(|_| more).map(|last| last.id);
    let data = json!({
        "form": form,
        "account": username,
        "entries": entries,
        "older": older,
        "later_page": before.is_some(),
    });
    Ok(View::new("ops/audit", data))
}
