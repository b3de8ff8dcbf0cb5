//! Talking to InfluxDB through its client, with the time limits that it lacks, and what its answers mean.

use std::fmt;
use std::time::Duration;

use influxdb2::RequestError;
use serde_json::{Value, json};

use super::address;
use crate::config::InfluxConfig;
use crate::secret::redact;

/// To reach it; that is all that a connection to a machine nearby may take.
const REACH: Duration = Duration::from_secs(1);

/// The longest answer that is read: charts need some 100 kB.
const LONGEST: usize = 8 * 1024 * 1024;

/// Which of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The one that may write.
    Write,
    /// The one that may read.
    Read,
}

/// An InfluxDB as configured.
#[derive(Clone)]
pub struct Client {
    inner: influxdb2::Client,
    /// For queries: the client's own panics on answers that cannot be.
    http: reqwest::Client,
    secret: String,
    token: Token,
    organization: String,
    bucket: String,
    url: String,
}

/// What became of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// All are stored.
    Stored,
    /// None is: there is one among them that is no line.
    Malformed(String),
    /// All are but so many, which it will never take: of another type than the field, or too old.
    Partly(u64, String),
    /// They are too many for one request.
    TooLarge,
}

/// Why nothing came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It does not answer, or says that it cannot now.
    Away(String),
    /// It will answer the same until somebody changes something: the token, the name of a bucket.
    Refused(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Away(why) => write!(f, "InfluxDB does not answer: {why}"),
            Trouble::Refused(why) => write!(f, "InfluxDB refuses: {why}"),
        }
    }
}

impl Client {
    /// The one with this token, which may take so long for a request; nothing where none is configured. The error is a sentence.
    pub fn from_config(config: &InfluxConfig, token: Token, patience: Duration) -> Result<Option<Self>, String> {
        let secret = match token {
            Token::Write => config.write_token(),
            Token::Read => config.read_token(),
        };
        let (Some(url), Some(secret)) = (config.url(), secret) else { return Ok(None) };
        let url = address::checked(config, url)?;
        let builder = || {
            reqwest::ClientBuilder::new()
                .connect_timeout(REACH)
                .timeout(patience)
                .http1_only()
                // Neither may an answer send the token elsewhere, nor a variable of the environment.
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
        };
        let inner = influxdb2::ClientBuilder::with_builder(builder(), &url, &config.organization, secret);
        Ok(Some(Client {
            inner: inner.build().map_err(|cause| format!("influxdb: {cause}"))?,
            http: builder().build().map_err(|cause| format!("influxdb: {cause}"))?,
            secret: secret.to_owned(),
            token,
            organization: config.organization.clone(),
            bucket: config.bucket.clone(),
            url,
        }))
    }

    /// The bucket of points.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Where it is and what of it is meant, in words that hold no secret.
    pub fn name(&self) -> String {
        format!("influxdb {} {}/{}", self.url, self.organization, self.bucket)
    }

    /// Does it live?
    pub async fn ready(&self) -> Result<(), Trouble> {
        let (status, text) = match self.inner.health().await {
            Ok(_) => return Ok(()),
            Err(RequestError::Http { status, text }) => (status.as_u16(), text),
            Err(cause) => return Err(Trouble::Away(in_words(&cause))),
        };
        Err(Trouble::Refused(format!("{status} to GET /health; is it an InfluxDB 2? {}", told(&text))))
    }

    /// Stores lines in a bucket.
    pub async fn write(&self, bucket: &str, lines: String) -> Result<Written, Trouble> {
        let (status, text) = match self.inner.write_line_protocol(&self.organization, bucket, lines).await {
            Ok(()) => return Ok(Written::Stored),
            Err(RequestError::Http { status, text }) => (status.as_u16(), text),
            Err(cause) => return Err(Trouble::Away(in_words(&cause))),
        };
        let told = told(&text);
        match status {
            400 if told.contains("unable to parse") => Ok(Written::Malformed(told)),
            413 => Ok(Written::TooLarge),
            422 => Ok(Written::Partly(dropped(&told), told)),
            429 | 500.. => Err(Trouble::Away(format!("{status} {told}"))),
            status => Err(refusal(status, &told, self.token, "write")),
        }
    }

    /// Runs a script, and gives the annotated CSV that it answers with.
    pub async fn query(&self, flux: &str) -> Result<String, Trouble> {
        let types = ["datatype", "group", "default"];
        let body = json!({ "query": flux, "type": "flux", "dialect": { "annotations": types, "header": true } });
        let request = self
            .http
            .post(format!("{}api/v2/query", self.url))
            .query(&[("org", &self.organization)])
            .header("Authorization", format!("Token {}", self.secret))
            .header("Content-Type", "application/json")
            .header("Accept", "application/csv")
            .body(body.to_string());
        let away = |cause: reqwest::Error| Trouble::Away(innermost(&cause, cause.is_timeout()));
        let mut answer = request.send().await.map_err(away)?;
        let mut text = vec![];
        while let Some(chunk) = answer.chunk().await.map_err(away)? {
            text.extend_from_slice(&chunk);
            if text.len() > LONGEST {
                return Err(Trouble::Away(format!("an answer of more than {LONGEST} bytes")));
            }
        }
        let text = String::from_utf8(text).map_err(|_| Trouble::Away("an answer that is no text".into()))?;
        match answer.status().as_u16() {
            200 => Ok(text),
            status @ (429 | 500..) => Err(Trouble::Away(format!("{status} {}", told(&text)))),
            status => Err(refusal(status, &told(&text), self.token, "read")),
        }
    }
}

impl fmt::Debug for Client {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({}, {:?})", self.name(), self.token)
    }
}

/// What an answer means that stays the same.
fn refusal(status: u16, told: &str, token: Token, verb: &str) -> Trouble {
    let setting = match token {
        Token::Write => "influxdb.write_token",
        Token::Read => "influxdb.read_token",
    };
    Trouble::Refused(match status {
        401 => format!("it does not know the token in {setting}, or the token may not {verb} ({status} {told})"),
        403 => format!("the token in {setting} may not {verb} this bucket ({status} {told})"),
        404 => format!(
            "there is no such organization or bucket, or the token in {setting} may not {verb} it ({status} {told})"
        ),
        _ => format!("with {status} {told}"),
    })
}

/// The sentence in an answer, short and on one line.
fn told(body: &str) -> String {
    let message = serde_json::from_str::<Value>(body).ok();
    let message = message.as_ref().and_then(|body| body["message"].as_str()).unwrap_or(body);
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    redact(&line.chars().take(300).collect::<String>())
}

/// How many lines a partial write left out: the answer ends with `dropped=11`.
fn dropped(told: &str) -> u64 {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    told.rsplit_once("dropped=").and_then(|(_, count)| digits(count).parse().ok()).unwrap_or(1).max(1)
}

fn in_words(cause: &RequestError) -> String {
    let late = matches!(cause, RequestError::ReqwestProcessing { source } if source.is_timeout());
    innermost(cause, late)
}

/// The first cause of an error, which does not name the address.
fn innermost(cause: &(dyn std::error::Error + 'static), late: bool) -> String {
    if late {
        return "no answer in time".into();
    }
    let mut innermost = cause;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    redact(&innermost.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_write_tells_how_many_lines_are_missing() {
        let body = r#"{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict: input field \"n\" on measurement \"vote\" is type float, already exists as type integer dropped=11"}"#;
        assert_eq!(dropped(&told(body)), 11);
        assert_eq!(dropped("something else"), 1);
        assert_eq!(told("<html>\n no  JSON"), "<html> no JSON");
    }
}
