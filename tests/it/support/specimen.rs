//! A small site for the tests of the tools themselves: a vote card as ours, and pages with one planted fault each.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::form::Form;
use rocket::fs::NamedFile;
use rocket::http::{ContentType, Cookie, CookieJar, Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{Redirect, content::RawHtml};
use rocket::{Either, FromForm, Shutdown, State, get, post, routes};

const NAMES: [&str; 4] = ["Marmalade", "Noodle", "Biscuit", "Pickle"];

/// The running site; it stops when dropped.
pub struct Specimen {
    port: u16,
    votes: Votes,
    shutdown: Shutdown,
}

#[derive(Clone, Default)]
struct Votes(Arc<AtomicUsize>);

impl Specimen {
    pub async fn start() -> Self {
        let votes = Votes::default();
        let (tell, port) = tokio::sync::oneshot::channel();
        let config =
            rocket::Config { port: 0, log_level: rocket::log::LogLevel::Off, ..rocket::Config::debug_default() };
        let rocket = rocket::custom(config)
            .manage(votes.clone())
            .mount("/", routes![index, rate, greet, photo, htmx, style, script, bad])
            .attach(AdHoc::on_response("headers", |_, response| {
                Box::pin(async move {
                    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'";
                    response.set_header(Header::new("Content-Security-Policy", policy));
                    // lynx takes SameSite for a further cookie, to which the attributes behind it then belong.
                    let cookies: Vec<_> = response.headers().get("Set-Cookie").map(path_first).collect();
                    response.remove_header("Set-Cookie");
                    for cookie in cookies {
                        response.adjoin_raw_header("Set-Cookie", cookie);
                    }
                    let html = response.content_type().is_none_or(|kind| kind.is_html());
                    response.set_header(Header::new("Cache-Control", if html { "no-cache" } else { "max-age=3600" }));
                })
            }))
            .attach(AdHoc::on_liftoff("port", |rocket| {
                Box::pin(async move {
                    let _ = tell.send(rocket.config().port);
                })
            }))
            .ignite()
            .await
            .expect("the specimen ignites");
        let shutdown = rocket.shutdown();
        tokio::spawn(rocket.launch());
        Self { port: port.await.expect("the specimen lifts off"), votes, shutdown }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn votes(&self) -> usize {
        self.votes.0.load(Ordering::SeqCst)
    }
}

impl Drop for Specimen {
    fn drop(&mut self) {
        self.shutdown.clone().notify();
    }
}

#[derive(FromForm)]
struct Rating {
    score: u8,
}

/// Whether htmx asks for a fragment.
struct Partial(bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Partial {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(request.headers().get_one("HX-Request-Type") == Some("partial")))
    }
}

#[get("/")]
fn index(jar: &CookieJar<'_>) -> RawHtml<String> {
    let seen = jar.get("seen").and_then(|cookie| cookie.value().parse().ok()).unwrap_or(0);
    let result = jar.get("flash").map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    jar.remove("flash");
    page("Rate", &format!(r#"<div id="status" role="status"></div>{}"#, card(seen, &result, "")))
}

#[post("/rating/<id>", data = "<rating>")]
async fn rate(
    id: usize,
    rating: Form<Rating>,
    partial: Partial,
    jar: &CookieJar<'_>,
    votes: &State<Votes>,
) -> Either<RawHtml<String>, Redirect> {
    votes.0.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(50)).await;
    jar.add(Cookie::build(("seen", (id + 1).to_string())).path("/"));
    let result = format!("You rated {} {} out of 10.", NAMES[id % NAMES.len()], rating.score);
    if partial.0 {
        return Either::Left(RawHtml(card(id + 1, &result, "tabindex=-1 autofocus")));
    }
    jar.add(Cookie::build(("flash", result)).path("/"));
    Either::Right(Redirect::to("/"))
}

#[get("/greeting?<name>")]
fn greet(name: Option<&str>) -> RawHtml<String> {
    let greeting = name.map(|name| format!("<p id=\"hello\">Hello {name}</p>")).unwrap_or_default();
    let form = r#"<form><label>Name: <input name="name"></label> <button>Greet</button></form>"#;
    page("Greeting", &format!("{greeting}{form}"))
}

#[get("/photo/<_>")]
fn photo() -> (ContentType, &'static str) {
    (
        ContentType::SVG,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>"#,
    )
}

#[get("/htmx.js")]
async fn htmx() -> Option<NamedFile> {
    NamedFile::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/htmx.org/dist/htmx.min.js")).await.ok()
}

#[get("/style.css")]
fn style() -> (ContentType, &'static str) {
    let css = "body{font:16px sans-serif;color:#222;background:#fff}.scores{display:flex;flex-wrap:wrap;padding:0}
        li{list-style:none}button{width:48px;height:48px}img{width:200px;height:200px}
        .vh{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}.pale{color:#999}.grey{color:#707070}.tall{height:3000px}
        @media(prefers-color-scheme:dark){body{background:#111;color:#eee}}";
    (ContentType::CSS, css)
}

/// Scripts of the faulty pages, in files as our CSP demands.
#[get("/script/<fault>")]
fn script(fault: &str) -> (ContentType, &'static str) {
    let script = match fault {
        "throws" => "throw new Error('planted')",
        "complains" => "console.error('planted')",
        "shifts" => {
            "const jump = () => { const d = document.createElement('div'); d.style.height = '300px'; document.querySelector('main').prepend(d) }; document.querySelector('button').onclick = jump"
        }
        "loses-focus" => "document.querySelector('button').onclick = e => e.target.remove()",
        _ => "document.title = 'script ran'",
    };
    (ContentType::JavaScript, script)
}

#[get("/bad/<fault>")]
fn bad(fault: &str) -> Result<RawHtml<String>, Status> {
    let script = format!(r#"<script src="/script/{fault}"></script>"#);
    Ok(page(
        fault,
        &match fault {
            "no-alt" => r#"<img src="/photo/1">"#.to_owned(),
            "tiny-targets" => r#"<a href="/">a</a><a href="/?">b</a>"#.to_owned(),
            "pale" => r#"<p class="pale">Hard to read</p>"#.to_owned(),
            "grey" => r#"<p class="grey">Readable, but not for everybody</p>"#.to_owned(),
            "inline-script" => "<script>document.title = 'ran'</script>".to_owned(),
            "shifts" => format!("<button>Go</button><p>{}</p>{script}", "All this moves down. ".repeat(200)),
            "loses-focus" => format!("<button>Go</button>{script}"),
            "far-down" => r#"<div class="tall"></div><button id="far">Go</button>"#.to_owned(),
            "covered" => r#"<button id="under" class="vh">Go</button>"#.to_owned(),
            "throws" | "complains" | "script" => script,
            _ => return Err(Status::NotFound),
        },
    ))
}

fn page(title: &str, main: &str) -> RawHtml<String> {
    RawHtml(format!(
        r#"<!doctype html><html lang="en"><head><title>{title}</title><meta name="viewport" content="width=device-width">
<meta name="htmx-config" content='{{"history":"reload","includeIndicatorCSS":false}}'><link rel="stylesheet" href="/style.css">
<link rel="icon" href="/photo/icon"><script src="/htmx.js" defer></script></head><body><main><h1>Derps</h1>{main}</main></body></html>"#
    ))
}

fn card(id: usize, result: &str, focus: &str) -> String {
    let name = NAMES[id % NAMES.len()];
    let buttons: String = (1..=10)
        .map(|score| {
            format!(
                r#"<li><button name="score" value="{score}">{score}<span class="vh"> out of 10</span></button></li>"#
            )
        })
        .collect();
    format!(
        r##"<section id="card" aria-labelledby="photo-h"><p id="last">{result}</p>
<h2 id="photo-h" aria-describedby="last" {focus}>Photo of {name}</h2><img src="/photo/{id}" alt="A derp" width="200" height="200">
<form method="post" action="/rating/{id}" hx-post="/rating/{id}" hx-target="#card" hx-swap="outerHTML" hx-sync="this:drop">
<fieldset><legend>Rate {name}</legend><ol class="scores">{buttons}</ol></fieldset></form></section>"##
    )
}

/// The same cookie with `SameSite` as its last attribute.
fn path_first(cookie: &str) -> String {
    let (same_site, mut parts): (Vec<_>, Vec<_>) = cookie.split("; ").partition(|part| part.starts_with("SameSite="));
    parts.extend(same_site);
    parts.join("; ")
}
