//! Chromium, and its DevTools protocol over a pipe.
//!
//! The pipe (rather than a WebSocket) is what ties the two lives together: Chromium quits when its end closes,
//! so none outlives the tests, however they end. Messages stay `serde_json::Value`, because a typed binding
//! drops every event that a newer Chromium has extended.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

/// How long any one command may take: generous, since the machine may be busy compiling.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for Chromium to quit, then removes its profile; a process of its own, so that it survives us.
const SUPERVISE: &str = r#"profile=$1 program=$2; shift 2
"$program" --user-data-dir="$profile/data" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>"$profile/log" || cat "$profile/log" >&2
until rm -rf "$profile"; do sleep 0.1; done"#;

const FLAGS: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--password-store=basic",
    // Tabs in the background must behave like the one in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // A page that needs anything but the machine it is served from is a fault.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
    "--force-color-profile=srgb",
];

/// Called on the reading thread with the name and the parameters of each event of one session.
pub type Listener = Box<dyn Fn(&str, &Value) + Send>;

/// A running Chromium that any test, on any runtime, can command.
pub struct Cdp {
    stdin: Mutex<ChildStdin>,
    next_id: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Result<Value, String>>>>,
    listeners: Mutex<HashMap<String, Listener>>,
}

impl Cdp {
    /// Starts Chromium with a profile of its own. `preferences` is the content of the profile's preferences file, which
    /// `chromium-headless-shell` does not read.
    pub fn launch(program: &str, preferences: &Value) -> Arc<Self> {
        let profile = tempfile::Builder::new().prefix("chromium-").tempdir().expect("a folder for the profile").keep();
        let settings = profile.join("data/Default");
        std::fs::create_dir_all(&settings).expect("the profile's folder");
        std::fs::write(settings.join("Preferences"), preferences.to_string()).expect("the preferences file");

        let mut child = Command::new("sh")
            .args(["-c", SUPERVISE, "sh"])
            .arg(&profile)
            .arg(program)
            .args(FLAGS)
            .args(is_root().then_some("--no-sandbox"))
            .env("HOME", &profile)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C goes to the tests; Chromium follows when the pipe closes.
            .process_group(0)
            .spawn()
            .expect("sh runs");
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let cdp = Arc::new(Self {
            stdin: Mutex::new(stdin),
            next_id: AtomicU64::new(1),
            waiting: Mutex::default(),
            listeners: Mutex::default(),
        });
        let reader = cdp.clone();
        std::thread::spawn(move || {
            reader.read(stdout);
            let _ = child.wait();
        });
        cdp
    }

    /// Sends a command to a session (`""` is the browser itself) and waits for its result.
    pub async fn call(&self, session: &str, method: &str, params: Value) -> Result<Value, String> {
        let answer = self.send(session, method, params);
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(result)) => result.map_err(|error| format!("{method}: {error}")),
            Ok(Err(_)) => Err(format!(
                "{method}: Chromium has gone; are the packages `chromium` and `chromium-headless-shell` installed?"
            )),
            Err(_) => Err(format!("{method}: no answer in {} s", PATIENCE.as_secs())),
        }
    }

    /// Sends a command without waiting: commands are carried out in the order in which they were sent.
    pub fn send(&self, session: &str, method: &str, params: Value) -> oneshot::Receiver<Result<Value, String>> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let (tell, answer) = oneshot::channel();
        lock(&self.waiting).insert(id, tell);
        let sent = lock(&self.stdin).write_all(format!("{message}\0").as_bytes());
        if sent.is_err() {
            lock(&self.waiting).remove(&id);
        }
        answer
    }

    pub fn listen(&self, session: &str, listener: Listener) {
        lock(&self.listeners).insert(session.to_owned(), listener);
    }

    pub fn stop_listening(&self, session: &str) {
        lock(&self.listeners).remove(session);
    }

    fn read(&self, stdout: ChildStdout) {
        let mut messages = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while messages.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
            bytes.pop();
            if let Ok(message) = serde_json::from_slice::<Value>(&bytes) {
                self.dispatch(message);
            }
            bytes.clear();
        }
        // Whoever still waits learns at once that nothing will come.
        lock(&self.waiting).clear();
    }

    fn dispatch(&self, mut message: Value) {
        if let Some(id) = message["id"].as_u64() {
            if let Some(tell) = lock(&self.waiting).remove(&id) {
                let _ = tell.send(match message["error"]["message"].as_str() {
                    Some(error) => Err(error.to_owned()),
                    None => Ok(message["result"].take()),
                });
            }
        } else if let Some(method) = message["method"].as_str()
            && let Some(listener) = lock(&self.listeners).get(message["sessionId"].as_str().unwrap_or_default())
        {
            listener(method, &message["params"]);
        }
    }
}

/// One failed test must not take its neighbours with it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Chromium's sandbox refuses root.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
