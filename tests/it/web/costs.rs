//! What a form may cost the threads on which everybody is answered, whoever sends it and whatever is in it.
//!
//! Time is that of this thread's processor alone: in these tests it does everything but what is handed to other threads, and what
//! else the machine does cannot be seen in it.

use ratemyderp::accounts::Role;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::local::asynchronous::Client;

use super::mail_links::reset_link;
use super::page::{Page, get, log_in};
use crate::support::multipart::{BOUNDARY, content_type};
use crate::support::{PASSWORD, World};

/// A form may cost as many front pages. Reading and showing again 120 KiB takes some five of them in a debug build; measuring one password as it
/// once was done, some thousand.
const FRONT_PAGES: u64 = 20;

/// What `zxcvbn` reads as letters: the dearest password for its length.
const SIGNS: &str = "4@8({[<3691!|0$57%2+";

#[tokio::test]
async fn no_form_keeps_everybody_waiting_whatever_is_in_it() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    let member = world.member("noodle").await;
    world.grant(member, Role::Operator).await;
    let link = reset_link(&world, "noodle").await;
    let hash: Option<String> = sqlx::query_scalar("SELECT password_hash FROM accounts WHERE id = $1")
        .bind(member)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    let page = front_page(&client).await;
    let routes: Vec<String> = client
        .rocket()
        .routes()
        .filter(|route| route.method == Method::Post)
        .map(|route| route.uri.path().to_string())
        .collect();
    assert!(routes.len() > 20, "{routes:?}");
    let mut dearest = vec![];
    for (number, route) in routes.iter().enumerate() {
        let path = match route.as_str() {
            "/password/reset/<token>" => link.clone(),
            other => other.replace("<id>", "1").replace("<token>", &"0".repeat(64)).replace("<_>", "photos-1-00"),
        };
        let mut dearest_of_three = 0;
        for turn in 0..3 {
            // Some change the password.
            let again = sqlx::query("UPDATE accounts SET password_hash = $1 WHERE id = $2");
            again.bind(&hash).bind(member).execute(&world.pool).await.unwrap();
            let csrf = token(&client, &path).await;
            let from = format!("10.{number}.{turn}.1:1");
            let begun = processor_time();
            let answer = send(&client, &path, &csrf, &from).await;
            dearest_of_three = dearest_of_three.max(processor_time() - begun);
            assert!(answer.status.code < 500 && answer.status.code != 403, "{path}: {}", answer.text());
        }
        dearest.push((dearest_of_three, path));
    }
    dearest.sort_by(|one, other| other.cmp(one));
    println!("a front page: {page} µs; forms: {:?}", &dearest[..8]);
    for (cost, path) in dearest {
        assert!(cost < FRONT_PAGES * page, "{path} costs {cost} µs, and a front page {page} µs");
    }
}

/// The mean of many, in microseconds: the kernel counts in steps of some milliseconds.
async fn front_page(client: &Client) -> u64 {
    const PAGES: u64 = 25;
    let begun = processor_time();
    for _ in 0..PAGES {
        assert_eq!(get(client, "/").await.status, Status::Ok);
    }
    ((processor_time() - begun) / PAGES).max(1)
}

/// Some forms log out.
async fn token(client: &Client, path: &str) -> String {
    let member = !path.starts_with("/login") && !path.starts_with("/join") && !path.starts_with("/password");
    if member && get(client, "/settings").await.status != Status::Ok {
        assert_eq!(log_in(client, "noodle").await.status, Status::SeeOther);
    }
    get(client, "/about").await;
    get(client, "/appearance").await.csrf()
}

async fn send(client: &Client, path: &str, csrf: &str, from: &str) -> Page {
    let request = client.post(path.to_owned()).remote(from.parse().expect("an address"));
    let (kind, body) = if path == "/submissions" { many_parts(csrf) } else { full_form(csrf) };
    Page::of(request.header(kind).body(body).dispatch().await).await
}

/// Every field of any form, each as dear as it gets: text that grows sixfold when it is shown again, and a password full of signs.
fn full_form(csrf: &str) -> (Header<'static>, Vec<u8>) {
    let long = [
        "about",
        "account",
        "code",
        "description",
        "display_name",
        "email",
        "next",
        "note",
        "species",
        "time_zone",
        "title",
        "username",
        "who",
    ];
    let text = "'".repeat((120 << 10) / long.len());
    let signs = SIGNS.repeat(10).replace('%', "%25").replace('+', "%2B");
    let current = PASSWORD.replace(' ', "+");
    let mut body = format!("csrf={csrf}&score=7&reason=other&crop=auto&theme=x&current={current}&password={signs}");
    for field in long {
        body += &format!("&{field}={text}");
    }
    assert!(body.len() < 128 << 10, "{}", body.len());
    (ContentType::Form.into(), body.into_bytes())
}

fn many_parts(csrf: &str) -> (Header<'static>, Vec<u8>) {
    let token = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n");
    let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n");
    let body = format!("{token}{}--{BOUNDARY}--\r\n", part.repeat(20_000));
    (Header::new("Content-Type", content_type()), body.into_bytes())
}

/// What this thread has had of a processor, in microseconds.
fn processor_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse::<u64>().ok()).expect("a number");
    nanoseconds / 1000
}
