//! How the site runs, at a glance.

use ratemyderp::accounts::Role;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;

use crate::health::WELL;
use crate::support::World;
use crate::web::page::{Page, get, log_in};

/// Somebody with this role, logged in where a password is enough.
pub async fn client_of(world: &World, name: &str, role: Role) -> Client {
    let account = world.member(name).await;
    world.grant(account, role).await;
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    assert_eq!(log_in(&client, name).await.status, Status::SeeOther);
    // The mail about a new browser.
    sqlx::raw_sql("DELETE FROM fang_tasks").execute(&world.pool).await.expect("done");
    client
}

#[rocket::async_test]
async fn the_sentence_comes_first_and_each_clause_leads_to_its_jobs() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let page = get(&client, "/ops").await;
    assert_eq!(page.status, Status::Ok);
    assert!(page.html.contains("<a href=\"/ops/workers\">Nobody works; nothing is due yet</a>."), "{}", page.html);
    assert!(page.html.contains("<title>Something is wrong, running the site"), "{}", page.html);
    assert!(page.text().contains("No process takes jobs."), "{}", page.text());
    assert!(!page.html.contains("/ops/reports"), "observers do not moderate");
    sqlx::raw_sql(WELL).execute(&world.pool).await.unwrap();
    let page = get(&client, "/ops").await;
    assert!(page.text().contains("All is well: 0 jobs in the last hour, nothing waits, 1 worker."), "{}", page.text());
    assert!(page.text().contains("What needs a look Nothing."), "{}", page.text());
    let picture = get(&client, "/ops/throughput.svg").await;
    assert_eq!((picture.status, picture.header("Content-Type")), (Status::Ok, Some("image/svg+xml")));
    let pace = "INSERT INTO job_pace VALUES (date_trunc('minute', now()), false, 'send_mail', 'wait', 40, 90),
        (date_trunc('minute', now()), false, 'send_mail', 'run', 30, 60), (date_trunc('minute', now()), false, 'send_mail', 'run', 60, 30);
        INSERT INTO fang_tasks (metadata, kind, task_type, scheduled_at) SELECT '{}', 'send_mail', 'mail', now() - interval '100 seconds' FROM generate_series(1, 12)";
    sqlx::raw_sql(pace).execute(&world.pool).await.unwrap();
    let text = get(&client, "/ops").await.text();
    assert!(text.contains("mail 12 0 0 1 min 40 s 6.0 2 min open"), "{text}");
    assert!(text.contains("send_mail 90 939 ms939 ms939 ms166 ms30 s30 s"), "{text}");
    sqlx::raw_sql("DELETE FROM fang_tasks").execute(&world.pool).await.unwrap();
    // Whatever else is wrong, its links are ones that the list of jobs understands.
    let busy = "UPDATE lanes SET paused_at = now() - interval '3 hours' WHERE name = 'mail';
        UPDATE workers SET kinds = ARRAY['make_thumbnails'];
        INSERT INTO fang_tasks (metadata, kind, task_type, state, scheduled_at, lease_owner) VALUES
            ('{}', 'make_thumbnails', 'images', 'failed', now(), NULL), ('{}', 'make_thumbnails', 'images', 'in_progress', now(), 1),
            ('{}', 'make_thumbnails', 'images', 'retried', now() - interval '1 hour', NULL), ('{}', 'rank_photos', 'ranking', 'new', now(), NULL)";
    sqlx::raw_sql(busy).execute(&world.pool).await.unwrap();
    let page = html(&get(&client, "/ops").await);
    let links = page.split("href=\"/ops/jobs?").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let links: Vec<String> = links.map(|query| format!("/ops/jobs?{}", query.replace("&amp;", "&"))).collect();
    for part in ["state=failed", "state=processing", "state=retrying&lane=images", "kind=rank_photos", "lane=mail"] {
        assert!(links.iter().any(|link| link.contains(part)), "{part}: {links:?}");
    }
    for link in links {
        let list = get(&client, &link).await;
        assert_eq!(list.status, Status::Ok, "{link}: {}", list.text());
    }
    // Operators moderate too.
    let operator = client_of(&world, "olive", Role::Operator).await;
    assert!(get(&operator, "/ops").await.html.contains("/ops/reports"));
}

#[rocket::async_test]
async fn moderators_see_what_waits_for_them_alone() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Moderator).await;
    let page = get(&client, "/ops").await;
    assert!(page.text().contains("No reported photo waits for a moderator."), "{}", page.text());
    assert!(!page.html.contains("/ops/jobs") && !page.text().contains("works"), "{}", page.html);
}

#[rocket::async_test]
async fn a_page_stays_up_to_date_only_for_those_who_ask() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let still = get(&client, "/ops").await;
    assert!(
        !still.html.contains("hx-get") && html(&still).contains("href=\"/ops?live=10\">Keep it up to date"),
        "{}",
        still.html
    );
    let live = get(&client, "/ops?live=30").await;
    assert!(html(&live).contains("hx-get=\"/ops?live=30\" hx-trigger=\"every 30s\""), "{}", live.html);
    assert!(live.html.contains("<a id=\"live-still\" href=\"/ops\">Pause updates</a>"), "{}", live.html);
    for wrong in ["live=1", "live=x", "live=", "live=301", "live=10&other=1", "state=failed", "%00=1"] {
        let page = get(&client, &format!("/ops?{wrong}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{wrong}: {}", page.text());
    }
}

#[rocket::async_test]
async fn nothing_is_sent_again_while_nothing_has_changed() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let first = get(&client, "/ops").await;
    let tag = first.header("ETag").expect("a tag").to_owned();
    let again = async |tag: &str| {
        let request = client.get("/ops").header(Header::new("If-None-Match", tag.to_owned()));
        Page::of(request.dispatch().await).await
    };
    let same = again(&tag).await;
    assert_eq!((same.status, same.html.as_str()), (Status::NotModified, ""));
    sqlx::raw_sql("UPDATE lanes SET paused_at = now() WHERE name = 'mail'").execute(&world.pool).await.unwrap();
    assert_eq!(again(&tag).await.status, Status::Ok);
}

fn html(page: &Page) -> String {
    page.html.replace("&#x3D;", "=")
}
