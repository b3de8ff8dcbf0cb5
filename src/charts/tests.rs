use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

fn chart(series: Vec<Series>) -> Chart {
    Chart {
        title: "Waits of <mail>".into(),
        unit: Unit::Seconds,
        shape: Shape::Lines,
        together: Together::Highest,
        start: "2026-11-25T12:00:00Z".parse().unwrap(),
        step: TimeDelta::minutes(1),
        series,
        marks: vec![],
    }
}

#[test]
fn the_policy_lets_in_the_style_and_nothing_else() {
    assert!(
        CSP.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(svg::STYLE)))),
        "{}",
        STANDARD.encode(Sha256::digest(svg::STYLE))
    );
}

#[test]
fn a_sentence_has_the_mean_the_extreme_with_its_time_the_change_and_the_gaps() {
    let median = Series::new("median", [Some(1.0), Some(3.0), None, Some(2.0)]).compared_with(Some(1.0));
    assert_eq!(
        chart(vec![median]).sentence(),
        "Waits of <mail>, 4 min until 12:04 UTC. median: 2 s on average, at most 3 s at 12:01 UTC, 100 % more than in the 4 min \
         before. There are no figures for 1 of 4 intervals of 1 min."
    );
    assert!(chart(vec![]).sentence().ends_with("There are no figures of this time."));
}

#[test]
fn a_sentence_says_nothing_twice() {
    let days = Chart {
        title: "Ratings of Noodle".to_owned(),
        unit: Unit::Things("rating", "ratings"),
        together: Together::Sum,
        step: TimeDelta::days(1),
        ..chart(vec![Series::new("ratings", [Some(1.0), Some(3.0), Some(0.0), Some(4.0)])])
    };
    let sentence = days.sentence();
    assert!(
        sentence.contains("Noodle, 4 days until")
            && sentence.contains(". 2 ratings on average a day, at most 4 ratings on"),
        "{sentence}"
    );
}

#[test]
fn bars_that_are_too_thin_to_be_told_apart_are_lines() {
    let pair = |count: u32| {
        let series = |name: &str| Series::new(name, (0..count).map(|n| Some(f64::from(n))));
        let chart = Chart { shape: Shape::Bars, ..chart(vec![series("sent in"), series("on show")]) };
        let svg = chart.svg_in(Size::Wall, "");
        (svg.contains("<path class=\"line s1\""), svg.contains("<rect class=\"f1"))
    };
    assert_eq!((pair(10), pair(60)), ((false, true), (true, false)));
}

#[test]
fn on_a_wall_nothing_is_written_over_the_unit() {
    let mut marked = chart(vec![Series::new("median", [Some(1.0), Some(3.0), None, Some(2.0)])]);
    marked.marks.push(Mark::moment(marked.start, "new version", "a new version came"));
    marked.unit = Unit::Things("rating", "ratings");
    let svg = marked.svg_in(Size::Wall, "");
    let at = |text: &str| -> f64 {
        let (before, _) = svg.split_once(&format!(">{text}</text>")).unwrap();
        before.rsplit(" y=\"").next().unwrap().trim_end_matches('"').parse().unwrap()
    };
    assert!(at("ratings") >= 12.0 && at("new version") - at("ratings") >= 16.0, "{svg}");
}

