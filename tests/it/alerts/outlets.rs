//! Webhook and heartbeat, on real sockets.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use ratemyderp::alerts::{self, Outlets};
use serde_json::Value;

use crate::health::WELL;
use crate::support::World;

/// Answers every request with this status line, and hands on what it was sent.
fn server(answer: &'static str) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            if sender.send(request(stream, answer)).is_err() {
                return;
            }
        }
    });
    (address, received)
}

fn request(mut stream: TcpStream, answer: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        text += std::str::from_utf8(&buffer[..read]).unwrap();
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
        let length = text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if read == 0 || body.is_some_and(|body| body >= length.unwrap_or(0)) {
            break;
        }
    }
    write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    text
}

async fn look(world: &World, settings: &[(&str, &str)]) {
    let mut figment = world.figment();
    for (name, value) in settings {
        figment = figment.merge((format!("alerts.{name}"), *value));
    }
    let config = figment.extract().unwrap();
    let outlets = Outlets::from_config(&config).unwrap();
    assert!(alerts::look(&world.pool, &config, &outlets, Duration::ZERO).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_gets_words_and_alerts_and_again_what_it_did_not_take() {
    let world = World::new().await;
    let (broken, first) = server("503 Service Unavailable");
    look(&world, &[("webhook_url", &broken)]).await;
    look(&world, &[("webhook_url", &broken)]).await;
    let refused = first.try_recv().unwrap();
    assert_eq!(world.count("alert_messages WHERE post_owed AND post_error LIKE '%503%'").await, 1);
    let (address, second) = server("200 OK");
    look(&world, &[("webhook_url", &address)]).await;
    look(&world, &[("webhook_url", &address)]).await;
    let taken = second.try_recv().unwrap();
    assert!(second.try_recv().is_err(), "once");
    assert!(taken.to_lowercase().contains("content-type: application/json"), "{taken}");
    let body = |text: &str| serde_json::from_str::<Value>(text.split_once("\r\n\r\n").unwrap().1).unwrap();
    let (refused, taken) = (body(&refused), body(&taken));
    assert_eq!(refused["id"], taken["id"]);
    assert_eq!((&taken["kind"], &taken["alerts"][0]["rule"]), (&"new".into(), &"nobody_works".into()));
    let text = taken["text"].as_str().unwrap();
    assert!(text.starts_with("Nobody works; nothing is due yet.\nhttp") && text.ends_with("/ops/alerts"), "{text}");
    assert_eq!(world.count("alert_messages WHERE post_owed OR post_error IS NOT NULL").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heart_beats_while_all_is_well_and_once_a_minute() {
    let world = World::new().await;
    let (address, beats) = server("200 OK");
    look(&world, &[("heartbeat_url", &address)]).await;
    assert!(beats.try_recv().is_err(), "nobody works");
    sqlx::raw_sql(WELL).execute(&world.pool).await.unwrap();
    look(&world, &[("heartbeat_url", &address)]).await;
    look(&world, &[("heartbeat_url", &address)]).await;
    assert!(beats.try_recv().unwrap().starts_with("GET /hook "));
    assert!(beats.try_recv().is_err(), "a minute is not over");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_answer_holds_a_round_up_for_five_seconds() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    look(&world, &[("webhook_url", &address)]).await;
    let begun = std::time::Instant::now();
    look(&world, &[("webhook_url", &address)]).await;
    let took = begun.elapsed().as_secs();
    assert!((4..20).contains(&took), "{took} s");
    assert_eq!(world.count("alert_messages WHERE post_owed AND post_error IS NOT NULL").await, 1);
}

#[tokio::test]
async fn wrong_settings_are_told_at_start() {
    let world = World::new().await;
    for (name, value, told) in [
        ("webhook_url", "ftp://example.com", "alerts.webhook_url must begin with https:// or http://"),
        ("heartbeat_url", "example.com/ping", "alerts.heartbeat_url: "),
        ("mail_to", "anna@example.com, ops", "alerts.mail_to: \"ops\" is no address"),
    ] {
        let config = world.figment().merge((format!("alerts.{name}"), value)).extract().unwrap();
        assert!(Outlets::from_config(&config).unwrap_err().starts_with(told), "{name}");
    }
}
