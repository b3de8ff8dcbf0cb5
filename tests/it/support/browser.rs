//! Real Chromium for tests that see what a visitor sees.
//!
//! ```ignore
//! let visitor = Visitor::new(Options { script: false, ..Options::default() }).await;
//! visitor.goto(&site.url("/")).await;
//! visitor.click("button[value='7']").await;
//! visitor.wait_for_text("#last", "You rated Marmalade 7").await;
//! ```
//! Every visitor has cookies and a cache of their own; all tests of a binary share one Chromium. What does not
//! work out panics with what was expected, what was there, and the path of a screenshot.

mod actions;
mod options;
mod pictures;
mod record;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cdp::{Cdp, lock};
pub use options::{Options, Viewport};
use record::Record;

const POLL: Duration = Duration::from_millis(20);

/// One tab of one person's browser.
pub struct Visitor {
    cdp: Arc<Cdp>,
    context: Arc<Context>,
    options: Options,
    target: String,
    session: String,
    record: Arc<Mutex<Record>>,
    /// The bound of every wait: long, for machines under load; what succeeds never waits for it.
    pub patience: Duration,
}

/// A person's cookies and cache, gone with their last tab.
struct Context {
    cdp: Arc<Cdp>,
    id: String,
}

impl Visitor {
    /// A new person with an empty browser. Starts Chromium if this is the first in this test binary.
    pub async fn new(options: Options) -> Self {
        let cdp = chromium(options.cookies);
        let context = must(cdp.call("", "Target.createBrowserContext", json!({})).await);
        let context = Arc::new(Context { cdp: cdp.clone(), id: text(&context["browserContextId"]) });
        Self::open(cdp, context, options).await
    }

    /// Another tab of the same person.
    pub async fn new_tab(&self) -> Self {
        Self::open(self.cdp.clone(), self.context.clone(), self.options.clone()).await
    }

    /// The value of a JavaScript expression in the page, awaited if it is a promise.
    pub async fn evaluate<T: DeserializeOwned>(&self, expression: &str) -> T {
        match self.try_evaluate(expression, None).await {
            Ok(value) => match serde_json::from_value(value) {
                Ok(value) => value,
                Err(error) => self.fail(&format!("{expression}: {error}")).await,
            },
            Err(error) => self.fail(&format!("{expression}: {error}")).await,
        }
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// A DevTools command, for what this type does not know.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, String> {
        self.cdp.call(&self.session, method, params).await
    }

    /// A world of its own in the current page: it sees the document, the page does not see it, and neither the
    /// page's CSP nor its globals apply.
    pub(super) async fn isolated_world(&self) -> Value {
        let world =
            self.call("Page.createIsolatedWorld", json!({ "frameId": self.target, "worldName": "tests" })).await;
        must(world)["executionContextId"].clone()
    }

    /// Whether pages may run scripts from now on; `Options::script` says how it began.
    pub(super) async fn allow_script(&self, allow: bool) {
        must(self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !allow })).await);
    }

    pub(super) async fn try_evaluate(&self, expression: &str, world: Option<&Value>) -> Result<Value, String> {
        let mut params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        if let Some(world) = world {
            params["contextId"] = world.clone();
        }
        let mut answer = self.call("Runtime.evaluate", params).await?;
        match &answer["exceptionDetails"] {
            Value::Null => Ok(answer["result"]["value"].take()),
            details => Err(format!("{} {}", text(&details["text"]), text(&details["exception"]["description"]))),
        }
    }

    async fn open(cdp: Arc<Cdp>, context: Arc<Context>, options: Options) -> Self {
        let tab = json!({ "url": "about:blank", "browserContextId": context.id });
        let target = text(&must(cdp.call("", "Target.createTarget", tab).await)["targetId"]);
        let attach = json!({ "targetId": target, "flatten": true });
        let session = text(&must(cdp.call("", "Target.attachToTarget", attach).await)["sessionId"]);
        let record = Arc::new(Mutex::new(Record::default()));
        let noted = record.clone();
        cdp.listen(&session, Box::new(move |event, params| lock(&noted).note(event, params)));
        let visitor = Self { cdp, context, options, target, session, record, patience: Duration::from_secs(20) };
        visitor.set_up().await;
        visitor
    }

    async fn set_up(&self) {
        let Options { script, block, viewport, dark, forced_colors, reduced_motion, haste, .. } = &self.options;
        let (width, height, pixel_ratio, phone) = match *viewport {
            Viewport::Desktop => (1280, 800, 1.0, false),
            Viewport::Phone => (360, 640, 1.0, true),
            Viewport::Zoomed => (320, 256, 1.0, false),
            Viewport::Custom { width, height, pixel_ratio } => (width, height, pixel_ratio, false),
        };
        let block: Vec<Value> = block.iter().map(|pattern| json!({ "urlPattern": pattern, "block": true })).collect();
        let media = json!([
            { "name": "prefers-color-scheme", "value": if *dark { "dark" } else { "light" } },
            { "name": "forced-colors", "value": if *forced_colors { "active" } else { "none" } },
            { "name": "prefers-reduced-motion", "value": if *reduced_motion { "reduce" } else { "no-preference" } },
        ]);
        for (method, params) in [
            ("Page.enable", json!({})),
            ("Runtime.enable", json!({})),
            ("Network.enable", json!({})),
            ("Log.enable", json!({})),
            ("Animation.enable", json!({})),
            ("Animation.setPlaybackRate", json!({ "playbackRate": haste })),
            ("PerformanceTimeline.enable", json!({ "eventTypes": ["layout-shift"] })),
            ("Network.setBlockedURLs", json!({ "urlPatterns": block })),
            ("Emulation.setScriptExecutionDisabled", json!({ "value": !script })),
            ("Emulation.setEmulatedMedia", json!({ "features": media })),
            (
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": pixel_ratio, "mobile": phone }),
            ),
            ("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })),
            // Every tab believes that it is in front, so that keys and focus work in all of them at once.
            ("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })),
        ] {
            must(self.call(method, params).await);
        }
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.cdp.stop_listening(&self.session);
        let tab = json!({ "targetId": self.target });
        drop(self.cdp.send("", "Target.closeTarget", tab));
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let context = json!({ "browserContextId": self.id });
        drop(self.cdp.send("", "Target.disposeBrowserContext", context));
    }
}

/// The Chromium of this test binary: the engine alone, which costs half of what it costs with the whole browser around it. The one
/// that refuses cookies is the browser, as that is a setting of its profile.
fn chromium(cookies: bool) -> Arc<Cdp> {
    static WITH_COOKIES: OnceLock<Arc<Cdp>> = OnceLock::new();
    static WITHOUT: OnceLock<Arc<Cdp>> = OnceLock::new();
    let refused = json!({ "profile": { "default_content_setting_values": { "cookies": 2 } } });
    match cookies {
        true => WITH_COOKIES.get_or_init(|| Cdp::launch("chromium-headless-shell", &json!({}))).clone(),
        false => WITHOUT.get_or_init(|| Cdp::launch("chromium", &refused)).clone(),
    }
}

/// The result of a command that only fails when Chromium or this harness is broken.
fn must(result: Result<Value, String>) -> Value {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
