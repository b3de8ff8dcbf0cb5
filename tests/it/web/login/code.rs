//! Logging in with a code.

use rocket::http::{ContentType, Status};
use rocket::local::asynchronous::Client;

use crate::mail::only;
use crate::support::authenticator::Authenticator;
use crate::support::{PASSWORD, World};
use crate::web::page::{Page, get, log_in, post, post_twice, submit};

async fn world() -> (World, i64, Authenticator) {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let account = world.member("noodle").await;
    let app = world.guard(account).await;
    (world, account, app)
}

async fn enter(client: &Client, code: &str) -> Page {
    submit(client, "/login/code", "/login/code", &[("code", code)]).await
}

async fn is_in(client: &Client) -> bool {
    get(client, "/settings").await.status == Status::Ok
}

#[rocket::async_test]
async fn the_password_alone_opens_nothing() {
    let (world, _, app) = world().await;
    let client = world.client().await;
    let answer = log_in(&client, "noodle").await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/login/code")));
    assert!(!is_in(&client).await);
    assert_eq!(sessions(&world).await, 0);
    let page = get(&client, "/login/code").await;
    assert!(page.html.contains(r#"inputmode="numeric" autocomplete="one-time-code""#), "{}", page.html);
    let answer = enter(&client, &format!(" {} ", app.code())).await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/")));
    assert!(is_in(&client).await);
    assert_eq!(sessions(&world).await, 1);
}

#[rocket::async_test]
async fn they_come_back_to_where_they_were_and_stay_if_they_like() {
    let (world, _, app) = world().await;
    let client = world.client().await;
    let fields = [("who", "noodle"), ("password", PASSWORD), ("remember", "yes"), ("next", "/settings/password")];
    submit(&client, "/login", "/login", &fields).await;
    let answer = enter(&client, &app.code()).await;
    assert_eq!(answer.header("Location"), Some("/settings/password"));
    let remembered: bool = sqlx::query_scalar("SELECT remembered FROM sessions").fetch_one(&world.pool).await.unwrap();
    assert!(remembered);
    let other = world.client().await;
    let fields = [("who", "noodle"), ("password", PASSWORD), ("next", "//evil.example")];
    submit(&other, "/login", "/login", &fields).await;
    assert_eq!(enter(&other, &app.next_code()).await.header("Location"), Some("/"));
}

#[rocket::async_test]
async fn a_code_that_is_wrong_or_used_says_so_and_the_password_need_not_be_typed_again() {
    let (world, _, app) = world().await;
    let (client, other) = (world.client().await, world.client().await);
    log_in(&client, "noodle").await;
    for (code, why) in [
        ("", "Enter the code that your app shows."),
        ("12345", "A code has 6 digits"),
        ("000000", "This code is wrong."),
        ("0000 0000 0000 0000 0000", "This code is wrong."),
    ] {
        let page = enter(&client, code).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{code}");
        assert!(page.text().contains(why), "{code}: {}", page.text());
        assert!(page.html.contains("<title>Error: Enter a code"), "{code}");
        assert!(page.html.contains(r#"aria-invalid="true" aria-describedby="code-error code-hint""#), "{code}");
    }
    let code = app.code();
    log_in(&other, "noodle").await;
    assert_eq!(enter(&other, &code).await.status, Status::SeeOther);
    let page = enter(&client, &code).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.text().contains("This code was used already."), "{}", page.text());
    assert!(!is_in(&client).await);
    assert_eq!(enter(&client, &app.next_code()).await.status, Status::SeeOther);
    assert!(is_in(&client).await);
}

#[rocket::async_test]
async fn a_recovery_code_opens_once_and_says_how_many_are_left() {
    let (world, _, app) = world().await;
    let (client, other) = (world.client().await, world.client().await);
    log_in(&client, "noodle").await;
    assert_eq!(enter(&client, &app.recovery[0]).await.header("Location"), Some("/"));
    assert!(get(&client, "/settings").await.text().contains("You used a recovery code. 9 are left."));
    log_in(&other, "noodle").await;
    let page = enter(&other, &app.recovery[0]).await;
    assert!(page.text().contains("This code was used already."), "{}", page.text());
    assert!(!is_in(&other).await);
}

#[rocket::async_test]
async fn of_a_doubled_click_either_answer_leads_in_and_back_to_where_they_were() {
    let (world, _, app) = world().await;
    for (code, said) in [(app.code(), ""), (app.recovery[0].clone(), "You used a recovery code. 9 are left.")] {
        let client = world.client().await;
        let fields = [("who", "noodle"), ("password", PASSWORD), ("next", "/settings/password")];
        submit(&client, "/login", "/login", &fields).await;
        let body = format!("csrf={}&code={}", get(&client, "/login/code").await.csrf(), code.replace(' ', "+"));
        let late = client.post("/login/code").header(ContentType::Form).body(&body);
        for answer in post_twice(&client, "/login/code", &body).await {
            assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/settings/password")));
        }
        let page = get(&client, "/settings/password").await;
        assert!(page.status == Status::Ok && page.text().contains(said), "{}", page.text());
        // What was sent then and comes minutes later is a code that was used already.
        let old = "UPDATE sessions SET created_at = now() - interval '2 minutes'";
        assert_eq!(sqlx::query(old).execute(&world.pool).await.unwrap().rows_affected(), 1, "one login");
        assert_eq!(Page::of(late.dispatch().await).await.status, Status::UnprocessableEntity);
        sqlx::query("DELETE FROM sessions").execute(&world.pool).await.unwrap();
    }
}

#[rocket::async_test]
async fn a_used_code_is_no_second_click_of_whoever_knows_the_browsers_cookie_of_before() {
    let (world, _, app) = world().await;
    let (client, thief) = (world.client().await, world.client().await);
    get(&client, "/login").await;
    let before: Vec<_> = client.cookies().iter().cloned().collect();
    let code = app.code();
    log_in(&client, "noodle").await;
    assert_eq!(enter(&client, &code).await.header("Location"), Some("/"));
    let form = Page::of(thief.get("/login").cookies(before.clone()).dispatch().await).await;
    let body = format!("csrf={}&who=noodle&next=&password={}", form.csrf(), PASSWORD.replace(' ', "+"));
    let request = thief.post("/login").header(ContentType::Form).cookies(before);
    assert_eq!(Page::of(request.body(body).dispatch().await).await.header("Location"), Some("/login/code"));
    let page = enter(&thief, &code).await;
    assert!(page.text().contains("This code was used already."), "{}", page.text());
    assert!(is_in(&client).await && !is_in(&thief).await);
}

#[rocket::async_test]
async fn a_used_recovery_code_is_told_by_mail_and_so_is_the_end_of_two_factor() {
    let (world, _, app) = world().await;
    world.drain().await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    enter(&client, &app.recovery[0]).await;
    let mail = only(&world).await;
    assert_eq!((mail.header("To"), mail.header("Subject")), told("A recovery code was used"));
    assert!(mail.text.contains("You have 9 recovery codes left."), "{}", mail.text);
    let off = "/settings/two-factor/off";
    submit(&client, off, off, &[("password", PASSWORD), ("code", &app.recovery[1])]).await;
    let mail = only(&world).await;
    assert_eq!((mail.header("To"), mail.header("Subject")), told("Logging in no longer takes a code"));
}

fn told(subject: &str) -> (String, String) {
    ("noodle@example.com".to_owned(), subject.to_owned())
}

#[rocket::async_test]
async fn whoever_did_not_enter_the_password_here_is_asked_for_it() {
    let (world, account, app) = world().await;
    let client = world.client().await;
    let page = get(&client, "/login/code").await;
    assert_eq!((page.status, page.header("Location")), (Status::SeeOther, Some("/login")));
    let csrf = get(&client, "/login").await.csrf();
    let page = post(&client, "/login/code", &format!("csrf={csrf}&code={}", app.code())).await;
    assert_eq!(page.header("Location"), Some("/login"));
    // Between password and code the account may change.
    for change in [
        "UPDATE accounts SET password_hash = 'another' WHERE id = $1",
        "UPDATE accounts SET suspended_at = now(), suspension = 'Spoons.' WHERE id = $1",
        "DELETE FROM two_factor WHERE account = $1",
        "UPDATE accounts SET password_hash = NULL, email = NULL, email_verified_at = NULL, deleted_at = now() WHERE id = $1",
    ] {
        let client = world.client().await;
        let before: String = sqlx::query_scalar("SELECT password_hash FROM accounts WHERE id = $1")
            .bind(account)
            .fetch_one(&world.pool)
            .await
            .unwrap();
        log_in(&client, "noodle").await;
        let csrf = get(&client, "/login/code").await.csrf();
        sqlx::query(change).bind(account).execute(&world.pool).await.unwrap();
        let page = post(&client, "/login/code", &format!("csrf={csrf}&code={}", app.code())).await;
        assert_eq!((page.status, page.header("Location")), (Status::SeeOther, Some("/login")), "{change}");
        assert!(get(&client, "/login").await.text().contains("Log in again."), "{change}");
        assert_eq!(sessions(&world).await, 0, "{change}");
        sqlx::query("UPDATE accounts SET password_hash = $2, suspended_at = NULL, suspension = NULL WHERE id = $1 AND deleted_at IS NULL")
            .bind(account)
            .bind(before)
            .execute(&world.pool)
            .await
            .unwrap();
        if change.starts_with("DELETE") {
            world.guard(account).await;
        }
    }
}

#[rocket::async_test]
async fn too_many_codes_are_braked_for_the_account_in_every_process_and_after_a_restart() {
    let (world, _, app) = world().await;
    let first = world.client().await;
    log_in(&first, "noodle").await;
    for _ in 0..10 {
        assert_eq!(enter(&first, "000000").await.status, Status::UnprocessableEntity);
    }
    drop(first);
    let second = world.client().await;
    log_in(&second, "noodle").await;
    let page = enter(&second, &app.code()).await;
    assert_eq!(page.status, Status::TooManyRequests, "not even a right one");
    assert_eq!(page.header("Retry-After"), Some("600"));
    assert!(!is_in(&second).await);
    let biscuit = world.member("biscuit").await;
    let other = world.guard(biscuit).await;
    let third = world.client().await;
    log_in(&third, "biscuit").await;
    assert_eq!(enter(&third, &other.code()).await.status, Status::SeeOther, "others are not braked");
}

#[rocket::async_test]
async fn somebody_who_is_suspended_is_told_why_once_the_password_is_right_and_only_then() {
    let (world, account, _) = world().await;
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::accounts::rights::suspend(&mut tx, None, account, "Photos of spoons.").await.unwrap();
    tx.commit().await.unwrap();
    let client = world.client().await;
    let page = log_in(&client, "noodle").await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.text().contains("This account is suspended. Photos of spoons."), "{}", page.text());
    let fields = [("who", "noodle"), ("password", "wrong"), ("next", "")];
    let page = submit(&client, "/login", "/login", &fields).await;
    assert!(!page.text().contains("suspended"), "{}", page.text());
}

async fn sessions(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&world.pool).await.unwrap()
}
