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
        Err(Trouble::Refused(format!("{} to GET /health; is it an InfluxDB 2?", Said::of(&text).with(status))))
    }

    /// Stores lines in a bucket.
    pub async fn write(&self, bucket: &str, lines: String) -> Result<Written, Trouble> {
        let (status, text) = match self.inner.write_line_protocol(&self.organization, bucket, lines).await {
            Ok(()) => return Ok(Written::Stored),
            Err(RequestError::Http { status, text }) => (status.as_u16(), text),
            Err(cause) => return Err(Trouble::Away(in_words(&cause))),
        };
        let said = Said::of(&text);
        match status {
            400 if said.message.contains("unable to parse") => Ok(Written::Malformed(said.short())),
            413 => Ok(Written::TooLarge),
            422 if said.itself => Ok(Written::Partly(dropped(&said.message), said.short())),
            429 | 500.. => Err(Trouble::Away(said.with(status))),
            status => Err(refusal(status, &said, self.token, "write")),
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
            status @ (429 | 500..) => Err(Trouble::Away(Said::of(&text).with(status))),
            status => Err(refusal(status, &Said::of(&text), self.token, "read")),
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
fn refusal(status: u16, said: &Said, token: Token, verb: &str) -> Trouble {
    let setting = match token {
        Token::Write => "influxdb.write_token",
        Token::Read => "influxdb.read_token",
    };
    let told = said.with(status);
    if !said.itself {
        return Trouble::Refused(format!(
            "with {told}, which are not its own words: does what stands before it let this host in, and is influxdb.url right?"
        ));
    }
    Trouble::Refused(match status {
        401 => format!("it does not know the token in {setting}, or the token may not {verb} ({told})"),
        403 => format!("the token in {setting} may not {verb} this bucket ({told})"),
        404 => {
            format!("there is no such organization or bucket, or the token in {setting} may not {verb} it ({told})")
        }
        _ => format!("with {told}"),
    })
}

/// The sentence in an answer, on one line.
struct Said {
    message: String,
    /// Is it one of InfluxDB's, and not of a proxy in front of it?
    itself: bool,
}

impl Said {
    fn of(body: &str) -> Self {
        let json = serde_json::from_str::<Value>(body).ok();
        let message = json.as_ref().and_then(|body| body["message"].as_str());
        let title = || body.split_once("<title>")?.1.split_once("</title>").map(|(title, _)| title);
        let words = message.or_else(title).unwrap_or(body).split_whitespace();
        Said { message: words.collect::<Vec<_>>().join(" "), itself: json.is_some() }
    }

    /// As much of it as somebody reads.
    fn short(&self) -> String {
        redact(&self.message.chars().take(300).collect::<String>())
    }

    /// Behind its status, which the titles of pages begin with.
    fn with(&self, status: u16) -> String {
        let status = status.to_string();
        let short = self.short();
        if short.starts_with(&status) { short } else { format!("{status} {short}").trim_end().to_owned() }
    }
}

/// How many lines a partial write left out: at the end of its answer, which may be long, stands `dropped=11`.
fn dropped(message: &str) -> u64 {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    message.rsplit_once("dropped=").and_then(|(_, count)| digits(count).parse().ok()).unwrap_or(1).max(1)
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
    fn what_it_says_is_one_short_line() {
        let said = Said::of("{\n\t\"code\": \"not found\",\n\t\"message\": \"path\\n not found\"\n}");
        assert_eq!((said.with(404).as_str(), said.itself), ("404 path not found", true));
        let page = Said::of("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>");
        assert_eq!((page.with(502).as_str(), page.itself), ("502 Bad Gateway", false));
        assert_eq!(Said::of("<html>\n no  JSON").with(503), "503 <html> no JSON");
        assert_eq!(Said::of("").with(503), "503");
        assert_eq!(Said::of(&"long ".repeat(200)).short().len(), 300);
    }

    #[test]
    fn a_count_that_is_not_told_is_one() {
        assert_eq!(
            (dropped("something else"), dropped("dropped=x"), dropped("dropped=11 for database: 1")),
            (1, 1, 11)
        );
    }
}
