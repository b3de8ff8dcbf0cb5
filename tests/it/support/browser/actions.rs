//! What a visitor does, and sees at once.

use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::cdp::lock;
use super::{POLL, Visitor, must, text};

/// What has the focus.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Focus {
    /// In capitals, as the DOM has it; `BODY` means that the focus was lost.
    pub tag: String,
    pub id: String,
    pub text: String,
    /// Whether its upper left corner can be seen without scrolling.
    pub in_view: bool,
    /// What a screen reader says: name and description as Chromium computes them.
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub description: String,
}

const FOCUSED: &str = "(() => {
    const e = document.activeElement ?? document.body, r = e.getBoundingClientRect();
    return { tag: e.tagName, id: e.id, text: (e.innerText ?? '').trim().slice(0, 200),
        in_view: r.top >= 0 && r.left >= 0 && r.top < innerHeight && r.left < innerWidth };
})()";

impl Visitor {
    /// Follows an address and waits until the page is complete, images included.
    pub async fn goto(&self, url: &str) {
        let before = self.navigations();
        let answer = must(self.call("Page.navigate", json!({ "url": url })).await);
        if let Some(error) = answer["errorText"].as_str() {
            self.fail(&format!("{url}: {error}")).await;
        }
        self.arrive(before).await;
    }

    pub async fn reload(&self) {
        let before = self.navigations();
        must(self.call("Page.reload", json!({})).await);
        self.arrive(before).await;
    }

    /// The Back button.
    pub async fn back(&self) {
        let history = must(self.call("Page.getNavigationHistory", json!({})).await);
        let current = history["currentIndex"].as_u64().unwrap_or_default() as usize;
        let Some(previous) = current.checked_sub(1) else { self.fail("there is nothing to go back to").await };
        let before = self.navigations();
        must(self.call("Page.navigateToHistoryEntry", json!({ "entryId": history["entries"][previous]["id"] })).await);
        self.arrive(before).await;
    }

    /// The address in the address bar.
    pub async fn url(&self) -> String {
        self.evaluate("location.href").await
    }

    /// The visible text of the first match.
    pub async fn text(&self, selector: &str) -> String {
        self.wait_for(selector).await;
        self.evaluate(&format!("document.querySelector({}).innerText.trim()", quote(selector))).await
    }

    pub async fn count(&self, selector: &str) -> usize {
        self.evaluate(&format!("document.querySelectorAll({}).length", quote(selector))).await
    }

    /// Waits until something matches.
    pub async fn wait_for(&self, selector: &str) {
        let found = format!("!!document.querySelector({})", quote(selector));
        self.wait_until(&format!("{selector} to appear"), &found).await;
    }

    /// Waits until the first match of the selector contains the text.
    pub async fn wait_for_text(&self, selector: &str, text: &str) {
        let found = format!("document.querySelector({})?.innerText.includes({})", quote(selector), quote(text));
        self.wait_until(&format!("{selector} to say {text:?}"), &found).await;
    }

    /// Waits until a JavaScript expression is true; `what` completes "waited in vain for".
    pub async fn wait_until(&self, what: &str, expression: &str) {
        let start = Instant::now();
        // An error is no verdict: the document may just be changing.
        while self.try_evaluate(expression, None).await != Ok(Value::Bool(true)) {
            if start.elapsed() > self.patience {
                self.fail(&format!("waited in vain for {what}")).await;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Clicks the middle of the first match with a real mouse, scrolling it into view first.
    pub async fn click(&self, selector: &str) {
        self.click_repeatedly(selector, 1).await;
    }

    /// Clicks what leads to another page and waits until that is complete.
    pub async fn follow(&self, selector: &str) {
        let before = self.navigations();
        self.click(selector).await;
        self.arrive(before).await;
    }

    /// Clicks so fast that no answer can arrive in between.
    pub async fn click_repeatedly(&self, selector: &str, times: u32) {
        self.wait_for(selector).await;
        self.wait_for_buttons().await;
        let point = format!(
            "(() => {{
                const e = document.querySelector({});
                const seen = r => r.top >= 0 && r.left >= 0 && r.bottom <= innerHeight && r.right <= innerWidth;
                if (!seen(e.getBoundingClientRect())) e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
                const hit = document.elementFromPoint(x, y);
                const covered = !(hit && (e.contains(hit) || hit.contains(e)));
                return {{ x, y, covered: covered ? (hit?.outerHTML ?? 'nothing').slice(0, 200) : null }};
            }})()",
            quote(selector)
        );
        let point: Value = self.evaluate(&point).await;
        if let Some(cover) = point["covered"].as_str() {
            self.fail(&format!("{selector} cannot be clicked: {cover} is in the way")).await;
        }
        self.click_at(&point, times).await;
    }

