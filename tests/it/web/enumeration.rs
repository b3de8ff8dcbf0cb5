//! Whether an account exists is told by nothing: not by the page, its status, its headers, nor by how long it takes.

use std::time::{Duration, Instant};

use rocket::local::asynchronous::Client;

use crate::mail::sent;
use crate::support::World;
use crate::web::members::{join, log_in_with};
use crate::web::page::{Page, get, log_in, post, submit};

/// Requests of each kind.
const SAMPLES: usize = 40;

/// A site on which nobody is too fast.
async fn patient(world: &World) -> Client {
    let mut figment = world.figment();
    for brake in [
        "logins_per_name_and_network",
        "logins_per_network",
        "logins_per_name",
        "logins_per_known_browser",
        "passwords_per_network",
        "joins_per_network",
        "mails_per_account",
        "mails_per_network",
    ] {
        figment = figment
            .merge((format!("accounts.{brake}.burst"), 1_000_000))
            .merge((format!("accounts.{brake}.per_hour"), 1_000_000));
    }
    world.client_with(figment).await
}

/// All that an onlooker can compare, but for the token of the form and what they typed themselves.
fn seen(page: &Page, typed: &str) -> (u16, Vec<String>, String) {
    let mut html = page.html.clone();
    while let Some((_, rest)) = html.split_once("name=\"csrf\" value=\"")
        && let Some(token) = rest.split('"').next().filter(|token| !token.is_empty())
    {
        html = html.replace(&format!(" value=\"{token}\""), "");
    }
    assert!(!html.contains("wrong") || html.contains(typed), "what was typed stays");
    (page.status.code, page.headers(), html.replace(typed, "TYPED"))
}

#[tokio::test]
async fn logging_in_tells_nobody_who_exists() {
    let world = World::new().await;
    world.member("noodle").await;
    world.newcomer("unproven").await;
    let gone = world.member("departed").await;
    sqlx::query("UPDATE accounts SET password_hash = NULL, email = NULL, email_verified_at = NULL, deleted_at = now() WHERE id = $1")
        .bind(gone)
        .execute(&world.pool)
        .await
        .unwrap();
    let suspended = world.member("suspended").await;
    sqlx::query("UPDATE accounts SET suspended_at = now(), suspension = 'Spoons.' WHERE id = $1")
        .bind(suspended)
        .execute(&world.pool)
        .await
        .unwrap();
    let client = patient(&world).await;
    let unknown = seen(&log_in_with(&client, "nobody", "wrong").await, "nobody");
    for known in
        ["noodle", "noodle@example.com", "unproven@example.com", "nobody@example.com", "departed", "suspended", "house"]
    {
        assert_eq!(seen(&log_in_with(&client, known, "wrong").await, known), unknown, "{known}");
    }
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nobody_who_exists() {
    let world = World::new().await;
    world.member("noodle").await;
    world.newcomer("unproven").await;
    let client = patient(&world).await;
    let ask = async |email: &str| {
        seen(&submit(&client, "/password/forgot", "/password/forgot", &[("email", email)]).await, email)
    };
    let unknown = ask("nobody@example.com").await;
    for known in ["noodle@example.com", "NOODLE@example.com", "unproven@example.com"] {
        assert_eq!(ask(known).await, unknown, "{known}");
    }
}

#[tokio::test]
async fn joining_with_somebodys_address_looks_as_with_any_other() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let mut pages = vec![];
    for (username, email) in [("newcomer1", "noodle@example.com"), ("newcomer2", "nobody@example.com")] {
        let client = world.client().await;
        let joined = join(&client, &[("username", username), ("email", email)]).await;
        let (home, settings) = (get(&client, "/").await, get(&client, "/settings").await);
        pages.push(
            [seen(&joined, email), seen(&home, email), seen(&settings, email)]
                .map(|(status, headers, html)| (status, headers, html.replace(username, "NAME"))),
        );
    }
    assert_eq!(pages[0], pages[1]);
    let subjects: Vec<_> = sent(&world).await.iter().map(|mail| (mail.header("To"), mail.header("Subject"))).collect();
    let expected = [
        ("noodle@example.com".to_owned(), "Somebody tried to join with your address".to_owned()),
        ("nobody@example.com".to_owned(), "Confirm your address".to_owned()),
    ];
    assert_eq!(subjects, expected, "only the owner is told");
}

/// The form's answer takes as long for whom we know as for whom we do not. The bounds are wide, since other tests run beside
/// this one; `-- --nocapture time_tells` shows the ratios.
#[tokio::test]
async fn time_tells_nobody_who_exists() {
    let world = World::new().await;
    world.member("noodle").await;
    world.member("pickle").await;
    let client = patient(&world).await;
    let member = patient(&world).await;
    log_in(&member, "noodle").await;
    let password = crate::support::PASSWORD.replace(' ', "+");
    let address = format!("password={password}&email");
    for (what, client, path, fields, known) in [
        ("login by name", &client, "/login", "password=wrong&next=&who", "noodle"),
        ("login by address", &client, "/login", "password=wrong&next=&who", "noodle@example.com"),
        ("forgotten password", &client, "/password/forgot", "email", "noodle@example.com"),
        ("changing to an address", &member, "/settings/email", &address, "pickle@example.com"),
    ] {
        let csrf = get(client, path).await.csrf();
        let unknown = known.replace("noodle", "nobody").replace("pickle", "nobody");
        let bodies = [known, &unknown].map(|who| format!("csrf={csrf}&{fields}={}", who.replace('@', "%40")));
        level(what, async |which, _| timed(client, path, &bodies[which]).await).await;
    }
    level("joining with an address", async |which, number| {
        let client = patient(&world).await;
        let email = ["pickle%40example.com", "nobody%40example.com"][which];
        let csrf = get(&client, "/join").await.csrf();
        let name = format!("username=new{which}-{number}&display_name=New&next=");
        let password = crate::web::members::ANOTHER.replace(' ', "+");
        timed(&client, "/join", &format!("csrf={csrf}&{name}&email={email}&password={password}")).await
    })
    .await;
}

async fn timed(client: &Client, path: &str, body: &str) -> Duration {
    let start = Instant::now();
    let page = post(client, path, body).await;
    let took = start.elapsed();
    assert!(page.status.code < 500 && page.status.code != 403 && page.status.code != 429, "{path}: {}", page.text());
    took
}

/// Known and unknown take turns, with a number of their own each time: ABBA, as threads take turns too, and one of them may share
/// its core with another test. What else the machine does may spoil a round, but not three.
async fn level(what: &str, measure: impl AsyncFn(usize, usize) -> Duration) {
    let mut ratios = vec![];
    for round in 0..3 {
        let mut times = [vec![], vec![]];
        for number in 0..SAMPLES {
            for turn in 0..2 {
                let which = (number + turn) % 2;
                times[which].push(measure(which, round * SAMPLES + number).await);
            }
        }
        let [known, unknown] = times.map(|mut times| {
            times.sort();
            times[times.len() / 2]
        });
        let ratio = known.as_secs_f64() / unknown.as_secs_f64();
        println!("{what}: known {known:.2?}, unknown {unknown:.2?}, ratio {ratio:.3} (medians of {SAMPLES})");
        if (0.67..1.5).contains(&ratio) {
            return;
        }
        ratios.push(ratio);
    }
    panic!("{what}: {ratios:?}");
}
