//! Counting for the figures costs voters nothing that one would notice. A program of its own: it counts what is allocated.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they mean by failing")]

use std::time::{Duration, Instant};

use ratemyderp::metrics::{By, Recorder, Via, VisitEvent, Voted};

#[test]
fn a_vote_is_counted_without_allocating() {
    let recorder = Recorder::new();
    recorder.know_routes(vec!["GET /".into(), "POST /submissions/<id>/rating".into()]);
    let votes = 100_000;
    let began = Instant::now();
    let allocated = allocation_counter::measure(|| {
        for vote in 0..votes {
            let score = u8::try_from(vote % 10 + 1).unwrap();
            recorder.voted(By::Visitor, Via::Htmx, Voted::Counted { score, changed: false, first: vote == 0 });
            recorder.visit(VisitEvent::Card);
            recorder.answered(Some(1), 200, Duration::from_micros(vote));
        }
    });
    println!("{:.0} ns a vote", began.elapsed().as_nanos() as f64 / votes as f64);
    assert_eq!(allocated.count_total, 0);
}
