//! How the site does, for everybody.

use rocket::http::Status;
use sqlx::PgPool;

use super::page::get;
use crate::support::World;

/// Figures of the last hours, with a gap, and of all that charts show; in each minute 60 votes.
pub const FIGURES: &str = "
    CREATE TEMP TABLE grid AS SELECT t AS at FROM generate_series(date_bin('10 seconds', now() - interval '3 hours', 'epoch'), now(), '10 seconds') t
    WHERE t < now() - interval '40 minutes' OR t > now() - interval '30 minutes';
    INSERT INTO metric_points (measurement, at, tags, fields, gauge)
    SELECT m, at, tags::jsonb || '{\"instance\": \"web-0\"}', fields::jsonb, false FROM grid, (VALUES
        ('up', '{}', '{\"up\": 1}'), ('vote', '{\"via\": \"form\", \"by\": \"visitor\"}', '{\"n\": 2, \"first\": 1, \"s04\": 2}'),
        ('vote', '{\"via\": \"htmx\", \"by\": \"member\"}', '{\"n\": 8, \"s08\": 8}'), ('visit', '{\"event\": \"first_card\"}', '{\"n\": 2}'),
        ('photo', '{\"event\": \"submitted\"}', '{\"n\": 1}'), ('photo', '{\"event\": \"ready\"}', '{\"n\": 1, \"b11\": 1}'),
        ('answer', '{\"part\": \"vote\", \"status\": \"2xx\"}', '{\"n\": 99, \"ms\": 900, \"b03\": 99}'),
        ('answer', '{\"part\": \"rest\", \"status\": \"5xx\"}', '{\"n\": 1, \"ms\": 1, \"b01\": 1}'),
        ('account', '{\"event\": \"merged\"}', '{\"n\": 1}'), ('visit', '{\"event\": \"report\"}', '{\"n\": 1}'),
        ('refusal', '{\"reason\": \"too_large\"}', '{\"n\": 2}'), ('refusal', '{\"reason\": \"duplicate\"}', '{\"n\": 1}'),
        ('http', '{\"route\": \"GET /\", \"status\": \"2xx\"}', '{\"n\": 5, \"ms\": 20, \"b03\": 5}')) AS f (m, tags, fields);
    INSERT INTO metric_points (measurement, at, tags, fields, gauge)
    SELECT 'up', at, '{\"instance\": \"jobs-0\"}', '{\"up\": 1}', false FROM grid;
    INSERT INTO metric_points (measurement, at, tags, fields, gauge)
    SELECT m, at, tags::jsonb, fields::jsonb, true FROM grid, (VALUES
        ('active', '{}', '{\"m5\": 3, \"h1\": 4, \"h24\": 40, \"returning\": 10}'), ('total', '{}', '{\"photos\": 40, \"described\": 30, \"rated10\": 10}'),
        ('standings', '{}', '{\"age_s\": 45}'), ('cgroup', '{\"host\": \"derp\", \"instance\": \"web-0\"}', '{\"memory_current\": 60, \"memory_max\": 80, \"oom_kill\": 7}'),
        ('system', '{\"host\": \"derp\"}', '{\"load1\": 3, \"n_cpus\": 2, \"uptime\": 90000}'), ('diskio', '{\"host\": \"derp\", \"name\": \"all\"}', '{\"io_percent\": 20}'),
        ('net', '{\"host\": \"derp\", \"interface\": \"all\"}', '{\"errors_per_s\": 0.5, \"drops_per_s\": 1, \"recv_per_s\": 1000, \"sent_per_s\": 4000}'),
        ('cpu', '{\"host\": \"derp\", \"cpu\": \"cpu-total\"}', '{\"usage_idle\": 70, \"usage_system\": 10, \"usage_iowait\": 5, \"usage_steal\": 1}'),
        ('mem', '{\"host\": \"derp\"}', '{\"used_percent\": 61.5}'), ('disk', '{\"host\": \"derp\", \"path\": \"/\"}', '{\"used_percent\": 40}'),
        ('pressure', '{\"host\": \"derp\", \"resource\": \"cpu\"}', '{\"some_avg10\": 12.5, \"full_avg60\": 0}'),
        ('postgresql', '{}', '{\"numbackends\": 12, \"max_connections\": 100, \"oldest_xact_s\": 2, \"xid_percent\": 1}'),
        ('queue', '{\"lane\": \"mail\", \"state\": \"new\"}', '{\"depth\": 3, \"oldest_s\": 4}')) AS f (m, tags, fields);
    DROP TABLE grid";

