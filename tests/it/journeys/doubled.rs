//! Forms sent twice at once, by people or by bad lines.

use rocket::futures::StreamExt;
use rocket::futures::future::join_all;
use rocket::futures::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::site::{PHOTOS, Site};

/// Everybody rates every photo, twice at once.
const PEOPLE: usize = 500usize.div_ceil(PHOTOS as usize);

/// This many people vote at the same time.
const AT_ONCE: usize = 16;

#[rocket::async_test]
async fn five_hundred_forms_sent_twice_leave_five_hundred_ratings() {
    // On a slow machine waiting is no fault.
    let site = Site::with(|figment| figment.merge(("databases.main.connect_timeout", 60))).await;
    let photos = site.photos().await;
    let people = stream::iter(0..PEOPLE).map(|_| doubles_everything(&site, &photos));
    let answers: Vec<String> = people.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat();
    assert_eq!(answers.len(), 2 * PEOPLE * photos.len());
    let other = answers.iter().find(|answer| !answer.starts_with("HTTP/1.1 303 "));
    assert_eq!(other, None);
    assert_eq!(site.world.ratings().await, (PEOPLE * photos.len()) as i64);
    assert_eq!(site.world.complaints().await, [""; 0]);
}

async fn doubles_everything(site: &Site, photos: &[i64]) -> Vec<String> {
    let page = send(site, "GET", "/", "", "").await;
    let cookie = between(&page, "visitor=", ";");
    let token = between(&page, "name=\"csrf\" value=\"", "\"");
    let mut answers = Vec::new();
    for photo in photos {
        let (path, cookie) = (format!("/submissions/{photo}/rating"), format!("Cookie: visitor={cookie}\r\n"));
        let body = format!("csrf={token}&score=7");
        let twice = [send(site, "POST", &path, &cookie, &body), send(site, "POST", &path, &cookie, &body)];
        answers.extend(join_all(twice).await);
    }
    answers
}

async fn send(site: &Site, method: &str, path: &str, headers: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", site.port())).await.expect("the site answers");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("an answer");
    answer
}

fn between(text: &str, start: &str, end: &str) -> String {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}")).1;
    rest.split_once(end).expect("its end").0.to_owned()
}