#[test]
fn a_gap_breaks_the_line_and_a_zero_does_not() {
    let path = |values: [Option<f64>; 4]| {
        let svg = chart(vec![Series::new("p50", values)]).svg("");
        let path = svg.split(r#"<path class="line s0" d=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
        (path.matches('M').count(), path.matches('L').count(), svg.contains(r#"class="gap""#))
    };
    assert_eq!(path([Some(1.0), Some(0.0), Some(0.0), Some(1.0)]), (1, 3, false));
    assert_eq!(path([Some(1.0), Some(1.0), None, Some(1.0)]), (2, 1, true));
    let bars = Chart { shape: Shape::Bars, ..chart(vec![Series::new("n", [Some(0.0), None, Some(2.0)])]) }.svg("");
    // Two bars and the one beside the name.
    assert_eq!(bars.matches(r#"<rect class="f0""#).count(), 3);
}

#[test]
fn a_table_has_sixty_rows_at_most_and_says_what_a_row_is() {
    let long = chart(vec![Series::new("p99", (0..100).map(|n| Some(f64::from(n))))]);
    let table = long.table();
    assert_eq!(table.rows.len(), 50);
    assert_eq!(table.rows[1].cells, ["3 s"]);
    assert!(table.caption.ends_with("each row 2 min, the highest within it"), "{}", table.caption);
}

#[test]
fn csv_has_empty_cells_for_gaps_and_no_formulas() {
    let csv = chart(vec![Series::new("=1+1", [Some(0.5), None])]).csv();
    assert_eq!(csv, "time,'=1+1 (seconds)\r\n2026-11-25T12:00:00Z,0.5\r\n2026-11-25T12:01:00Z,\r\n");
}

#[test]
fn lengths_are_said_in_what_suits_them() {
    for (seconds, words) in [
        (0.0, "0 ms"),
        (0.34, "340 ms"),
        (0.9996, "1 s"),
        (2.44, "2.4 s"),
        (9.97, "10 s"),
        (59.7, "1 min"),
        (125.0, "2 min 5 s"),
        (11_400.0, "3 h 10 min"),
        (90_000.0, "1 day 1 h"),
        (f64::NAN, "0 ms"),
    ] {
        assert_eq!(duration(seconds), words);
    }
}

fn figure() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), Just(Some(0.0)), any::<f64>().prop_map(Some), (0.0..1e9).prop_map(Some)]
}

fn any_chart() -> impl Strategy<Value = Chart> {
    let series = ("\\PC{0,20}", prop::collection::vec(figure(), 0..200), prop::option::of(any::<f64>()))
        .prop_map(|(name, values, before)| Series::new(name, values).compared_with(before));
    let unit =
        prop_oneof![Just(Unit::Seconds), Just(Unit::Percent), Just(Unit::Bytes), Just(Unit::Things("vote", "votes"))];
    let shape = prop_oneof![Just(Shape::Lines), Just(Shape::Bars)];
    let together = prop_oneof![Just(Together::Sum), Just(Together::Mean), Just(Together::Highest)];
    (prop::collection::vec(series, 0..6), unit, shape, together, 1i64..100_000).prop_map(
        |(series, unit, shape, together, step)| Chart {
            unit,
            shape,
            together,
            step: TimeDelta::seconds(step),
            title: "Figures".into(),
            series,
            ..chart(vec![])
        },
    )
}

proptest! {
    #[test]
    fn whatever_the_figures_are_words_and_picture_hold(mut chart in any_chart()) {
        for (index, series) in chart.series.iter_mut().enumerate() {
            // Names would be found among the words that are looked for.
            series.name = format!("series {index}");
        }
        let (sentence, svg, table) = (chart.sentence(), chart.svg("dark"), chart.table());
        for text in [&sentence, &svg, &format!("{table:?}"), &chart.csv()] {
            for wrong in ["NaN", "inf", "None", "undefined", "null"] {
                prop_assert!(!text.contains(wrong), "{wrong}: {text}");
            }
        }
        prop_assert!(table.rows.len() <= 60);
        prop_assert!(!svg.contains("style=") && svg.contains("viewBox") && svg.contains("<title>"));
        if sentence.contains("on average") {
            let units = ["ms", " s", "min", " h", "day", "%", "vote", "B", "bytes"];
            for clause in sentence.split(" on average").take(sentence.matches(" on average").count()) {
                prop_assert!(units.iter().any(|unit| clause.ends_with(unit) || clause.contains(unit)), "{sentence}");
            }
        }
    }

    #[test]
    fn names_of_people_cannot_leave_their_place(chart in any_chart()) {
        let svg = chart.svg("\"><script>");
        prop_assert!(!svg.contains("<script"));
        prop_assert_eq!(svg.matches("</svg>").count(), 1);
    }
}

#[test]
fn what_happened_meanwhile_is_seen_said_and_tabled() {
    let at = |minute: &str| format!("2026-11-25T12:{minute}:00Z").parse().unwrap();
    let figures = || Series::new("p50", [Some(1.0), Some(2.0), Some(3.0), Some(4.0)]);
    let marks = vec![
        Mark::deploy((at("01"), "0.2.0".into())),
        Mark::lasting(at("02"), Some(at("03")), "! votes slow", "alert votes_slow"),
        Mark::lasting(at("03"), None, "! disk", "alert disk"),
        Mark::deploy((at("30"), "0.3.0".into())),
    ];
    let marked = Chart { marks, ..chart(vec![figures()]) };
    assert!(
        marked.sentence().ends_with(
            " Since 12:03 UTC: alert disk. From 12:02 UTC to 12:03 UTC: alert votes_slow. At 12:01 UTC: version 0.2.0 came."
        ),
        "{}",
        marked.sentence()
    );
    let table = marked.table();
    assert_eq!(table.heading, ["p50", "Meanwhile"]);
    let meanwhile: Vec<&str> = table.rows.iter().map(|row| row.cells[1].as_str()).collect();
    assert_eq!(meanwhile, ["", "version 0.2.0 came", "alert votes_slow", "alert votes_slow; alert disk"]);
    let svg = marked.svg("");
    assert!(svg.contains(">0.2.0</text>") && svg.contains(">! disk</text>") && !svg.contains("0.3.0"), "{svg}");
    assert_eq!(svg.matches(r#"class="while""#).count(), 2);
    let five = (0..5).map(|n| Mark::deploy((at(&format!("0{}", n % 4)), format!("{n}")))).collect();
    assert!(Chart { marks: five, ..chart(vec![figures()]) }.sentence().ends_with(" 2 things more are in the table."));
    assert_eq!(chart(vec![figures()]).table().heading, ["p50"]);
}
