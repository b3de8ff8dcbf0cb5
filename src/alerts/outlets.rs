//! The ways out: mail and webhook, and the heartbeat.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::Config;
use crate::mail::Mailer;
use crate::secret::redact;

/// A webhook has so long to answer, from looking its name up to the last byte.
const PATIENCE: Duration = Duration::from_secs(5);

/// How messages leave this process.
#[derive(Clone)]
pub struct Outlets {
    mailer: Option<Mailer>,
    addresses: Vec<String>,
    webhook: Option<String>,
    heartbeat: Option<String>,
    site: String,
    agent: ureq::Agent,
}

impl Outlets {
    /// As configured. The error says which setting is wrong.
    pub fn from_config(config: &Config) -> Result<Self, String> {
        let addresses: Vec<String> = config.alerts.mail_to().into_iter().map(str::to_owned).collect();
        if let Some(wrong) = addresses.iter().find(|address| !address.contains('@')) {
            return Err(format!("alerts.mail_to: {wrong:?} is no address"));
        }
        let mailer = if addresses.is_empty() { None } else { Some(Mailer::from_config(config)?) };
        let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(3).build().into();
        Ok(Outlets {
            mailer,
            addresses,
            webhook: checked("webhook_url", config.alerts.webhook())?,
            heartbeat: checked("heartbeat_url", config.alerts.heartbeat())?,
            site: config.site.url.clone(),
            agent,
        })
    }

    /// The same with a mailer of one's own, and mail to this address.
    pub fn with_mailer(mut self, mailer: Mailer, address: &str) -> Self {
        self.mailer = Some(mailer);
        self.addresses = vec![address.to_owned()];
        self
    }

    pub fn mails(&self) -> bool {
        self.mailer.is_some()
    }

    pub fn posts(&self) -> bool {
        self.webhook.is_some()
    }

    pub(super) fn beats(&self) -> bool {
        self.heartbeat.is_some()
    }

    /// One mail to each address; the same `id` makes it recognisable as the same. The error is for operators.
    pub(super) async fn mail(&self, data: &Value, id: Uuid, at: DateTime<Utc>) -> Result<(), String> {
        let Some(mailer) = &self.mailer else { return Ok(()) };
        let mut data = data.clone();
        data["all"] = json!(mailer.link("/ops/alerts"));
        for address in &self.addresses {
            let mail = mailer.compose("alert", address, None, data.clone()).map_err(|cause| cause.to_string())?;
            mailer.deliver(&mail, id, at).await.map_err(|refusal| format!("{address}: {refusal:?}"))?;
        }
        Ok(())
    }

    /// JSON with `text` for people and chat programs, and the alerts for programs.
    pub(super) async fn post(&self, data: &Value, id: Uuid) -> Result<(), String> {
        let Some(url) = self.webhook.clone() else { return Ok(()) };
        let text = data["text"].as_str().unwrap_or_default();
        let text = format!("{text}\n{}/ops/alerts", self.site);
        let body = json!({ "text": text, "id": id, "site": self.site, "kind": data["kind"], "alerts": data["alerts"] });
        let agent = self.agent.clone();
        ask(move || agent.post(&url).content_type("application/json").send(body.to_string()).map(drop)).await
    }

    /// Says that all is well.
    pub(super) async fn beat(&self) -> Result<(), String> {
        let Some(url) = self.heartbeat.clone() else { return Ok(()) };
        let agent = self.agent.clone();
        ask(move || agent.get(&url).call().map(drop)).await
    }
}

impl std::fmt::Debug for Outlets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outlets(mails: {}, posts: {})", self.mails(), self.posts())
    }
}

fn checked(setting: &str, url: Option<&str>) -> Result<Option<String>, String> {
    let Some(url) = url else { return Ok(None) };
    let parsed = url::Url::parse(url).map_err(|cause| format!("alerts.{setting}: {cause}"))?;
    match parsed.scheme() {
        "http" | "https" if parsed.has_host() => Ok(Some(url.to_owned())),
        _ => Err(format!("alerts.{setting} must begin with https:// or http://")),
    }
}

/// The client waits on a thread of its own. Its errors do not name the address, which may hold a secret.
async fn ask(request: impl FnOnce() -> Result<(), ureq::Error> + Send + 'static) -> Result<(), String> {
    match tokio::task::spawn_blocking(request).await {
        Ok(answer) => answer.map_err(|cause| redact(&cause.to_string())),
        Err(cause) => Err(cause.to_string()),
    }
}
