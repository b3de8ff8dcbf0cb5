//! How the site does, for everybody to see. Each figure has a definition, and none is about fewer than five people.

use super::known::{Known, both, each, percent};
use super::{Headline, Line, Panel};
use crate::charts::{Shape, Together, Unit};
use crate::metrics::buckets;
use crate::metrics::query::{Query, Span, Stands};

/// Fewer people than this are not nobody in particular.
const FLOOR: f64 = 5.0;

/// What votes are asked for; all charts ask the same, so that it is read once.
const VOTES: [&str; 12] = ["n", "first", "s01", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09", "s10"];

fn votes(span: Span) -> Query {
    Query::counters("vote", &VOTES, span).by("via")
}

fn events(measurement: &'static str, span: Span) -> Query {
    Query::counters(measurement, &["n"], span).by("event")
}

fn totals(span: Span) -> Query {
    Query::gauges("total", &["photos", "described", "rated10"], Stands::Minute, span)
}

/// In seconds.
const MINUTE: f64 = 60.0;

/// In the order in which they stand on the page.
pub static PANELS: [Panel; 12] = [
    Panel {
        group: "Votes",
        id: "votes",
        title: "Votes a minute",
        definition: "Every vote that counts, a changed one included. Votes that were refused or tapped twice are not among them.",
        unit: Unit::Things("vote a minute", "votes a minute"),
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![votes(span)],
        lines: |known| vec![Line::new("votes", known.per(MINUTE, known.total(0, 0)))],
    },
    Panel {
        group: "Votes",
        id: "raters",
        title: "People who rate",
        definition: "How many different people have rated a photo within the last 24 hours, hour and five minutes. Fewer than five are never told apart: they are drawn as four.",
        unit: Unit::Things("person", "people"),
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Newest,
        floor: Some(FLOOR),
        asks: |span| {
            let active = |field, stands| Query::gauges("active", &[field], stands, span);
            vec![active("h24", Stands::TenMinutes), active("h1", Stands::Minute), active("m5", Stands::Tick)]
        },
        lines: |known| {
            let names = ["24 hours", "1 hour", "5 min"];
            names.into_iter().enumerate().map(|(place, name)| Line::new(name, known.total(place, 0))).collect()
        },
    },
    Panel {
        group: "Votes",
        id: "scores",
        title: "How derpy",
        definition: "The mean of all scores given, from 1 (not derpy) to 10 (total derp), and their spread: two of three scores lie within it around the mean.",
        unit: Unit::Things("of 10", "of 10"),
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![votes(span)],
        lines: scores,
    },
    Panel {
        group: "People",
        id: "newcomers",
        title: "Newcomers who vote",
        definition: "First votes of people without a vote before, for every hundred first photos shown to a browser that was never here.",
        unit: Unit::Percent,
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![votes(span), events("visit", span)],
        // Whoever saw their first photo before a step began may vote within it.
        lines: |known| {
            let share = percent(&known.total(0, 1), &known.of(1, "first_card", 0));
            vec![Line::new("newcomers", each(share, |share| share.min(100.0)))]
        },
    },
    Panel {
        group: "People",
        id: "members",
        title: "New members",
        definition: "Accounts that were made, and addresses that were confirmed by the link in a mail.",
        unit: Unit::Things("account", "accounts"),
        shape: Shape::Bars,
        together: Together::Sum,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![events("account", span)],
        lines: |known| {
            vec![Line::new("joined", known.of(0, "joined", 0)), Line::new("confirmed", known.of(0, "verified", 0))]
        },
    },
    Panel {
        group: "People",
        id: "shares",
        title: "Shared and followed",
        definition: "How often a photo was shared from its page, and how often somebody came by such a link.",
        unit: Unit::Things("time", "times"),
        shape: Shape::Bars,
        together: Together::Sum,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![events("visit", span)],
        lines: |known| {
            vec![Line::new("shared", known.of(0, "share", 0)), Line::new("followed", known.of(0, "arrival", 0))]
        },
    },
    Panel {
        group: "Photos",
        id: "photos",
        title: "Photos sent in",
        definition: "Photos that were handed in, and those that came on show.",
        unit: Unit::Things("photo", "photos"),
        shape: Shape::Bars,
        together: Together::Sum,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![events("photo", span)],
        lines: |known| {
            vec![Line::new("sent in", known.of(0, "submitted", 0)), Line::new("on show", known.of(0, "ready", 0))]
        },
    },
    Panel {
        group: "Photos",
        id: "waits",
        title: "From upload to show",
        definition: "How long photos take until they are on show: half of them no longer than the first line, 95 of a hundred no longer than the second.",
        unit: Unit::Seconds,
        shape: Shape::Lines,
        together: Together::Highest,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![Query::counters("photo", &buckets::NAMES, span).only("event", &["ready"])],
        lines: |known| {
            let line = |name, share| Line::new(name, known.quantile(0, None, 0, share));
            vec![line("half", 0.5), line("95 of 100", 0.95)]
        },
    },
    Panel {
        group: "Photos",
        id: "coverage",
        title: "Photos with ten ratings",
        definition: "Photos on show with ten ratings or more, of a hundred. With fewer, a score is not yet worth much.",
        unit: Unit::Percent,
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Newest,
        floor: None,
        asks: |span| vec![totals(span)],
        lines: |known| vec![Line::new("rated", percent(&known.total(0, 2), &known.total(0, 0)))],
    },
    Panel {
        group: "For everybody",
        id: "described",
        title: "Described photos",
        definition: "Photos on show whose owners have described them for people who cannot see them, of a hundred.",
        unit: Unit::Percent,
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Newest,
        floor: None,
        asks: |span| vec![totals(span)],
        lines: |known| vec![Line::new("described", percent(&known.total(0, 1), &known.total(0, 0)))],
    },
    Panel {
        group: "For everybody",
        id: "plain",
        title: "Votes without script",
        definition: "Votes sent by a plain form, of a hundred votes: text browsers, old phones, and everybody who likes it that way.",
        unit: Unit::Percent,
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![votes(span)],
        lines: |known| vec![Line::new("plain", percent(&known.of(0, "form", 0), &known.total(0, 0)))],
    },
    Panel {
        group: "For everybody",
        id: "errors",
        title: "Answers that failed",
        definition: "Of a thousand answers, those that failed through our fault (status 500 and above).",
        unit: Unit::Things("of 1,000", "of 1,000"),
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Whole,
        floor: None,
        asks: |span| vec![Query::counters("answer", &["n"], span).by("status")],
        lines: |known| {
            let share = percent(&known.of(0, "5xx", 0), &known.total(0, 0));
            vec![Line::new("failed", each(share, |share| share * 10.0))]
        },
    },
];

/// Mean and standard deviation of scores from 1 to 10.
fn scores(known: &Known<'_>) -> Vec<Line> {
    let zero = each(known.total(0, 2), |_| 0.0);
    let (mut count, mut sum, mut squares) = (zero.clone(), zero.clone(), zero);
    for score in 1..=10u8 {
        let given = known.total(0, 1 + usize::from(score));
        let score = f64::from(score);
        count = both(&count, &given, |all, given| all + given);
        sum = both(&sum, &given, |all, given| all + score * given);
        squares = both(&squares, &given, |all, given| all + score * score * given);
    }
    let per = |part: &Vec<Option<f64>>| each(percent(part, &count), |percent| percent / 100.0);
    let (mean, square) = (per(&sum), per(&squares));
    let spread = both(&mean, &square, |mean, square| (square - mean * mean).max(0.0).sqrt());
    vec![Line::new("mean", mean), Line::new("spread", spread)]
}
