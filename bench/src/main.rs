//! Browsers that rate one photo after the other: `ratemyderp-load ADDRESS BROWSERS SECONDS [VOTES_PER_SECOND]`.
//!
//! Without a rate each rates again as soon as it is answered; with one, all of them together keep to it, and an answer that was
//! asked for late counts from when it should have been asked for. Prints one line: votes, votes a second, and the median and
//! 99th percentile of an answer in milliseconds. Fails at the first answer that a person would call wrong.

mod browser;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::time::{Instant, sleep_until};

use self::browser::Browser;

/// What was asked for on the command line.
#[derive(Clone, Copy)]
struct Load {
    address: SocketAddr,
    browsers: u32,
    time: Duration,
    /// Between two votes of one browser; nothing when it votes as fast as it is answered.
    pause: Option<Duration>,
}

fn main() -> ExitCode {
    let Some(load) = Load::asked(&std::env::args().skip(1).collect::<Vec<_>>()) else {
        eprintln!("ratemyderp-load ADDRESS BROWSERS SECONDS [VOTES_PER_SECOND]");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime.map_err(|cause| cause.to_string()).and_then(|runtime| runtime.block_on(run(load))) {
        Ok(mut answers) => {
            answers.sort_unstable();
            let at = |share: f64| answers[(answers.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
            let rate = answers.len() as f64 / load.time.as_secs_f64();
            println!("{} {rate:.0} {:.2} {:.2}", answers.len(), at(0.5), at(0.99));
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}

impl Load {
    fn asked(arguments: &[String]) -> Option<Self> {
        let (address, browsers, seconds, rate) = match arguments {
            [address, browsers, seconds] => (address, browsers, seconds, None),
            [address, browsers, seconds, rate] => (address, browsers, seconds, Some(rate.parse::<f64>().ok()?)),
            _ => return None,
        };
        let browsers: u32 = browsers.parse().ok().filter(|&browsers| browsers > 0)?;
        let pause = rate.map(|rate| Duration::try_from_secs_f64(f64::from(browsers) / rate)).transpose().ok()?;
        let time = Duration::from_secs(seconds.parse().ok().filter(|&seconds| seconds > 0)?);
        Some(Load { address: address.parse().ok()?, browsers, time, pause })
    }
}

/// How long each answer took.
async fn run(load: Load) -> Result<Vec<Duration>, String> {
    let ready = Arc::new(Barrier::new(load.browsers as usize));
    let rating: Vec<_> = (0..load.browsers).map(|number| tokio::spawn(rate(load, number, ready.clone()))).collect();
    let mut answers = vec![];
    for browser in rating {
        answers.extend(browser.await.map_err(|cause| cause.to_string())??);
    }
    if answers.is_empty() { Err("no vote was answered".into()) } else { Ok(answers) }
}

/// All votes of one seat: whoever has rated every photo makes room for somebody new.
async fn rate(load: Load, number: u32, ready: Arc<Barrier>) -> Result<Vec<Duration>, String> {
    // Everybody comes at the same time, once all pages are open. Whoever fails before that must not let the others wait.
    let opened = Browser::open(load.address).await;
    ready.wait().await;
    let mut browser = opened?;
    let began = Instant::now();
    let share = |pause: Duration| pause.mul_f64(f64::from(number) / f64::from(load.browsers));
    let mut due = began + load.pause.map_or(Duration::ZERO, share);
    let mut answers = vec![];
    loop {
        let asked = match load.pause {
            Some(_) => due,
            None => Instant::now(),
        };
        if asked >= began + load.time {
            return Ok(answers);
        }
        sleep_until(asked).await;
        let score = 1 + (u64::from(number) + answers.len() as u64 * 7) % 10;
        let more = browser.vote(score).await?;
        answers.push(asked.elapsed());
        due += load.pause.unwrap_or_default();
        if !more {
            browser = Browser::open(load.address).await?;
        }
    }
}