pub async fn figures(pool: &PgPool) {
    sqlx::raw_sql(FIGURES).execute(&mut *pool.acquire().await.expect("a connection")).await.expect("figures");
}

#[rocket::async_test]
async fn everybody_sees_each_figure_with_what_it_means() {
    let world = World::new().await;
    figures(&world.pool).await;
    let client = world.client().await;
    assert!(get(&client, "/dashboard?range=1h").await.html.contains("There are no figures for"), "gaps are gaps");
    let page = get(&client, "/dashboard?range=15m").await;
    assert_eq!(page.status, Status::Ok);
    let text = page.text();
    assert!(text.contains("Votes a minute 60 votes a minute"), "{text}");
    assert!(text.contains("Every vote that counts, a changed one included."), "{text}");
    assert!(text.contains("Votes without script 20 %"), "{text}");
    assert!(text.contains("How derpy 7.2 of 10 mean"), "{text}");
    assert!(text.contains("Described photos 75 %"), "{text}");
    assert!(text.contains("Answers that failed 10 of 1,000"), "{text}");
    assert!(text.contains("Newcomers who vote 50 %"), "{text}");
    assert_eq!(page.html.matches("<img src=\"/dashboard/").count(), 12);
    assert!(page.html.contains("href=\"/dashboard?range&#x3D;30d\""), "{}", page.html);
    assert!(get(&client, "/about").await.html.contains("href=\"/dashboard\""), "there is a way to it");
}

#[rocket::async_test]
async fn a_chart_is_a_page_a_picture_and_a_file_too() {
    let world = World::new().await;
    figures(&world.pool).await;
    let client = world.client().await;
    let page = get(&client, "/dashboard/votes?range=15m").await;
    assert!(page.html.contains("<caption id=\"table-h\">Votes a minute, each row"), "{}", page.html);
    assert!(page.text().contains("60 votes a minute"), "{}", page.text());
    let picture = get(&client, "/dashboard/votes/picture.svg?range=15m&size=small&at=1764072000").await;
    assert_eq!((picture.status, picture.header("Content-Type")), (Status::Ok, Some("image/svg+xml")));
    assert!(picture.html.contains("<title>Votes a minute, 15 min until"), "{}", picture.html);
    let csv = get(&client, "/dashboard/votes/figures.csv?range=15m").await;
    assert!(csv.html.starts_with("time,votes (votes a minute)\r\n") && csv.html.contains(",60\r\n"), "{}", csv.html);
    assert_eq!(csv.html.lines().count(), 91);
}

#[rocket::async_test]
async fn nobody_learns_anything_about_fewer_than_five_people() {
    let world = World::new().await;
    figures(&world.pool).await;
    sqlx::raw_sql(
        "UPDATE metric_points SET fields = '{\"m5\": 1, \"h1\": 2, \"h24\": 3}' WHERE measurement = 'active'",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let client = world.client().await;
    let page = get(&client, "/dashboard?range=1h").await;
    assert!(page.text().contains("fewer than 5 people"), "{}", page.text());
    let csv = get(&client, "/dashboard/raters/figures.csv?range=1h").await.html;
    assert!(csv.contains(",4,4,4") && !csv.contains(",3") && !csv.contains(",1,"), "{csv}");
}

#[rocket::async_test]
async fn what_the_page_does_not_know_is_refused_in_words() {
    let world = World::new().await;
    let client = world.client().await;
    for (path, words) in [
        ("/dashboard?range=2h", "A page looks back 15m, 1h, 24h, 7d, 30d."),
        ("/dashboard?step=1", "It knows range, wall, live."),
        ("/dashboard?wall=2", "for a page that hangs on a wall"),
        ("/dashboard?live=1", "every 5 to 300 seconds"),
        ("/dashboard/votes/picture.svg?size=huge", "large, small or for a wall"),
        ("/dashboard/votes/picture.svg?at=noon", "no time"),
        ("/dashboard/votes/figures.csv?range=", "A page looks back"),
    ] {
        let page = get(&client, path).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{path}");
        assert!(page.text().contains(words), "{path}: {}", page.text());
    }
    for path in ["/dashboard/nothing", "/dashboard/nothing/picture.svg", "/dashboard/nothing/figures.csv"] {
        assert_eq!(get(&client, path).await.status, Status::NotFound, "{path}");
    }
    let empty = get(&client, "/dashboard").await;
    assert!(empty.text().contains("No figures of this time"), "{}", empty.text());
}
