//! What members do, for the tests of many pages: join, log in, open links in mails, fill forms in wrongly.

use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::mail::{Received, sent};
use crate::support::World;
use crate::web::page::{Page, get, post, submit};

/// A password that is good, and not [`PASSWORD`](crate::support::PASSWORD).
pub const ANOTHER: &str = "crooked lanterns hum at noon";

/// A link that was never given to anybody.
pub const NOBODYS: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The join form as a careful person fills it in, but for these fields.
pub fn newcomer<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let right = [
        ("username", "noodle"),
        ("display_name", "Noodle of the North"),
        ("email", "noodle@example.com"),
        ("password", ANOTHER),
        ("next", ""),
    ];
    let changed = |name: &str| changes.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    right.into_iter().map(|(name, value)| (name, changed(name).unwrap_or(value))).collect()
}

pub async fn join(client: &Client, changes: &[(&str, &str)]) -> Page {
    submit(client, "/join", "/join", &newcomer(changes)).await
}

pub async fn log_in_with(client: &Client, who: &str, password: &str) -> Page {
    submit(client, "/login", "/login", &[("who", who), ("password", password), ("next", "")]).await
}

pub async fn is_logged_in(client: &Client) -> bool {
    get(client, "/settings").await.status == Status::Ok
}

/// Opens a link and presses its button.
pub async fn press(client: &Client, link: &str) -> Page {
    let page = get(client, link).await;
    if page.status == Status::Ok { post(client, link, &format!("csrf={}", page.csrf())).await } else { page }
}

/// The link of this kind in the one mail that is sent to this address.
pub async fn mailed(world: &World, to: &str, path: &str) -> String {
    let mails = sent(world).await;
    let mut mails = mails.iter().filter(|mail| mail.header("To").to_lowercase() == to);
    let mail = mails.next().unwrap_or_else(|| panic!("no mail to {to}"));
    assert!(mails.next().is_none(), "one mail to {to}");
    link_in(mail, path)
}

pub fn link_in(mail: &Received, path: &str) -> String {
    format!("{path}{}", mail.link(path))
}

/// The page says this at this field, and in the summary at its top, in the same words.
pub fn assert_wrong(page: &Page, field: &str, words: &str) {
    assert_eq!(page.status, Status::UnprocessableEntity, "{field}: {}", page.text());
    assert!(page.html.contains("<title>Error: "), "{field}");
    let at_field = page.between(&format!("id=\"{field}-error\">"), "</p>").unwrap_or_default();
    assert!(at_field.contains(words), "{field}: {at_field:?} does not say {words:?} in {}", page.text());
    let in_summary = page.between(&format!("<li><a href=\"#{field}\">"), "</a>").unwrap_or_default();
    assert_eq!(at_field, format!("Error: {in_summary}"));
    assert!(page.html.contains(&format!("aria-invalid=\"true\" aria-describedby=\"{field}-error")), "{field}");
}

/// What stands in a field of the page.
pub fn typed(page: &Page, field: &str) -> String {
    let input = page.between(&format!("name=\"{field}\" type="), ">").expect("a field");
    input.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a value").0.to_owned()
}
