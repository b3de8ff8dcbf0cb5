//! Talking to InfluxDB through its client, with the time limits that it lacks, and what its answers mean.

use std::fmt;
use std::time::Duration;

use influxdb2::RequestError;
use serde_json::Value;

use super::address;
use crate::config::InfluxConfig;
use crate::secret::redact;

/// To reach it; that is all that a connection to a machine nearby may take.
const REACH: Duration = Duration::from_secs(1);

/// Which of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The one that may write.
    Write,
    /// The one that may read.
    Read,
}

/// An InfluxDB as configured.
#[derive(Debug, Clone)]
pub struct Client {
    inner: influxdb2::Client,
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
        let builder = reqwest::ClientBuilder::new()
            .connect_timeout(REACH)
            .timeout(patience)
            .http1_only()
            // Neither may an answer send the token elsewhere, nor a variable of the environment.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        let builder = influxdb2::ClientBuilder::with_builder(builder, &url, &config.organization, secret);
        let inner = builder.build().map_err(|cause| format!("influxdb: {cause}"))?;
        Ok(Some(Client { inner, organization: config.organization.clone(), bucket: config.bucket.clone(), url }))
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
            status => Err(refusal(status, &told, Token::Write)),
        }
    }
}

/// What an answer means that stays the same.
pub(super) fn refusal(status: u16, told: &str, token: Token) -> Trouble {
    let (verb, setting) = match token {
        Token::Write => ("write", "influxdb.write_token"),
        Token::Read => ("read", "influxdb.read_token"),
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
pub(super) fn told(body: &str) -> String {
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

/// The causes of an error, without the address, which an operator knows and a page need not show.
pub(super) fn in_words(cause: &RequestError) -> String {
    if let RequestError::ReqwestProcessing { source } = cause
        && source.is_timeout()
    {
        return "no answer in time".into();
    }
    let mut innermost: &dyn std::error::Error = cause;
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