    /// Clicks a point (`{"x": 1, "y": 2}`) at once, whatever is there.
    pub async fn click_at(&self, point: &Value, times: u32) {
        let mut answers = Vec::new();
        for _ in 0..times {
            for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
                let button = if kind == "mouseMoved" { "none" } else { "left" };
                let event = json!({ "type": kind, "x": point["x"], "y": point["y"], "button": button, "buttons": buttons, "clickCount": 1 });
                answers.push(self.cdp.send(&self.session, "Input.dispatchMouseEvent", event));
            }
        }
        for answer in answers {
            let _ = tokio::time::timeout(self.patience, answer).await;
        }
    }

    /// Waits until the ten buttons, if there are any, can be pressed: on a new card they wait for a moment.
    async fn wait_for_buttons(&self) {
        let pressable = "[...document.querySelectorAll('.scores')]
            .every(scores => getComputedStyle(scores).pointerEvents !== 'none')";
        self.wait_until("the buttons to be ready", pressable).await;
    }

    /// Presses and releases a key: a character, or `Tab`, `Shift+Tab`, `Control+7`, `Enter`, `Space`, `Escape`, `ArrowDown` ...
    pub async fn press(&self, key: &str) {
        self.wait_for_buttons().await;
        self.press_at_once(key).await;
    }

    /// The same, whether or not the page is ready for it.
    pub async fn press_at_once(&self, key: &str) {
        let (modifier, key) = match key.split_once('+') {
            Some(("Alt", key)) => (1, key),
            Some(("Control", key)) => (2, key),
            Some(("Meta", key)) => (4, key),
            Some(("Shift", key)) => (8, key),
            _ => (0, key),
        };
        let (name, code, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Space" => (" ", 32, " "),
            "Escape" => ("Escape", 27, ""),
            "Backspace" => ("Backspace", 8, ""),
            "PageUp" => ("PageUp", 33, ""),
            "PageDown" => ("PageDown", 34, ""),
            "End" => ("End", 35, ""),
            "Home" => ("Home", 36, ""),
            "ArrowLeft" => ("ArrowLeft", 37, ""),
            "ArrowUp" => ("ArrowUp", 38, ""),
            "ArrowRight" => ("ArrowRight", 39, ""),
            "ArrowDown" => ("ArrowDown", 40, ""),
            character if character.len() == 1 => {
                (character, u32::from(character.as_bytes()[0].to_ascii_uppercase()), character)
            }
            unknown => panic!("no key is called {unknown:?}"),
        };
        let mut event = json!({ "type": "rawKeyDown", "key": name, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifier });
        if !text.is_empty() && matches!(modifier, 0 | 8) {
            event["type"] = "keyDown".into();
            event["text"] = text.into();
        }
        must(self.call("Input.dispatchKeyEvent", event.clone()).await);
        event["type"] = "keyUp".into();
        must(self.call("Input.dispatchKeyEvent", event).await);
    }

    /// Types into the first match, which gets the focus by a click.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.click(selector).await;
        must(self.call("Input.insertText", json!({ "text": text })).await);
    }

    /// Chooses a file in the first match, as if in the system's dialogue.
    pub async fn choose(&self, selector: &str, file: &std::path::Path) {
        self.wait_for(selector).await;
        let field = json!({ "expression": format!("document.querySelector({})", quote(selector)) });
        let field = must(self.call("Runtime.evaluate", field).await);
        let chosen = json!({ "objectId": field["result"]["objectId"], "files": [file] });
        must(self.call("DOM.setFileInputFiles", chosen).await);
    }

    /// What has the focus now.
    pub async fn focused(&self) -> Focus {
        let mut focus: Focus = self.evaluate(FOCUSED).await;
        let element = json!({ "expression": "document.activeElement ?? document.body" });
        let element = must(self.call("Runtime.evaluate", element).await);
        let tree = json!({ "objectId": element["result"]["objectId"], "fetchRelatives": false });
        let tree = must(self.call("Accessibility.getPartialAXTree", tree).await);
        focus.name = text(&tree["nodes"][0]["name"]["value"]);
        focus.description = text(&tree["nodes"][0]["description"]["value"]);
        focus
    }

    fn navigations(&self) -> usize {
        lock(&self.record).navigations
    }

    /// Waits for a navigation after the given number of them, and for its page to be complete.
    async fn arrive(&self, before: usize) {
        let start = Instant::now();
        while self.navigations() <= before {
            if start.elapsed() > self.patience {
                self.fail("the navigation never happened").await;
            }
            tokio::time::sleep(POLL).await;
        }
        self.wait_until("the page to load", "document.readyState === 'complete'").await;
    }
}

/// A JavaScript string literal.
fn quote(text: &str) -> String {
    Value::from(text).to_string()
}
