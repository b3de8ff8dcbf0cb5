//! Who may ask for what below `/ops`: every route of the running process is asked for by everybody.

use ratemyderp::accounts::Role;
use rocket::http::{ContentType, Method, Status};
use rocket::local::asynchronous::Client;

use crate::support::World;
use crate::web::page::{Page, get, log_in};

/// The pages of moderators. All others below `/ops` are for observers to see and for operators to use.
const OF_MODERATORS: [&str; 5] = [
    "/ops/reports",
    "/ops/reports/<id>",
    "/ops/reports/decisions/<id>/undo",
    "/ops/similar-photos",
    "/ops/similar-photos/<id>/distinct",
];

/// It shows to each what they may see.
const OF_ALL: &str = "/ops";

/// Who asks, by name; the stranger has none.
const PEOPLE: [(&str, Option<Role>); 5] = [
    ("stranger", None),
    ("member", Some(Role::Member)),
    ("moderator", Some(Role::Moderator)),
    ("observer", Some(Role::Observer)),
    ("operator", Some(Role::Operator)),
];

#[rocket::async_test]
async fn every_route_below_ops_admits_whom_it_is_for_and_nobody_else() {
    let world = World::new().await;
    let mut asked = 0;
    for (name, role) in PEOPLE {
        let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
        let csrf = come_in(&world, &client, name, role).await;
        let routes: Vec<(Method, String)> = client
            .rocket()
            .routes()
            .map(|route| (route.method, route.uri.path().to_owned()))
            .filter(|(_, path)| path.starts_with("/ops"))
            .collect();
        for (method, path) in routes {
            let due = role.is_some_and(|role| is_for(method, &path, role));
            let answer = ask(&world, &client, asked, method, &path, &csrf).await;
            asked += 1;
            let refused = world.count("security_log WHERE event = 'rights refused'").await > 0;
            let away = answer.header("Location").is_some_and(|to| to.starts_with("/login"));
            assert_eq!(refused, role.is_some() && !due, "{method} {path} for {name}: {}", answer.status);
            assert_eq!(away, role.is_none(), "{method} {path} for {name}: {}", answer.status);
            if refused {
                assert_eq!(answer.status, Status::NotFound, "{method} {path} for {name}");
            }
            assert!(answer.status.code < 500, "{method} {path} for {name}: {}", answer.text());
        }
    }
    assert!(asked >= 5 * 9, "{asked}");
}

#[rocket::async_test]
async fn observers_are_offered_nothing_that_they_may_not_do() {
    let world = World::new().await;
    sqlx::raw_sql(
        "INSERT INTO fang_tasks (metadata, kind, task_type, state) VALUES ('{\"type\": \"Work\"}', 'rank_photos', 'ranking', 'failed');
         INSERT INTO operations (actor_name, verb, request, sentence, state) VALUES ('anna', 'retry', '', 'one job', 'ready'),
             ('anna', 'retry', '', 'one job', 'running'), ('anna', 'retry', '', 'one job', 'held');
         INSERT INTO workers (host, pid, slots) VALUES ('derp', 1, 8);
         INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser) VALUES (7, 'send_mail', 'no route', 'no route', 1, 1);
         INSERT INTO alerts (rule, subject, words, link, fired_at) VALUES ('stalled', '', 'Stalled.', '/ops', now())",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    for (name, role) in [("observer", Role::Observer), ("operator", Role::Operator)] {
        let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
        come_in(&world, &client, name, Some(role)).await;
        for path in [
            "/ops/jobs",
            "/ops/jobs/1",
            "/ops/operations/1",
            "/ops/operations/2",
            "/ops/operations/3",
            "/ops/alerts",
            "/ops/alerts/1",
            "/ops/errors/7",
            "/ops/kinds/send_mail",
            "/ops/lanes",
            "/ops/schedules/rank_photos",
            "/ops/workers/1",
        ] {
            let page = get(&client, path).await;
            assert_eq!(page.status, Status::Ok, "{path}: {}", page.text());
            assert_eq!(page.html.contains("method=\"post\""), role.operates(), "{path} for {name}: {}", page.html);
        }
    }
}

fn is_for(method: Method, path: &str, role: Role) -> bool {
    if path == OF_ALL {
        role.is_privileged() && method == Method::Get
    } else if OF_MODERATORS.contains(&path) {
        role.moderates()
    } else if method == Method::Get {
        role.observes()
    } else {
        role.operates()
    }
}

async fn come_in(world: &World, client: &Client, name: &str, role: Option<Role>) -> String {
    let Some(role) = role else {
        return get(client, "/login").await.csrf();
    };
    let account = world.member(&format!("noodle_{name}")).await;
    world.grant(account, role).await;
    assert_eq!(log_in(client, &format!("noodle_{name}")).await.status, Status::SeeOther);
    get(client, "/logout").await.csrf()
}

/// From a network of its own, since refusals of one network are not all written down. Each part of a path that varies is a 1: a
/// page may say that there is no such thing, but not that somebody may not ask. Forms have a good token and nothing else.
async fn ask(world: &World, client: &Client, turn: usize, method: Method, path: &str, csrf: &str) -> Page {
    sqlx::query("DELETE FROM security_log").execute(&world.pool).await.expect("an empty log");
    let from = format!("10.{}.{}.1:1", turn / 250, turn % 250).parse().expect("an address");
    let request = client.req(method, filled(path)).remote(from);
    let request = request.header(ContentType::Form).body(format!("csrf={csrf}"));
    Page::of(request.dispatch().await).await
}

/// A route's path with something in each place that varies.
pub fn filled(path: &str) -> String {
    let fill = |part| match part {
        "<act>" => "hold",
        "<file>" => "1.json",
        part if part.starts_with('<') => "1",
        part => part,
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}
