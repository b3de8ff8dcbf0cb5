//! A browser's view of an answer.

use rocket::http::{ContentType, Cookie, Header, RawStr, Status};
use rocket::local::asynchronous::{Client, LocalResponse};

use crate::support::PASSWORD;

pub struct Page {
    pub status: Status,
    pub html: String,
    headers: Vec<(String, String)>,
}

impl Page {
    pub async fn of(response: LocalResponse<'_>) -> Self {
        let headers =
            response.headers().iter().map(|header| (header.name().to_string(), header.value().to_owned())).collect();
        Page { status: response.status(), headers, html: response.into_string().await.unwrap_or_default() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The cookies that are set, as they are sent.
    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        let set = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
        set.map(|(_, value)| value.as_str())
    }

    /// Everything that is the same for everybody: not what cookies hold, only which are set.
    pub fn headers(&self) -> Vec<String> {
        let line = |(name, value): &(String, String)| {
            let cookie = name.eq_ignore_ascii_case("Set-Cookie");
            let value = if cookie { value.split('=').next().unwrap_or_default() } else { value };
            format!("{name}: {value}")
        };
        let mut all: Vec<_> = self.headers.iter().map(line).collect();
        all.sort();
        all
    }

    /// What a person reads: no tags, single spaces.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for character in self.html.chars() {
            match character {
                '<' => inside = true,
                '>' => inside = false,
                _ if !inside => text.push(character),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace("&#x27;", "'")
    }

    pub fn csrf(&self) -> String {
        self.between("name=\"csrf\" value=\"", "\"").expect("a form with a token")
    }

    /// The page, but for the way to the login form, which leads back to the address that was asked for.
    pub fn but_for_way_back(&self) -> String {
        let (before, rest) = self.html.split_once("<li><a href=\"/login").expect("a stranger's page");
        let (_, after) = rest.split_once('"').expect("a link");
        format!("{before}{after}")
    }

    /// The photo that the rating form is for.
    pub fn photo(&self) -> Option<i64> {
        self.between("action=\"/submissions/", "/rating\"").and_then(|id| id.parse().ok())
    }

    pub fn between(&self, start: &str, end: &str) -> Option<String> {
        let rest = self.html.split_once(start)?.1;
        Some(rest.split_once(end)?.0.replace("&#x3D;", "=").replace("&amp;", "&"))
    }
}

pub async fn get(client: &Client, path: &str) -> Page {
    Page::of(client.get(path.to_owned()).dispatch().await).await
}

/// As a form without script is sent.
pub async fn post(client: &Client, path: &str, body: &str) -> Page {
    Page::of(client.post(path.to_owned()).header(ContentType::Form).body(body).dispatch().await).await
}

/// Fills in the form on a page, which carries the token.
pub async fn submit(client: &Client, form: &str, action: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = get(client, form).await.csrf();
    let fields = fields.iter().copied().chain([("csrf", csrf.as_str())]);
    let body: Vec<String> =
        fields.map(|(name, value)| format!("{name}={}", RawStr::new(value).percent_encode())).collect();
    post(client, action, &body.join("&")).await
}

/// The same form sent twice at once, as by a doubled click: both with the cookies of before.
pub async fn post_twice(client: &Client, path: &str, body: &str) -> [Page; 2] {
    let request = || client.post(path.to_owned()).header(ContentType::Form).body(body);
    let (first, second) = (request(), request());
    let (first, second) = tokio::join!(first.dispatch(), second.dispatch());
    [Page::of(first).await, Page::of(second).await]
}

/// Logs a member of the tests in.
pub async fn log_in(client: &Client, who: &str) -> Page {
    submit(client, "/login", "/login", &[("who", who), ("password", PASSWORD), ("next", "")]).await
}

/// As htmx sends it.
pub async fn post_partial(client: &Client, path: &str, body: &str) -> Page {
    let request = client.post(path.to_owned()).header(ContentType::Form);
    let request = request.header(Header::new("HX-Request", "true")).header(Header::new("HX-Request-Type", "partial"));
    Page::of(request.body(body).dispatch().await).await
}

/// With one more header.
pub async fn post_with(client: &Client, path: &str, body: &str, name: &'static str, value: &'static str) -> Page {
    let request = client.post(path.to_owned()).header(ContentType::Form).header(Header::new(name, value));
    Page::of(request.body(body).dispatch().await).await
}

/// With a cookie that another browser had.
pub async fn get_as(client: &Client, path: &str, cookie: &Cookie<'static>) -> Page {
    Page::of(client.get(path.to_owned()).cookie(cookie.clone()).dispatch().await).await
}

/// The same.
pub async fn post_as(client: &Client, path: &str, body: &str, cookie: &Cookie<'static>) -> Page {
    let request = client.post(path.to_owned()).header(ContentType::Form).cookie(cookie.clone());
    Page::of(request.body(body).dispatch().await).await
}

/// Rates the photo on this page, and gives the answer.
pub async fn rate(client: &Client, page: &Page, score: &str) -> Page {
    let photo = page.photo().expect("a photo to rate");
    post(client, &format!("/submissions/{photo}/rating"), &format!("csrf={}&score={score}", page.csrf())).await
}
