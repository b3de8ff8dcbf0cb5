//! Processes that are told to stop.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::crowd::{Crowd, assert_counted};
use super::installation::Installation;
use super::until;
use super::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn a_web_process_that_is_told_to_stop_answers_what_it_was_asked() {
    let installation = Installation::new().await;
    installation.photos(12).await;
    let (mut leaving, staying) = tokio::join!(installation.web(), installation.web());
    let crowd = Crowd::start(8, &[leaving.door(), staying.door()]);
    crowd.until_votes(20).await;

    // Forms that are being sent: the process reads them when it is told to stop.
    let mut forms: Vec<HalfSent> =
        (101..=108).map(|number| HalfSent::new(Visitor::new(number), &leaving.door())).collect();
    let told = Instant::now();
    leaving.process.signal("TERM");
    until("it has heard", async || leaving.process.log().contains("Requesting shutdown")).await;
    for form in &mut forms {
        form.send_the_rest();
    }
    let late: Vec<Visitor> = forms.into_iter().map(HalfSent::answered).collect();
    let status = leaving.process.ended().await;
    let took = told.elapsed();
    println!("stopped in {took:?}");
    assert_eq!(status.code(), Some(0), "{}", leaving.process.log());
    assert!(took < Duration::from_secs(10), "grace, mercy and some patience: {took:?}");

    let mut visitors = crowd.finish().await;
    visitors.extend(Crowd::of(late, &[staying.door()]).finish().await);
    assert_counted(&installation, &visitors).await;
    installation.check().await;
}

/// A vote of which the head has been sent, and the process has said that it waits for the rest.
struct HalfSent {
    visitor: Visitor,
    photo: i64,
    body: String,
    stream: TcpStream,
}

impl HalfSent {
    fn new(mut visitor: Visitor, door: &str) -> Self {
        let page = visitor.get(&format!("{door}/")).expect("a page");
        let photo = page.photo().expect("a photo");
        let body = format!("csrf={}&score={}", page.csrf(), visitor.score(photo));
        let address = door.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let head = format!(
            "POST /submissions/{photo}/rating HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\nConnection: close\r\n\r\n",
            visitor.cookie(),
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).expect("an interim answer");
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        HalfSent { visitor, photo, body, stream }
    }

    fn send_the_rest(&mut self) {
        self.stream.write_all(self.body.as_bytes()).expect("sent");
    }

    /// It was counted, and the visitor was told.
    fn answered(mut self) -> Visitor {
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
        self.visitor.rated.insert(self.photo);
        self.visitor
    }
}
