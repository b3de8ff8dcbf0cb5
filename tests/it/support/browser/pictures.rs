//! Screenshots, asked for or of what went wrong.

use std::path::{Path, PathBuf};

use base64::Engine;
use serde_json::{Value, json};

use super::{Visitor, must, text};

impl Visitor {
    /// Writes a PNG of the viewport to `target/screenshots/<name>.png` and returns its path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let png = must(self.call("Page.captureScreenshot", json!({ "format": "png" })).await);
        self.save(name, &png["data"])
    }

    /// The same of the whole page, however long.
    pub async fn screenshot_of_page(&self, name: &str) -> PathBuf {
        let params = json!({ "format": "png", "captureBeyondViewport": true });
        let png = must(self.call("Page.captureScreenshot", params).await);
        self.save(name, &png["data"])
    }

    /// Ends the test with a picture of what there was instead.
    pub async fn fail(&self, what: &str) -> ! {
        // The test's thread has the test's name.
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("test").replace("::", "-");
        let name = format!("failure-{name}");
        let picture = match self.call("Page.captureScreenshot", json!({ "format": "png" })).await {
            Ok(png) => self.save(&name, &png["data"]).display().to_string(),
            Err(error) => error,
        };
        let page = "location.href + '\\n' + document.title + '\\n' + (document.body?.innerText ?? '').slice(0, 2000)";
        let page = self.try_evaluate(page, None).await.map_or_else(|error| error, |page| text(&page));
        panic!("{what}\n--- screenshot: {picture}\n--- problems: {:?}\n--- page: {page}", self.problems());
    }

    fn save(&self, name: &str, base64: &Value) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        let png = base64::prelude::BASE64_STANDARD.decode(text(base64)).expect("base64");
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, png).expect("a screenshot");
        path
    }
}
