//! Photos on real sockets: cut off, many at once, without room, and a web process that is killed between file and row.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use ratemyderp::queue::{self, Job};

use super::installation::{Installation, Web, picture};
use super::until;
use super::visitor::{Answer, Visitor};
use crate::support::multipart::{Part, body, content_type};
use crate::support::uploads::{good_photo, phone_photo};
use crate::support::{PASSWORD, newcomer};

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_at_any_byte_leaves_nothing_behind() {
    let installation = Installation::new().await;
    let mut web = installation.web().await;
    let member = Member::join(&installation, &web).await;
    let whole = member.request(&web, &good_photo(1));
    let head = whole.windows(4).position(|end| end == b"\r\n\r\n").expect("a head") + 4;
    let mut cuts: Vec<usize> = (head..head + 1200).step_by(37).chain((head..whole.len()).step_by(997)).collect();
    // Without the line break at its very end the form is all there.
    cuts.extend(whole.len() - 200..whole.len() - 2);
    for cut in cuts {
        let mut stream = TcpStream::connect(("127.0.0.1", web.port)).expect("connected");
        stream.write_all(&whole[..cut]).expect("sent");
        drop(stream);
    }
    // Whatever is still under way would show by now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    until("what was cut off is gone", async || installation.blobs().is_empty()).await;
    assert_eq!(installation.count("submissions").await + installation.count("drafts").await, 0);
    let mut stream = TcpStream::connect(("127.0.0.1", web.port)).expect("connected");
    stream.write_all(&whole).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert!(web.process.lives());
    assert!(!web.process.log().contains("panicked"), "{}", web.process.log());
    installation.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_uploads_at_once_are_all_taken_within_little_memory() {
    let installation = Installation::new().await;
    let web = installation.web().await;
    let member = Member::join(&installation, &web).await;
    let base = phone_photo();
    let before = web.process.peak_memory();
    let sending: Vec<_> = (0..100_u32)
        .map(|number| {
            // Different files that are the same picture: what follows a JPEG's end is ignored.
            let file = [&base[..], &number.to_be_bytes()].concat();
            let (member, door) = (member.clone(), web.door());
            tokio::task::spawn_blocking(move || member.send(&door, &file))
        })
        .collect();
    for sent in sending {
        let answer = sent.await.expect("no panic").expect("an answer");
        assert_eq!(answer.status, 303, "{}", answer.html);
    }
    let peak = web.process.peak_memory();
    println!(
        "100 uploads of {} kB at once: the web process peaked at {peak} KiB, {before} KiB before",
        base.len() / 1000
    );
    // Of 226 MB only a small part at any time. What the process takes anyway depends on its build; `bin/bench votes` bounds that of a release.
    assert!(peak - before < 64 << 10, "{before} KiB before, {peak} KiB");
    assert_eq!(installation.count("submissions WHERE state = 'pending'").await, 100);
    assert_eq!(installation.blobs().len(), 100);
    installation.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_fall_silent_hold_nobody_up_and_are_cut_off() {
    let installation = Installation::new().await;
    let mut command = installation.program(&["serve"]);
    command.env("ROCKET_PATIENCE", "{silence_seconds=12}");
    let web = installation.web_by(command, 0).await;
    let member = Member::join(&installation, &web).await;
    let whole = member.request(&web, &good_photo(1));
    let silent: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", web.port)).expect("connected");
            stream.write_all(&whole[..whole.len() - 500]).expect("sent");
            stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
            stream
        })
        .collect();
    until("they have begun", async || !installation.blobs().is_empty()).await;
    let (sender, door) = (member.clone(), web.door());
    let sent = tokio::task::spawn_blocking(move || sender.send(&door, &good_photo(2))).await.expect("no panic");
    assert_eq!(sent.expect("an answer").status, 303);
    let mut byte = [0];
    silent[0].set_nonblocking(true).expect("set");
    assert!(silent[0].peek(&mut byte).is_err(), "the others are still waiting");
    silent[0].set_nonblocking(false).expect("set");
    for mut stream in silent {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer, and the end");
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("did not arrive whole"), "{answer}");
    }
    until("only the one that came in is left", async || installation.blobs().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_uploads_take_the_turns_of_their_own_account_and_network_alone() {
    let installation = Installation::new().await;
    let mut command = installation.program(&["serve"]);
    // Turns are kept until the test is over: whoever has to wait for one of them is turned away.
    let patience = "{turn_silence_seconds=600,silence_seconds=600,turn_wait_seconds=2}";
    command.env("ROCKET_PATIENCE", patience).env("ROCKET_IP_HEADER", "X-Real-IP");
    let web = installation.web_by(command, 0).await;
    let [noodle, pickle, waffle, biscuit] = ["noodle", "pickle", "waffle", "biscuit"];
    let noodle = Member::named(&installation, &web, noodle).await.at("192.0.2.1");
    let pickle = Member::named(&installation, &web, pickle).await.at("192.0.2.2");
    let waffle = Member::named(&installation, &web, waffle).await.at("192.0.2.3");
    let biscuit = Member::named(&installation, &web, biscuit).await.at("198.51.100.1");
    let send = async |member: &Member, number: u32| {
        let (member, door) = (member.clone(), web.door());
        let sent = tokio::task::spawn_blocking(move || member.send(&door, &good_photo(number))).await;
        sent.expect("no panic").expect("an answer")
    };
    let mut silent: Vec<TcpStream> = (0..24).map(|_| fall_silent(&noodle, &web)).collect();
    until("two have begun", async || installation.blobs().len() == 2).await;
    let third = send(&noodle, 2).await;
    assert_eq!(third.status, 429, "{}", third.html);
    assert!(third.html.contains("Wait until the others have arrived"), "{}", third.html);
    assert!(third.html.contains("value=\"Noodle\""), "what was typed stays");
    assert_eq!(send(&pickle, 3).await.status, 303, "a neighbour");
    silent.extend((0..2).map(|_| fall_silent(&pickle, &web)));
    until("four of one network have begun", async || installation.blobs().len() == 2 + 1 + 2).await;
    assert_eq!(send(&waffle, 4).await.status, 429, "the fifth of one network");
    assert_eq!(send(&biscuit, 5).await.status, 303, "another network");
}

/// Begins an upload and sends no more.
fn fall_silent(member: &Member, web: &Web) -> TcpStream {
    let whole = member.request(web, &good_photo(1));
    let mut stream = TcpStream::connect(("127.0.0.1", web.port)).expect("connected");
    stream.write_all(&whole[..whole.len() - 500]).expect("sent");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_in_words_and_keeps_no_halves() {
    let installation = Installation::new().await;
    let mut web = installation.web_without_room(256).await;
    let member = Member::join(&installation, &web).await;
    let answer = member.send(&web.door(), &phone_photo()).expect("an answer");
    assert_eq!(answer.status, 507, "{}", answer.html);
    assert!(
        answer.html.contains("We have no room for photos at the moment, and this one was not kept."),
        "{}",
        answer.html
    );
    assert!(answer.html.contains("value=\"Noodle\""), "what was typed stays");
    assert!(installation.blobs().is_empty());
    assert_eq!(installation.count("submissions").await + installation.count("drafts").await, 0);
    // What fits is still taken.
    assert_eq!(member.send(&web.door(), &good_photo(1)).expect("an answer").status, 303);
    assert!(web.process.lives());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_process_killed_between_file_and_row_leaves_nothing_that_the_sweep_does_not_find() {
    let installation = Installation::new().await;
    let mut answered = 0;
    for round in 0..3_u32 {
        let mut web = installation.web().await;
        let member =
            if round == 0 { Member::join(&installation, &web).await } else { Member::log_in(&web, "noodle").await };
        // The row waits for this lock, and so every upload ends up between its file and its row.
        let mut lock = installation.pool.begin().await.expect("a transaction");
        sqlx::query("LOCK TABLE submissions IN SHARE MODE").execute(&mut *lock).await.expect("locked");
        let files = installation.blobs().len();
        let sending: Vec<_> = (0..8_u32)
            .map(|number| {
                let (member, door) = (member.clone(), web.door());
                tokio::task::spawn_blocking(move || member.send(&door, &picture(200, 100 * round + number)).is_ok())
            })
            .collect();
        until("the files are there", async || installation.blobs().len() >= files + 4).await;
        web.process.kill();
        drop(lock);
        for sent in sending {
            answered += i64::from(sent.await.expect("no panic"));
        }
    }
    until("the killed ones' transactions are over", async || {
        installation.count("pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'INSERT INTO submissions%'").await == 0
    })
    .await;
    assert!(installation.count("submissions").await >= answered);
    let _jobs = installation.jobs();
    installation.until_developed().await;
    let days_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for file in installation.blobs() {
        std::fs::File::options().write(true).open(&file).expect("a blob").set_modified(days_ago).expect("its time");
    }
    let mut tx = installation.pool.begin().await.expect("a transaction");
    queue::enqueue(&mut tx, Job::DeleteOrphanedBlobs).await.expect("enqueued");
    tx.commit().await.expect("commit");
    until("the sweep is over", async || installation.count("sweep WHERE finished_at IS NOT NULL").await == 1).await;
    let kept = installation.blobs().iter().filter(|path| path.to_string_lossy().contains("/originals/")).count() as i64;
    assert_eq!(kept, installation.count("submissions WHERE original_key IS NOT NULL").await);
    assert_eq!(installation.count("submissions WHERE state = 'pending'").await, 0);
    installation.check().await;
}

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Member {
    cookie: String,
    csrf: String,
    /// As the proxy in front tells it.
    address: &'static str,
}

impl Member {
    /// A member who has confirmed an address.
    pub async fn join(installation: &Installation, web: &Web) -> Self {
        Self::named(installation, web, "noodle").await
    }

    async fn named(installation: &Installation, web: &Web, name: &'static str) -> Self {
        newcomer(&installation.pool, name).await;
        sqlx::query("UPDATE accounts SET email_verified_at = now() WHERE email IS NOT NULL")
            .execute(&installation.pool)
            .await
            .expect("verified");
        Self::log_in(web, name).await
    }

    /// The same, elsewhere.
    fn at(self, address: &'static str) -> Self {
        Member { address, ..self }
    }

    async fn log_in(web: &Web, name: &'static str) -> Self {
        let door = web.door();
        let log_in = move || {
            let mut visitor = Visitor::new(1);
            let form = visitor.get(&format!("{door}/login")).expect("a page");
            let fields = format!("csrf={}&who={name}&next=&password={}", form.csrf(), PASSWORD.replace(' ', "+"));
            let answer = visitor.post(&format!("{door}/login"), "application/x-www-form-urlencoded", fields.as_bytes());
            assert_eq!(answer.expect("an answer").status, 303);
            let page = visitor.get(&format!("{door}/submissions/new")).expect("a page");
            Member { csrf: page.csrf().to_owned(), cookie: visitor.cookie(), address: "127.0.0.1" }
        };
        tokio::task::spawn_blocking(log_in).await.expect("no panic")
    }

    fn body(&self, file: &[u8]) -> Vec<u8> {
        let words = [("title", "Noodle"), ("species", "dog"), ("description", ""), ("crop", "auto"), ("terms", "yes")];
        let mut parts = vec![Part::Field("csrf", &self.csrf)];
        parts.extend(words.iter().map(|(name, value)| Part::Field(name, value)));
        parts.push(Part::File("file", "a.jpg", file));
        body(&parts)
    }

    /// As it goes over the wire.
    fn request(&self, web: &Web, file: &[u8]) -> Vec<u8> {
        let body = self.body(file);
        let head = format!(
            "POST /submissions HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-Real-IP: {}\r\nCookie: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            web.port,
            self.address,
            self.cookie,
            content_type(),
            body.len()
        );
        [head.into_bytes(), body].concat()
    }

    /// Hands in a photo.
    pub fn send(&self, door: &str, file: &[u8]) -> Result<Answer, ureq::Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .into();
        let request =
            agent.post(format!("{door}/submissions")).header("Cookie", &self.cookie).header("X-Real-IP", self.address);
        let mut response = request.header("Content-Type", content_type()).send(&self.body(file)[..])?;
        let html = response.body_mut().read_to_string()?;
        Ok(Answer { status: response.status().as_u16(), html })
    }
}
