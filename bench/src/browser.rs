//! One browser: a connection that is kept, cookies of its own, and the form as it was served.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::net::SocketAddr;

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The page that is open.
struct Form {
    photo: u64,
    token: String,
}

/// Somebody who rates.
pub struct Browser {
    address: SocketAddr,
    connection: TcpStream,
    cookies: BTreeMap<String, String>,
    form: Form,
    /// Every photo that was shown so far: none may come again.
    shown: HashSet<u64>,
}

struct Answer {
    status: u16,
    body: String,
}

impl Browser {
    /// Somebody new opens the first page.
    pub async fn open(address: SocketAddr) -> Result<Self, String> {
        let connection = TcpStream::connect(address).await.map_err(|cause| format!("{address}: {cause}"))?;
        connection.set_nodelay(true).map_err(|cause| cause.to_string())?;
        let form = Form { photo: 0, token: String::new() };
        let mut browser = Browser { address, connection, cookies: BTreeMap::new(), form, shown: HashSet::new() };
        let page = browser.ask("GET / HTTP/1.1\r\n", "").await?;
        match Form::of(&page.body) {
            Some(form) if page.status == 200 => browser.turn_to(form)?,
            _ => return Err(format!("no photo to rate: {} {}", page.status, page.body)),
        }
        Ok(browser)
    }

    /// Presses a button, as htmx sends it; false when that was the last photo. The error says what is wrong with the answer.
    pub async fn vote(&mut self, score: u64) -> Result<bool, String> {
        let Form { photo, token } = &self.form;
        let photo = *photo;
        let body = format!("csrf={token}&score={score}");
        let head = format!(
            "POST /submissions/{photo}/rating HTTP/1.1\r\nHX-Request: true\r\nHX-Request-Type: partial\r\nHX-Target: card\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        );
        let answer = self.ask(&head, &body).await?;
        let told = answer.body.contains(&format!("{score} out of 10."))
            && answer.body.contains(&format!("<a href=\"/submissions/{photo}\">Change"));
        if answer.status != 200 || !told {
            return Err(format!("after {score} for photo {photo}: {} {}", answer.status, answer.body));
        }
        match Form::of(&answer.body) {
            Some(form) => self.turn_to(form).map(|()| true),
            None => Ok(false),
        }
    }

    fn turn_to(&mut self, form: Form) -> Result<(), String> {
        let photo = form.photo;
        self.form = form;
        if self.shown.insert(photo) { Ok(()) } else { Err(format!("photo {photo} comes again")) }
    }

    async fn ask(&mut self, head: &str, body: &str) -> Result<Answer, String> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = format!("{head}Host: {}\r\nAccept-Encoding: gzip, deflate, br\r\n", self.address);
        if !cookies.is_empty() {
            request += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        if !body.is_empty() {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        let request = request + "\r\n" + body;
        self.connection.write_all(request.as_bytes()).await.map_err(|cause| format!("sending: {cause}"))?;
        self.read().await
    }

    async fn read(&mut self) -> Result<Answer, String> {
        let mut bytes = Vec::with_capacity(8192);
        let mut need = None;
        loop {
            if let Some(Head { length, .. }) = need
                && bytes.len() >= length
            {
                break;
            }
            let read = self.connection.read_buf(&mut bytes).await.map_err(|cause| format!("reading: {cause}"))?;
            if read == 0 {
                return Err("the site hung up".into());
            }
            if need.is_none()
                && let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&bytes[..end]).map_err(|cause| cause.to_string())?;
                need = Some(self.take(head)?);
                bytes.drain(..end + 4);
            }
        }
        let Some(Head { status, gzip, .. }) = need else { return Err("no answer".into()) };
        let mut body = String::new();
        let unpacked = match gzip {
            true => Read::read_to_string(&mut GzDecoder::new(&bytes[..]), &mut body),
            false => Read::read_to_string(&mut &bytes[..], &mut body),
        };
        unpacked.map_err(|cause| format!("what was sent cannot be read: {cause}"))?;
        Ok(Answer { status, body })
    }

    /// Takes the cookies out of a head.
    fn take(&mut self, head: &str) -> Result<Head, String> {
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let mut taken = Head { status: status.ok_or("no status")?, length: 0, gzip: false };
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => taken.length = value.parse().map_err(|_| "a length that is no number")?,
                "content-encoding" => taken.gzip = value == "gzip",
                "set-cookie" => {
                    let cookie = value.split(';').next().and_then(|cookie| cookie.split_once('='));
                    let (name, value) = cookie.ok_or("a cookie without a name")?;
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
                "transfer-encoding" => return Err("an answer without a length".into()),
                _ => {}
            }
        }
        Ok(taken)
    }
}

#[derive(Clone, Copy)]
struct Head {
    status: u16,
    /// Bytes of the body.
    length: usize,
    gzip: bool,
}

impl Form {
    fn of(page: &str) -> Option<Self> {
        let photo = between(page, "action=\"/submissions/", "/rating\"")?.parse().ok()?;
        let token = between(page, "name=\"csrf\" value=\"", "\"")?.to_owned();
        Some(Form { photo, token })
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
