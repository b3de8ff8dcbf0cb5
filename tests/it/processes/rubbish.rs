//! What no browser sends.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::crowd::Crowd;
use super::installation::{Installation, Web};
use super::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_on_the_wire_harms_nobody() {
    let installation = Installation::new().await;
    installation.photos(3).await;
    let mut web = installation.web().await;
    let mut visitor = Visitor::new(7);
    let page = visitor.get(&format!("{}/", web.door())).expect("a page");
    let form = Form {
        path: format!("/submissions/{}/rating", page.photo().expect("a photo")),
        cookie: visitor.cookie(),
        fields: format!("csrf={}&score=7", page.csrf()),
    };

    form_that_is_too_long(&web, &form);
    chunks_without_end(&web, &form);
    let open = unfinished(&web, &form);
    hung_up(&web, &form);
    garbage(&web);
    assert_eq!(installation.count("ratings").await, 0, "none of it was a vote");
    pipelined(&web, &form);
    assert_eq!(installation.count("ratings").await, 1, "the pipelined one was");

    // With all those connections still open, others vote.
    let visitors = Crowd::start(4, &[web.door()]).finish().await;
    drop(open);
    visitor.rated.insert(page.photo().expect("a photo"));
    assert!(web.process.lives());
    let log = web.process.log();
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(installation.count("ratings").await, 4 * 3 + 1);
    let rest = Crowd::of(vec![visitor], &[web.door()]).finish().await;
    assert_eq!(rest[0].rated.len(), 3);
    drop(visitors);
    installation.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_never_ends_is_not_waited_for() {
    let installation = Installation::new().await;
    installation.photos(1).await;
    let mut command = installation.program(&["serve"]);
    command.env("ROCKET_PATIENCE", "{form_seconds=1}");
    let web = installation.web_by(command, 0).await;
    let mut visitor = Visitor::new(7);
    let page = visitor.get(&format!("{}/", web.door())).expect("a page");
    let form = Form {
        path: format!("/submissions/{}/rating", page.photo().expect("a photo")),
        cookie: visitor.cookie(),
        fields: format!("csrf={}&score=7", page.csrf()),
    };
    let mut stream = TcpStream::connect(("127.0.0.1", web.port)).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
    stream.write_all(form.head("Content-Length: 1000").as_bytes()).expect("sent");
    stream.write_all(form.fields.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer, and the end");
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("took too long to arrive"), "{answer}");
    assert_eq!(installation.count("ratings").await, 0);
}

/// A vote that would count.
struct Form {
    path: String,
    cookie: String,
    fields: String,
}

impl Form {
    fn head(&self, more: &str) -> String {
        format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n{more}\r\n\r\n",
            self.path, self.cookie
        )
    }
}

fn form_that_is_too_long(web: &Web, form: &Form) {
    for length in [129 * 1024, 8 << 20] {
        let body = format!("{}&more={}", form.fields, "x".repeat(length - form.fields.len() - 6));
        let head = form.head(&format!("Content-Length: {length}\r\nConnection: close"));
        let answer = say(web, &[head.as_bytes(), body.as_bytes()].concat());
        assert!(answer.starts_with("HTTP/1.1 413 "), "{length}: {answer}");
        assert!(answer.contains("That was too long: a form here holds at most 128KiB."), "{answer}");
        assert!(answer.contains("</html>"), "a whole page: {answer}");
    }
}

/// Its length is not known before its end, which is far away.
fn chunks_without_end(web: &Web, form: &Form) {
    let mut sent = form.head("Transfer-Encoding: chunked\r\nConnection: close").into_bytes();
    for _ in 0..256 {
        sent.extend_from_slice(b"400\r\n");
        sent.extend_from_slice(&[b'x'; 0x400]);
        sent.extend_from_slice(b"\r\n");
    }
    let answer = say(web, &sent);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

/// Half a head, or half a form, and then nothing; but the line stays open.
fn unfinished(web: &Web, form: &Form) -> Vec<TcpStream> {
    let half_form = form.head("Content-Length: 1000") + &form.fields;
    let beginnings = ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nCook", half_form.as_str()];
    let open = |beginning: &&str| {
        let mut stream = connect(web);
        stream.write_all(beginning.as_bytes()).expect("sent");
        stream
    };
    beginnings.iter().cycle().take(60).map(open).collect()
}

/// The same, and then they hang up: at the end of a sentence, or in the middle of everything.
fn hung_up(web: &Web, form: &Form) {
    for (at, stream) in unfinished(web, form).into_iter().enumerate() {
        if at % 2 == 0 {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }
    // A whole vote, but nobody stays for the answer: it may count, so it is one that cannot.
    let mut stream = connect(web);
    let unreadable = form.head("Content-Length: 7") + "score=7";
    stream.write_all(unreadable.as_bytes()).expect("sent");
}

fn garbage(web: &Web) {
    let long = "x".repeat(1 << 20);
    let many: String = (0..500).map(|number| format!("X-{number}: x\r\n")).collect();
    let noise: Vec<u8> = (0..4096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let rubbish: [&[u8]; 16] = [
        b"\0\0\0\0\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        &noise,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a browser that wants TLS",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n and now something else entirely",
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%ff%fe%00/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: visitor=\xff\xfe\x01; visitor=; ;;;=\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nx",
        &format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
        &format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n").into_bytes(),
    ];
    for rubbish in rubbish {
        let answer = talk(web, rubbish, true);
        let shown = String::from_utf8_lossy(&rubbish[..rubbish.len().min(80)]);
        assert!(!answer.starts_with("HTTP/1.1 5"), "{shown:?}: {answer}");
    }
}

/// Several requests in one breath are answered in turn; what looks like a second request inside a form is none.
fn pipelined(web: &Web, form: &Form) {
    let inside = format!("{}&note=\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", form.fields);
    let vote = form.head(&format!("Content-Length: {}", inside.len())) + &inside;
    let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = "GET /no/such/page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = say(web, [get, &vote, get, last].concat().as_bytes());
    let statuses: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "303", "200", "404"], "{answer}");
}

/// Sends this, which ends by itself, and gives all that comes back until the other side hangs up.
fn say(web: &Web, sent: &[u8]) -> String {
    talk(web, sent, false)
}

fn talk(web: &Web, sent: &[u8], hang_up: bool) -> String {
    let stream = connect(web);
    let mut writer = stream.try_clone().expect("a handle");
    let sent = sent.to_vec();
    // It may be answered, and hung up on, before it is sent whole.
    let sending = std::thread::spawn(move || {
        let _ = writer.write_all(&sent);
        if hang_up {
            let _ = writer.shutdown(Shutdown::Write);
        }
    });
    let mut answer = vec![];
    // A line that is cut ends the answer as well.
    let _ = (&stream).read_to_end(&mut answer);
    sending.join().expect("no panic");
    String::from_utf8_lossy(&answer).into_owned()
}

fn connect(web: &Web) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", web.port)).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    stream
}
