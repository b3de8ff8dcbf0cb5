//! How mail leaves a process: to an SMTP server, into a folder, or nowhere.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::stub::AsyncStubTransport;
use lettre::{Address, AsyncFileTransport, AsyncTransport, Message, Tokio1Executor};
use serde_json::Value;
use uuid::Uuid;

use super::smtp::{Refusal, Smtp};
use super::unsubscribe::{Subscription, UnsubscribeKey};
use crate::config::{Allowance, Config, MailTransport};
use crate::templates::{self, Templates};

/// The mail of one process: templates, addresses of the site, and the way out.
#[derive(Clone)]
pub struct Mailer {
    transport: Transport,
    from: Mailbox,
    site: String,
    host: String,
    templates: Arc<Templates>,
    unsubscribe: UnsubscribeKey,
    /// Mails to one address that a stranger can cause.
    pub unasked_per_address: Allowance,
}

#[derive(Clone)]
enum Transport {
    Smtp(Smtp),
    File(AsyncFileTransport<Tokio1Executor>),
    Memory(AsyncStubTransport),
}

/// One mail in words.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    /// Its subject, in one line.
    pub subject: String,
    /// For whoever reads text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// The link that ends such mails, for those that can be ended.
    pub unsubscribe: Option<String>,
}

impl Mailer {
    /// As configured. The error says which setting is wrong.
    pub fn from_config(config: &Config) -> Result<Self, String> {
        let transport = match config.mail.transport {
            MailTransport::Smtp => {
                let timeout = Duration::from_secs(config.mail.timeout_seconds.into());
                let smtp = Smtp::parse(config.mail.url.expose(), timeout);
                Transport::Smtp(smtp.map_err(|cause| format!("mail.url is no address of an SMTP server: {cause}"))?)
            }
            MailTransport::File => {
                let folder = config.mail.folder();
                std::fs::create_dir_all(&folder)
                    .map_err(|cause| format!("mail.folder {} cannot be made: {cause}", folder.display()))?;
                Transport::File(AsyncFileTransport::new(folder))
            }
        };
        Self::with(config, transport)
    }

    /// Keeps what it is given, see [`Mailer::sent`].
    pub fn outbox(config: &Config) -> Result<Self, String> {
        Self::with(config, Transport::Memory(AsyncStubTransport::new_ok()))
    }

    fn with(config: &Config, transport: Transport) -> Result<Self, String> {
        let site = config.site.url.clone();
        let host = site.split_once("://").map_or(site.as_str(), |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default().to_owned();
        let templates = Templates::load(&config.assets.templates(), "mail", Default::default(), config.assets.reload);
        Ok(Mailer {
            from: config.mail.from.parse().map_err(|cause: AddressError| format!("mail.from: {cause}"))?,
            templates: Arc::new(templates.map_err(|cause| cause.to_string())?),
            unsubscribe: UnsubscribeKey::new(config.secret()?),
            unasked_per_address: config.mail.unasked_per_address,
            transport,
            site,
            host,
        })
    }

    /// A page of the site; `path` begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.site)
    }

    /// A mail from the templates `mail/<name>/{subject.txt,body.txt,body.html}`; `data` is an object. One that can be
    /// ended says how.
    pub fn compose(
        &self,
        name: &str,
        to: &str,
        ends: Option<Subscription>,
        mut data: Value,
    ) -> Result<Mail, templates::Error> {
        let unsubscribe = ends.map(|which| self.link(&format!("/unsubscribe/{}", which.sign(&self.unsubscribe))));
        data["site"] = self.site.as_str().into();
        data["unsubscribe"] = unsubscribe.as_deref().into();
        Ok(Mail {
            to: to.to_owned(),
            subject: one_line(&self.templates.text(&format!("mail/{name}/subject"), &data)?),
            text: self.templates.text(&format!("mail/{name}/body"), &data)?,
            html: self.templates.render(&format!("mail/{name}/body"), &data)?,
            unsubscribe,
        })
    }

    /// Gives a mail to whoever carries it on. The same `id` makes it recognisable as the same mail.
    pub async fn deliver(&self, mail: &Mail, id: Uuid, at: DateTime<Utc>) -> Result<(), Refusal> {
        let message = self.message(mail, id, at)?;
        let refused = |cause: &dyn std::error::Error| Refusal::Temporary(cause.to_string());
        match &self.transport {
            Transport::Smtp(server) => server.send(message.envelope(), &message.formatted()).await,
            Transport::File(folder) => folder.send(message).await.map(drop).map_err(|cause| refused(&cause)),
            Transport::Memory(memory) => memory.send(message).await.map_err(|cause| refused(&cause)),
        }
    }

    /// What the mailer of [`Mailer::outbox`] was given, as it would travel.
    pub async fn sent(&self) -> Vec<String> {
        match &self.transport {
            Transport::Memory(memory) => memory.messages().await.into_iter().map(|(_, mail)| mail).collect(),
            Transport::Smtp(_) | Transport::File(_) => Vec::new(),
        }
    }

    fn message(&self, mail: &Mail, id: Uuid, at: DateTime<Utc>) -> Result<Message, Refusal> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(mail.subject.clone())
            .date(at.into())
            .message_id(Some(format!("<{}@{}>", id.simple(), self.host)))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(link) = &mail.unsubscribe {
            message = message
                .raw_header(header("List-Unsubscribe", format!("<{link}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let parts = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        message.multipart(parts).map_err(|cause| Refusal::Permanent(cause.to_string()))
    }
}

/// An address as every server takes it: umlauts in its domain are spelt in ASCII.
fn address(text: &str) -> Result<Address, Refusal> {
    let wrong = |cause: &dyn std::fmt::Display| Refusal::Permanent(format!("no address that mail can reach: {cause}"));
    let (user, domain) = text.rsplit_once('@').ok_or_else(|| wrong(&"it has no @"))?;
    let domain = idna::domain_to_ascii(domain).map_err(|cause| wrong(&cause))?;
    Address::new(user, domain).map_err(|cause| wrong(&cause))
}

/// A header of ASCII that is sent as it is; what could begin another header is left out.
fn header(name: &'static str, value: String) -> HeaderValue {
    let value: String = value.chars().filter(|character| character.is_ascii() && !character.is_control()).collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

/// Single spaces for every kind of space, and nothing that is not seen.
fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let way = match self.transport {
            Transport::Smtp(_) => "smtp",
            Transport::File(_) => "file",
            Transport::Memory(_) => "memory",
        };
        write!(f, "Mailer({way})")
    }
}
