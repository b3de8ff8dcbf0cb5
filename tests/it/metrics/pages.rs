//! What a page of charts reads, beside what it draws.

use ratemyderp::dashboards::{Board, Sheet};
use ratemyderp::metrics::query::Range;
use ratemyderp::metrics::source::Source;

use crate::support::{World, rows};

/// As `bin/bench pages` has them.
const FIGURES: &str = include_str!("../../../bin/lib/bench/pages.sql");

/// Series of all that the public page asks for: votes, answers, visits, accounts, photos, processes, two gauges.
const SERIES: i64 = 4 + 8 + 6 + 7 + 6 + 3 + 2;

/// Twelve charts and the time before: each series is read once for each chart that is about it, whatever else and however much is kept.
#[tokio::test]
async fn a_page_reads_its_own_series_over_its_own_time_and_nothing_else() {
    let world = World::new().await;
    let source = Source::new(None);
    for days in [61, 75] {
        let mut conn = world.pool.acquire().await.unwrap();
        sqlx::raw_sql(&FIGURES.replace(":days", &days.to_string())).execute(&mut *conn).await.unwrap();
        for (range, hours) in [(Range::Month, 2 * 30 * 8), (Range::Week, 2 * 7 * 24)] {
            let mut tx = world.pool.begin().await.unwrap();
            let before = rows::read(&mut tx).await;
            let conn = async { Ok::<_, sqlx::Error>(&mut *tx) };
            let sheet = Sheet::read(&source, conn, Board::Kpis, range).await.unwrap();
            assert!(sheet.figures.iter().all(|figure| figure.headline.is_some()), "{range}: every chart has figures");
            let rows = rows::read(&mut tx).await - before;
            // An entry of the index and a row for each; people are asked for thrice, photos twice.
            let most = 2 * (SERIES + 2 + 6) * (hours + 30) + 200;
            assert!(rows <= most, "{range} of {days} days: {rows} rows, {most} expected at most");
        }
    }
}
