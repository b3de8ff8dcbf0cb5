//! Pages for few.

use ratemyderp::accounts::{Role, rights};
use rocket::http::Status;

use crate::support::{PASSWORD, World};
use crate::web::page::{Page, get, log_in, submit};

const LOG: &str = "/ops/audit";

#[rocket::async_test]
async fn members_are_told_what_they_are_told_of_a_page_that_does_not_exist() {
    let world = World::new().await;
    let (noodle, moderator) = (world.member("noodle").await, world.member("biscuit").await);
    world.grant(moderator, Role::Moderator).await;
    let (first, second) = (world.guard(noodle).await, world.guard(moderator).await);
    for (who, app) in [("noodle", first), ("biscuit", second)] {
        let client = world.client().await;
        log_in(&client, who).await;
        submit(&client, "/login/code", "/login/code", &[("code", &app.code())]).await;
        assert_eq!(get(&client, "/settings").await.status, Status::Ok);
        let (closed, nothing) = (get(&client, LOG).await, get(&client, "/ops/nothing").await);
        assert_eq!((closed.status, closed.text()), (Status::NotFound, nothing.text()), "{who}");
        assert!(!get(&client, "/settings").await.html.contains(LOG));
    }
    let stranger = world.client().await;
    assert_eq!(get(&stranger, LOG).await.header("Location"), Some("/login?next=%2Fops%2Faudit"));
}

#[rocket::async_test]
async fn an_operator_sets_two_factor_up_first() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, Role::Operator).await;
    let client = world.client().await;
    assert_eq!(log_in(&client, "noodle").await.header("Location"), Some("/"), "they may log in");
    let answer = get(&client, LOG).await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/settings/two-factor")));
    let page = get(&client, "/settings/two-factor").await;
    assert!(page.text().contains("You are an operator. Before you can open the pages"), "{}", page.text());
    let app = world.guard(noodle).await;
    let page = get(&client, LOG).await;
    assert_eq!(page.status, Status::Ok);
    for cell in ["<i>command line</i>", "<td>role changed</td>", "<td>noodle</td>", "from member to operator"] {
        assert!(page.html.contains(cell), "{cell}: {}", page.html);
    }
    assert!(!page.text().contains("two_factor_required"));
    // Without it they are closed again.
    let fields = [("password", PASSWORD), ("code", &app.code())];
    submit(&client, "/settings/two-factor/off", "/settings/two-factor/off", &fields).await;
    assert_eq!(get(&client, LOG).await.header("Location"), Some("/settings/two-factor"));
}

#[rocket::async_test]
async fn where_it_is_not_required_each_such_page_says_so() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, Role::Operator).await;
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    log_in(&client, "noodle").await;
    let page = get(&client, LOG).await;
    assert_eq!(page.status, Status::Ok);
    assert!(page.text().contains("This page is open to a password alone"), "{}", page.text());
    assert!(!get(&client, "/settings").await.text().contains("password alone: two_factor_required"));
    world.guard(noodle).await;
    assert!(!get(&client, LOG).await.text().contains("This page is open to a password alone"));
}

#[rocket::async_test]
async fn a_role_that_is_gone_is_gone_at_once() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, Role::Operator).await;
    let app = world.guard(noodle).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    submit(&client, "/login/code", "/login/code", &[("code", &app.code())]).await;
    assert_eq!(get(&client, LOG).await.status, Status::Ok);
    world.grant(noodle, Role::Member).await;
    assert_eq!(get(&client, LOG).await.header("Location"), Some("/login?next=%2Fops%2Faudit"), "logged out");
}

#[rocket::async_test]
async fn the_log_is_turned_over_page_by_page_and_filtered() {
    let world = World::new().await;
    let (noodle, biscuit) = (world.member("noodle").await, world.member("biscuit").await);
    world.grant(noodle, Role::Operator).await;
    let mut tx = world.pool.begin().await.unwrap();
    for number in 0..60 {
        rights::suspend(&mut tx, Some(noodle), biscuit, &format!("<b>Spoon {number}.</b>")).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.guard(noodle).await;
    let client = world.client_with(world.figment()).await;
    sqlx::query("UPDATE two_factor SET confirmed_at = NULL").execute(&world.pool).await.unwrap();
    log_in(&client, "noodle").await;
    sqlx::query("UPDATE two_factor SET confirmed_at = now()").execute(&world.pool).await.unwrap();
    let page = get(&client, LOG).await;
    assert_eq!(rows(&page), 50);
    assert!(page.html.contains("&lt;b&gt;Spoon 59.&lt;/b&gt;"), "{}", page.html);
    let older = page.between("rel=\"next\" href=\"", "\"").expect("a next page");
    let page = get(&client, &older).await;
    assert_eq!(rows(&page), 11);
    assert!(page.html.contains("<title>Audit log, older entries"), "{}", page.html);
    assert!(page.between("rel=\"next\" href=\"", "\"").is_none());
    let page = get(&client, &format!("{LOG}?account=biscuit")).await;
    assert_eq!(rows(&page), 50);
    let older = page.between("rel=\"next\" href=\"", "\"").expect("a next page");
    assert_eq!(rows(&get(&client, &older).await), 10);
    let page = get(&client, &format!("{LOG}?account=nobody")).await;
    assert!(page.text().contains("There is no account with this username."), "{}", page.text());
    assert_eq!((page.status, rows(&page)), (Status::Ok, 0));
    for rubbish in ["?before=x", "?before=-1", "?before=0&account=biscuit", "?account=%00", "?account=%F0%9F%90%B6"] {
        let page = get(&client, &format!("{LOG}{rubbish}")).await;
        assert!(matches!(page.status, Status::Ok), "{rubbish}: {}", page.status);
    }
}

fn rows(page: &Page) -> usize {
    page.html.matches("<th scope=\"row\">").count()
}
