//! Files that wait for the rest of their form.

use std::time::Duration;

use rocket::{Route, State, get, routes};

use super::db::Db;
use super::guards::member::Member;
use super::images::Private;
use crate::error::Error;
use crate::storage::Storage;
use crate::submissions::drafts;

pub fn routes() -> Vec<Route> {
    routes![preview]
}

/// How often to look whether the preview is there.
const PAUSE: Duration = Duration::from_millis(250);

/// How often at most: the page around it is there already, and says everything in words.
const LOOKS: u32 = 24;

/// A small picture of one's own draft, as soon as it is made.
#[get("/drafts/<id>/preview.jpg")]
pub async fn preview(id: i64, member: Member, db: &Db, storage: &State<Storage>) -> Result<Private, Error> {
    for _ in 0..LOOKS {
        let draft = drafts::find(&mut *db.acquire().await?, member.account().id, id).await?.ok_or(Error::NotFound)?;
        if let Some(key) = draft.preview_key {
            return Private::of(storage.preview(key, drafts::PREVIEW).await);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::NotFound)
}
