//! axe-core in the page that a visitor is looking at.
//!
//! It is injected into an isolated world, so it needs nothing from the page's CSP and leaves nothing behind. On a
//! page whose scripts are off they are allowed while axe runs (its timers are scripts too): the page's own had
//! their chance at load time and do not come back.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::browser::Visitor;

/// One broken rule, and where.
#[derive(Debug, Deserialize)]
pub struct Violation {
    /// The rule, such as `target-size`: <https://dequeuniversity.com/rules/axe/>.
    pub id: String,
    #[serde(default)]
    pub impact: Option<String>,
    pub help: String,
    pub nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
pub struct Node {
    /// Selectors, one per frame on the way to the element.
    pub target: Vec<Value>,
    pub html: String,
    #[serde(rename = "failureSummary")]
    pub summary: String,
}

/// Fails the test if the page breaks a rule of WCAG 2.2 A or AA, or a best practice.
pub async fn check(visitor: &Visitor) {
    let violations = violations(visitor).await;
    if !violations.is_empty() {
        let list: String = violations.iter().map(|violation| format!("\n{violation}")).collect();
        visitor.fail(&format!("axe found:{list}")).await;
    }
}

/// The rules of WCAG 2.2 A and AA and the best practices that the page breaks.
pub async fn violations(visitor: &Visitor) -> Vec<Violation> {
    run(visitor, "html", &options()).await
}

/// The same, and texts with a contrast of less than 7:1 (4.5:1 if large).
pub async fn strict_violations(visitor: &Visitor) -> Vec<Violation> {
    let mut options = options();
    options["rules"]["color-contrast-enhanced"] = json!({ "enabled": true });
    run(visitor, "html", &options).await
}

/// Texts below the selector with a contrast of less than 7:1 (4.5:1 if large).
pub async fn low_contrast(visitor: &Visitor, selector: &str) -> Vec<Violation> {
    run(visitor, selector, &json!({ "runOnly": { "type": "rule", "values": ["color-contrast-enhanced"] } })).await
}

fn options() -> Value {
    json!({
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        "rules": { "target-size": { "enabled": true }, "region": { "enabled": true } },
        "resultTypes": ["violations"],
    })
}

async fn run(visitor: &Visitor, selector: &str, options: &Value) -> Vec<Violation> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `bin/test` fetches it", path.display()));
    visitor.allow_script(true).await;
    let world = visitor.isolated_world().await;
    let run = format!("{axe};\naxe.run({}, {options}).then(results => results.violations)", json!(selector));
    let found = visitor.try_evaluate(&run, Some(&world)).await;
    visitor.allow_script(visitor.options().script).await;
    match found.map(serde_json::from_value) {
        Ok(Ok(violations)) => violations,
        Ok(Err(error)) => visitor.fail(&format!("axe's answer: {error}")).await,
        Err(error) => visitor.fail(&format!("axe did not run: {error}")).await,
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({}): {}", self.id, self.impact.as_deref().unwrap_or("unrated"), self.help)?;
        for node in &self.nodes {
            let target: Vec<String> =
                node.target.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
            writeln!(f, "  {}\n    {}\n    {}", target.join(" > "), node.html, node.summary.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
