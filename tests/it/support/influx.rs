//! What an InfluxDB 2 answers, on a real socket: strict about lines, with a type for each field for ever, and with moods.
//! Its words are those that a real one was recorded with.

pub mod flux;
pub mod lines;
pub mod recorded;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem::discriminant;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use lines::{Figure, Line};
use recorded::Recorded;

/// How it is today.
#[derive(Debug, Clone, Default)]
pub enum Mood {
    /// It does its work.
    #[default]
    Well,
    /// It takes its time.
    Slow(Duration),
    /// It hangs up in the middle.
    Resets,
    /// It answers so, whatever comes.
    Says(u16, &'static str),
    /// The same, as a real one was heard; it only says that it is well.
    Recorded(Recorded),
    /// It takes so many bytes at once.
    Small(usize),
    /// It answers queries with this text.
    Tells(String),
    /// The same, and breaks off before the end.
    BreaksOff(String),
}

/// What identifies a point.
pub type Key = (String, BTreeMap<String, String>, i64);

#[derive(Default)]
struct State {
    mood: Mood,
    types: HashMap<(String, String), Figure>,
    points: flux::Buckets,
    requests: Vec<(String, String)>,
    queries: Vec<String>,
}

/// One that runs until it is dropped.
pub struct Influx {
    state: Arc<Mutex<State>>,
    pub port: u16,
    task: tokio::task::JoinHandle<()>,
}

impl Influx {
    pub async fn start() -> Self {
        Self::on(0).await
    }

    pub async fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        for bucket in ["ratemyderp", "ratemyderp_minute", "ratemyderp_hour"] {
            state.lock().expect("a state").points.insert(bucket.into(), BTreeMap::new());
        }
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(BufReader::new(stream), shared.clone()));
            }
        });
        Influx { state, port, task }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn is(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// Everything in a bucket.
    pub fn points(&self, bucket: &str) -> BTreeMap<Key, BTreeMap<String, Figure>> {
        self.state().points.get(bucket).cloned().unwrap_or_default()
    }

    /// How many requests came to this path.
    pub fn asked(&self, path: &str) -> usize {
        self.state().requests.iter().filter(|(asked, _)| asked == path).count()
    }

    /// Counts anew.
    pub fn forget(&self) {
        self.state().requests.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a state")
    }
}

impl Drop for Influx {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: BufReader<TcpStream>, state: Arc<Mutex<State>>) {
    while let Some((head, body)) = request(&mut stream).await {
        let mood = state.lock().expect("a state").mood.clone();
        match &mood {
            Mood::Slow(time) => tokio::time::sleep(*time).await,
            Mood::Resets => return,
            _ => {}
        }
        let (status, text) = answer(&head, &body, &mood, &mut state.lock().expect("a state"));
        let kind = if text.starts_with('{') { "application/json; charset=utf-8" } else { "text/csv; charset=utf-8" };
        let head = format!("HTTP/1.1 {status} Told\r\nContent-Type: {kind}\r\n");
        let breaks_off = matches!(mood, Mood::BreaksOff(_));
        let reply = match status {
            204 => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            // How long an answer to a question will be is not known when it begins.
            200 => {
                let end = if breaks_off { "" } else { "0\r\n\r\n" };
                format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n{end}", text.len())
            }
            _ => format!("{head}Content-Length: {}\r\n\r\n{text}", text.len()),
        };
        if stream.write_all(reply.as_bytes()).await.is_err() || breaks_off {
            return;
        }
    }
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, String::from_utf8(body).ok()?))
}

