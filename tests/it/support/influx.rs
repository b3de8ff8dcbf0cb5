//! What an InfluxDB 2 answers, on a real socket: strict about lines, with a type for each field for ever, and with moods.
//! Its words are those of a real 2.7.

pub mod flux;
pub mod lines;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem::discriminant;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use lines::{Figure, Line};

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
        let length = if matches!(mood, Mood::BreaksOff(_)) { text.len() + 100 } else { text.len() };
        let kind = if text.starts_with('{') { "application/json; charset=utf-8" } else { "text/csv; charset=utf-8" };
        let reply = format!("HTTP/1.1 {status} Told\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{text}");
        let reply = if status == 204 { "HTTP/1.1 204 No Content\r\n\r\n".to_owned() } else { reply };
        if stream.write_all(reply.as_bytes()).await.is_err() || length > text.len() {
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
        Mood::Small(most) if body.len() > *most => {
            return said(413, "request too large", "unable to read data: points batch is too large");
        }
        _ => {}
    }
    match (url.path(), token.as_deref()) {
        ("/health", _) => (200, r#"{"name":"influxdb","message":"ready for queries and writes","status":"pass","checks":[],"version":"v2.7.11","commit":"fbf5d4ab5e"}"#.into()),
        ("/api/v2/write" | "/api/v2/query", None) => said(401, "unauthorized", "unauthorized access"),
        ("/api/v2/write", _) if named("org") != "ratemyderp" => {
            said(404, "not found", &format!("organization name \"{}\" not found", named("org")))
        }
        ("/api/v2/query", _) if named("org") != "ratemyderp" => {
            let wrong = format!("failed to decode request body: organization name \"{}\" not found", named("org"));
            said(400, "invalid", &wrong)
        }
        ("/api/v2/write", Some("write")) => {
            let bucket = named("bucket");
            match bucket.strip_prefix("ratemyderp") {
                Some("" | "_minute" | "_hour") => write(state.points.entry(bucket).or_default(), &mut state.types, body),
                _ => said(404, "not found", &format!("bucket \"{bucket}\" not found")),
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
        ("/api/v2/write", Some("read")) => said(403, "forbidden", "insufficient permissions for write"),
        ("/api/v2/query", Some("write")) => said(404, "not found", "failed to initialize execute state: could not find bucket \"ratemyderp\""),
        ("/api/v2/write" | "/api/v2/query", _) => said(401, "unauthorized", "unauthorized access"),
        _ => said(404, "not found", "path not found"),
    }
}

fn run(state: &State) -> (u16, String) {
    match flux::run(state.queries.last().expect("a query"), &state.points) {
        Ok(text) => (200, text + "\r\n"),
        Err(wrong) => said(400, "invalid", &format!("compilation failed: {wrong}")),
    }
}

fn said(status: u16, code: &str, message: &str) -> (u16, String) {
    (status, serde_json::json!({ "code": code, "message": message }).to_string())
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
            Err(wrong) => return said(400, "invalid", &format!("unable to parse '{line}': {wrong}")),
        }
    }
    let mut dropped = HashSet::new();
    let mut first = String::new();
    for (place, line) in read.iter().enumerate() {
        for (field, figure) in &line.fields {
            let known = *types.entry((line.measurement.clone(), field.clone())).or_insert(*figure);
            if discriminant(&known) != discriminant(figure) && dropped.insert(place) && first.is_empty() {
                first = format!("input field \"{field}\" on measurement \"{}\" is of another type", line.measurement);
            }
        }
    }
    for (place, Line { measurement, tags, fields, nanoseconds }) in read.into_iter().enumerate() {
        if !dropped.contains(&place) {
            points.entry((measurement, tags, nanoseconds)).or_default().extend(fields);
        }
    }
    match dropped.len() {
        0 => (204, String::new()),
        count => said(
            422,
            "unprocessable entity",
            &format!("failure writing points to database: partial write: field type conflict: {first} dropped={count}"),
        ),
    }
}
