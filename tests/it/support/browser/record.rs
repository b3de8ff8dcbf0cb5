//! What a page did: its requests, its complaints, its jumps.

use std::time::Instant;

use serde_json::{Value, json};

use super::super::cdp::lock;
use super::{POLL, Visitor, must, text};

/// One request, redirects counted singly. The site's icon is left out: Chromium asks for it when it likes, after the
/// page is complete, mostly once per site.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub url: String,
    pub method: String,
    /// As Chromium names it: `Document`, `Stylesheet`, `Script`, `Image`, `Fetch`, `Font`, `Other` ...
    pub kind: String,
    /// The status of the answer; 0 when there was none.
    pub status: u16,
    /// Bytes on the wire: status line, headers and the compressed body.
    pub bytes: u64,
    /// Why there was no answer: `inspector` if `Options::block` stopped it, `csp`, `net::ERR_ABORTED` ...
    pub failed: Option<String>,
    id: String,
    done: bool,
    from_cache: bool,
}

impl Visitor {
    /// The requests since the last reset, once all of them have ended; without those that the cache answered.
    pub async fn network(&self) -> Vec<Request> {
        let images = "[...document.images].every(image => image.complete || image.loading === 'lazy')";
        self.wait_until("the page to load", &format!("document.readyState === 'complete' && {images}")).await;
        let start = Instant::now();
        loop {
            if let Some(requests) = lock(&self.record).requests() {
                return requests;
            }
            if start.elapsed() > self.patience {
                let unfinished = format!("{:?}", lock(&self.record).unfinished());
                self.fail(&format!("the requests never ended: {unfinished}")).await;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Errors in the console, CSP violations, uncaught exceptions and dialogs since the last reset.
    pub fn problems(&self) -> Vec<String> {
        lock(&self.record).problems()
    }

    /// Cumulative layout shift since the last reset, summed over all pages: an upper bound of the CLS metric.
    /// Shifts within 500 ms of an input are excused by that metric; `shift_after_input` has those.
    pub fn cls(&self) -> f64 {
        lock(&self.record).shifts().0
    }

    /// Layout shift within 500 ms of an input, such as the swap that a vote causes.
    pub fn shift_after_input(&self) -> f64 {
        lock(&self.record).shifts().1
    }

    /// Waits until what the page looks like now has been painted, so that its shifts are counted.
    pub async fn painted(&self) {
        must(self.call("Page.captureScreenshot", json!({ "format": "jpeg", "quality": 1 })).await);
    }

    /// Forgets the requests, problems and shifts so far.
    pub fn reset(&self) {
        lock(&self.record).reset();
    }
}

/// Kept by the reading thread, read by the test.
#[derive(Debug, Default)]
pub struct Record {
    requests: Vec<Request>,
    problems: Vec<String>,
    /// Sum of the shifts that the user did not cause, and of those within 500 ms of an input.
    shifts: (f64, f64),
    /// Documents and same-document entries that the main frame went to; never reset.
    pub navigations: usize,
}

impl Record {
    pub fn note(&mut self, event: &str, params: &Value) {
        match event {
            "Network.requestWillBeSent" => self.on_request(params),
            "Network.requestServedFromCache" => self.update(params, |request| request.from_cache = true),
            "Network.responseReceived" => self.update(params, |request| {
                request.status = status(&params["response"]);
                request.from_cache |= params["response"]["fromDiskCache"] == true;
            }),
            "Network.loadingFinished" => self.update(params, |request| {
                request.bytes = bytes(params);
                request.done = true;
            }),
            "Network.loadingFailed" => self.update(params, |request| {
                let reason = params["blockedReason"].as_str().or(params["errorText"].as_str());
                request.failed = reason.map(str::to_owned);
                request.done = true;
            }),
            "Log.entryAdded" if params["entry"]["level"] == "error" => {
                let entry = &params["entry"];
                // What the test itself asked for is not the page's fault.
                if !text(&entry["text"]).contains("ERR_BLOCKED_BY_CLIENT") {
                    self.problems.push(format!(
                        "{} ({}): {}",
                        text(&entry["source"]),
                        text(&entry["url"]),
                        text(&entry["text"])
                    ));
                }
            }
            "Runtime.consoleAPICalled" if ["error", "assert"].contains(&text(&params["type"]).as_str()) => {
                self.problems.push(format!("console: {}", params["args"]));
            }
            "Runtime.exceptionThrown" => {
                let details = &params["exceptionDetails"];
                self.problems.push(format!(
                    "uncaught: {} {}",
                    text(&details["text"]),
                    text(&details["exception"]["description"])
                ));
            }
            "Page.javascriptDialogOpening" => self.problems.push(format!("dialog: {}", text(&params["message"]))),
            "PerformanceTimeline.timelineEventAdded" => {
                let shift = &params["event"]["layoutShiftDetails"];
                let value = shift["value"].as_f64().unwrap_or_default();
                match shift["hadRecentInput"] == true {
                    true => self.shifts.1 += value,
                    false => self.shifts.0 += value,
                }
            }
            "Page.frameNavigated" if params["frame"]["parentId"].is_null() => self.navigations += 1,
            "Page.navigatedWithinDocument" => self.navigations += 1,
            _ => {}
        }
    }

    /// Requests that went over the network or were stopped from doing so; `None` while one is under way.
    pub fn requests(&self) -> Option<Vec<Request>> {
        let ours = || self.requests.iter().filter(|request| !request.from_cache);
        ours().all(|request| request.done).then(|| ours().cloned().collect())
    }

    pub fn unfinished(&self) -> Vec<&str> {
        self.requests.iter().filter(|request| !request.done).map(|request| request.url.as_str()).collect()
    }

    pub fn problems(&self) -> Vec<String> {
        self.problems.clone()
    }

    pub fn shifts(&self) -> (f64, f64) {
        self.shifts
    }

    pub fn reset(&mut self) {
        *self = Self { navigations: self.navigations, ..Self::default() };
    }

    fn on_request(&mut self, params: &Value) {
        // A redirect keeps the request's id: what was known so far is the hop that ends here.
        if let hop @ Value::Object(_) = &params["redirectResponse"] {
            self.update(params, |request| {
                request.status = status(hop);
                request.bytes = bytes(hop);
                request.done = true;
            });
        }
        let url = text(&params["request"]["url"]);
        let icon = params["type"] == "Other" && params["initiator"]["type"] == "other";
        if url.starts_with("http") && !icon {
            self.requests.push(Request {
                url,
                method: text(&params["request"]["method"]),
                kind: text(&params["type"]),
                id: text(&params["requestId"]),
                ..Request::default()
            });
        }
    }

    fn update(&mut self, params: &Value, change: impl FnOnce(&mut Request)) {
        let last = self.requests.iter_mut().rev().find(|request| params["requestId"] == request.id.as_str());
        last.map(change);
    }
}

fn status(response: &Value) -> u16 {
    response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default()
}

/// Chromium gives the length as a float.
fn bytes(value: &Value) -> u64 {
    value["encodedDataLength"].as_f64().unwrap_or_default() as u64
}