fn answer(head: &str, body: &str, mood: &Mood, state: &mut State) -> (u16, String) {
    let address = head.split(' ').nth(1).unwrap_or_default();
    let url = url::Url::parse(&format!("http://influx{address}")).expect("an address");
    state.requests.push((url.path().to_owned(), body.to_owned()));
    let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
    let named = |name: &str| query.get(name).cloned().unwrap_or_default();
    let token = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": Token ")?;
        name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
    });
    match mood {
        Mood::Says(status, text) => return (*status, (*text).to_owned()),
        Mood::Recorded(recorded) if url.path() != "/health" => return recorded.with(&[]),
        Mood::Small(most) if body.len() > *most => return recorded::TOO_LARGE.with(&[]),
        _ => {}
    }
    let organization = named("org");
    let organization = &[("elsewhere", organization.as_str())];
    match (url.path(), token.as_deref()) {
        ("/health", _) => recorded::HEALTH.with(&[]),
        ("/api/v2/write" | "/api/v2/query", None) => recorded::UNKNOWN_TOKEN.with(&[]),
        ("/api/v2/write", Some("read" | "write")) if named("org") != "ratemyderp" => {
            recorded::NO_ORGANIZATION_TO_WRITE.with(organization)
        }
        ("/api/v2/query", Some("read" | "write")) if named("org") != "ratemyderp" => {
            recorded::NO_ORGANIZATION_TO_READ.with(organization)
        }
        ("/api/v2/write", Some("write")) => {
            let bucket = named("bucket");
            match bucket.strip_prefix("ratemyderp") {
                Some("" | "_minute" | "_hour") => {
                    write(state.points.entry(bucket).or_default(), &mut state.types, body)
                }
                _ => recorded::NO_BUCKET_TO_WRITE.with(&[("elsewhere", &bucket)]),
            }
        }
        ("/api/v2/query", Some("read")) => {
            let flux = serde_json::from_str::<serde_json::Value>(body).expect("JSON");
            state.queries.push(flux["query"].as_str().unwrap_or_default().to_owned());
            match mood {
                Mood::Tells(text) | Mood::BreaksOff(text) => (200, text.clone()),
                _ => run(state),
            }
        }
        ("/api/v2/write", Some("read")) => recorded::MAY_NOT_WRITE.with(&[]),
        ("/api/v2/query", Some("write")) => recorded::MAY_NOT_READ.with(&[]),
        ("/api/v2/write" | "/api/v2/query", _) => recorded::UNKNOWN_TOKEN.with(&[]),
        _ => recorded::NO_PATH.with(&[]),
    }
}

fn run(state: &State) -> (u16, String) {
    match flux::run(state.queries.last().expect("a query"), &state.points, state.queries.len()) {
        Ok(text) => (200, text),
        Err(flux::Wrong::Bucket(bucket)) => recorded::NO_BUCKET_TO_READ.with(&[("elsewhere", &bucket)]),
        Err(flux::Wrong::Script(wrong)) => {
            recorded::NO_FLUX.with(&[("error @1:6-1:12: missing property value", &wrong)])
        }
    }
}

/// One line that is none, and nothing is stored; one field of another type than before, and all the others are.
fn write(
    points: &mut BTreeMap<Key, BTreeMap<String, Figure>>,
    types: &mut HashMap<(String, String), Figure>,
    body: &str,
) -> (u16, String) {
    let mut read = vec![];
    for line in body.lines() {
        match lines::read(line) {
            Ok(line) => read.push(line),
            Err(wrong) => return recorded::NO_LINE.with(&[("vote n=", line), ("missing field value", &wrong)]),
        }
    }
    let mut dropped = HashSet::new();
    let mut first: Option<[&str; 4]> = None;
    for (place, line) in read.iter().enumerate() {
        for (field, figure) in &line.fields {
            let known = *types.entry((line.measurement.clone(), field.clone())).or_insert(*figure);
            if discriminant(&known) != discriminant(figure) && dropped.insert(place) {
                first = first.or(Some([field, &line.measurement, figure.kind(), known.kind()]));
            }
        }
    }
    let answer = first.map(|[field, measurement, kind, known]| {
        recorded::ANOTHER_TYPE.with(&[
            ("field \"n\"", &format!("field \"{field}\"")),
            ("measurement \"vote\"", &format!("measurement \"{measurement}\"")),
            ("type float, already exists as type integer", &format!("type {kind}, already exists as type {known}")),
            ("dropped=2", &format!("dropped={}", dropped.len())),
        ])
    });
    for (place, Line { measurement, tags, fields, nanoseconds }) in read.into_iter().enumerate() {
        if !dropped.contains(&place) {
            points.entry((measurement, tags, nanoseconds)).or_default().extend(fields);
        }
    }
    answer.unwrap_or((204, String::new()))
}
