//! Mails that were written into a folder instead of being sent, for whoever develops. Release builds do not have this.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mailparse::{MailHeaderMap, ParsedMail};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::answers::view::View;
use crate::config::{Config, MailTransport};
use crate::error::Error;

/// Mails on the list; older ones stay in the folder.
const LISTED: usize = 100;

/// Its pages, where mail goes into a folder.
pub fn routes(config: &Config) -> Vec<Route> {
    match config.mail.transport {
        MailTransport::File => routes![list, show],
        MailTransport::Smtp => Vec::new(),
    }
}

/// The newest first.
#[get("/outbox")]
fn list(config: &State<Config>) -> View {
    let mut files = files(&config.mail.folder());
    files.sort_by_key(|(changed, _)| std::cmp::Reverse(*changed));
    let mails: Vec<Kept> = files.iter().take(LISTED).filter_map(|(_, file)| Kept::read(file)).collect();
    View::new("outbox/list", json!({ "mails": mails }))
}

/// What its reader would see, and where its links lead.
#[get("/outbox/<id>")]
fn show(id: &str, config: &State<Config>) -> Result<View, Error> {
    let id = Uuid::parse_str(id).map_err(|_| Error::NotFound)?;
    let file = config.mail.folder().join(format!("{id}.eml"));
    let mail = Kept::read(&file).ok_or(Error::NotFound)?;
    let links: Vec<_> = mail
        .text
        .split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .filter(|link| *link != config.site.url)
        // Through whatever address the developer came.
        .map(|link| link.strip_prefix(&config.site.url).filter(|path| path.starts_with('/')).unwrap_or(link))
        .collect();
    Ok(View::new("outbox/page", json!({ "mail": mail, "links": links })))
}

#[derive(Serialize)]
struct Kept {
    id: String,
    to: String,
    subject: String,
    date: String,
    text: String,
}

impl Kept {
    /// Nothing when there is no such file, or it is still being written.
    fn read(file: &Path) -> Option<Self> {
        let bytes = std::fs::read(file).ok()?;
        let mail = mailparse::parse_mail(&bytes).ok()?;
        let header = |name| mail.headers.get_first_value(name);
        let is_text = |part: &&ParsedMail<'_>| part.ctype.mimetype == "text/plain";
        Some(Kept {
            id: file.file_stem()?.to_str()?.to_owned(),
            to: header("To")?,
            subject: header("Subject")?,
            date: header("Date")?,
            text: mail.subparts.iter().find(is_text)?.get_body().ok()?,
        })
    }
}

fn files(folder: &Path) -> Vec<(SystemTime, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mails = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "eml"));
    mails.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect()
}
