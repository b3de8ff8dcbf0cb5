//! The login form: where it leads, and whom it keeps out.

mod code;
mod merge;

use rocket::http::{Cookie, Status};

use crate::mail::{only, sent};
use crate::support::{PASSWORD, World};
use crate::web::members::{assert_wrong, is_logged_in, log_in_with, typed};
use crate::web::page::{get, log_in, post_twice, submit};

#[tokio::test]
async fn people_come_back_to_where_they_were() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.member("noodle").await;
    for here in [format!("/submissions/{photo}?statistics=1"), "/leaderboard".into(), "/settings/email".into()] {
        let client = world.client().await;
        let page = get(&client, &here).await;
        let way = match page.header("Location") {
            Some(to_login) => to_login.to_owned(),
            None => page.between("<li><a href=\"/login", "\"").map(|rest| format!("/login{rest}")).expect("a link"),
        };
        let form = get(&client, &way).await;
        let next = form.between("name=\"next\" value=\"", "\"").unwrap();
        assert_eq!(next, here);
        // A slip does not lose the way.
        let wrong = submit(&client, &way, "/login", &[("who", "noodle"), ("password", "wrong"), ("next", &next)]).await;
        assert_wrong(&wrong, "who", "The name or the password is wrong.");
        assert_eq!((typed(&wrong, "who").as_str(), typed(&wrong, "password").as_str()), ("noodle", ""));
        assert_eq!(wrong.between("name=\"next\" value=\"", "\"").unwrap(), here);
        let join = wrong.between("New here? <a href=\"", "\"").unwrap();
        let to_join = get(&client, &join).await;
        assert_eq!(to_join.between("name=\"next\" value=\"", "\"").unwrap(), here, "nor does joining instead");
        let back = submit(&client, &way, "/login", &[("who", "noodle"), ("password", PASSWORD), ("next", &next)]).await;
        assert_eq!(back.header("Location"), Some(here.as_str()));
        assert_eq!(get(&client, &way).await.header("Location"), Some(here.as_str()), "who is logged in goes on");
    }
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let world = World::new().await;
    world.member("noodle").await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/%0d%0aSet-Cookie:x",
        "javascript:alert(1)",
        " /settings",
        "/\t/evil.example",
        "evil.example",
    ] {
        let client = world.client().await;
        let encoded = rocket::http::RawStr::new(next).percent_encode().to_string();
        let form = get(&client, &format!("/login?next={encoded}")).await;
        assert!(!form.html.contains("evil"), "{next}");
        let fields = [("who", "noodle"), ("password", PASSWORD), ("next", next)];
        let to = submit(&client, "/login", "/login", &fields).await;
        let to = to.header("Location").unwrap();
        assert!(to == "/" || (next.starts_with("/%") && to == next), "{next} leads to {to}");
        let onward = get(&client, &format!("/login?next={encoded}")).await;
        assert!(!onward.header("Location").unwrap().contains("evil"), "{next}");
    }
}

#[tokio::test]
async fn a_suspended_member_is_told_why_and_nobody_else_is() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::accounts::rights::suspend(&mut tx, None, noodle, "Photos of spoons.").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!is_logged_in(&client).await, "at once");
    assert_wrong(&log_in(&client, "noodle").await, "who", "This account is suspended. Photos of spoons.");
    let stranger = log_in_with(&client, "noodle", "wrong").await;
    assert_wrong(&stranger, "who", "The name or the password is wrong.");
    assert!(!stranger.text().contains("suspended") && !stranger.text().contains("spoons"));
}

#[tokio::test]
async fn whatever_is_typed_is_answered() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    let (ascii, cjk) = ("x".repeat(10_000), "猫".repeat(10_000));
    for who in ["", " "] {
        assert_wrong(&log_in_with(&client, who, PASSWORD).await, "who", "Enter your username or your email address.");
    }
    assert_wrong(&log_in_with(&client, "noodle", "").await, "password", "Enter your password.");
    for who in ["noodle\0", "' OR 1=1 --", "%", "noodle@", &ascii, &cjk] {
        let page = log_in_with(&client, who, PASSWORD).await;
        assert_wrong(&page, "who", "The name or the password is wrong.");
    }
    for password in [ascii.as_str(), &cjk, &format!("{PASSWORD} "), &PASSWORD.to_uppercase()] {
        assert_wrong(&log_in_with(&client, "noodle", password).await, "who", "The name or the password is wrong.");
    }
    assert!(!is_logged_in(&client).await);
}

#[tokio::test]
async fn staying_logged_in_is_a_choice_and_every_login_has_a_session_of_its_own() {
    let world = World::new().await;
    world.member("noodle").await;
    let cookie = async |remember: bool| {
        let client = world.client().await;
        let mut fields = vec![("who", "noodle"), ("password", PASSWORD), ("next", "")];
        fields.extend(remember.then_some(("remember", "yes")));
        submit(&client, "/login", "/login", &fields).await;
        let cookie = client.cookies().get("session").cloned().expect("a session");
        assert!(cookie.http_only() == Some(true) && cookie.path() == Some("/"));
        cookie
    };
    let (passing, lasting) = (cookie(false).await, cookie(true).await);
    assert_eq!((passing.max_age(), passing.expires_datetime()), (None, None), "ends with the browser");
    assert_eq!(lasting.max_age().map(|age| age.whole_days()), Some(60));
    assert_ne!(passing.value(), lasting.value());
    let ends = "SELECT remembered FROM sessions WHERE expires_at BETWEEN now() + interval '59 days' AND now() + interval '61 days'";
    assert_eq!(sqlx::query_scalar::<_, bool>(ends).fetch_all(&world.pool).await.unwrap(), [true]);
    // Logging in once more ends the session before it.
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let stale = get(&client, "/settings/password").await.csrf();
    let body = format!("csrf={stale}&who=noodle&next=&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(crate::web::page::post(&client, "/login", &body).await.status, Status::SeeOther);
    assert_eq!(world.count("sessions").await, 3);
}

#[tokio::test]
async fn a_login_gives_settings_back_to_whoever_lost_them() {
    let world = World::new().await;
    world.member("noodle").await;
    sqlx::query("DELETE FROM settings").execute(&world.pool).await.expect("deleted");
    let client = world.client().await;
    log_in(&client, "noodle").await;
    assert!(is_logged_in(&client).await, "and is not sent to log in again, and again");
}

#[tokio::test]
async fn a_member_is_told_of_a_browser_that_is_new_and_of_no_other() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let (home, elsewhere) = (world.client().await, world.client().await);
    for _ in 0..2 {
        log_in(&home, "noodle").await;
        submit(&home, "/logout", "/logout", &[]).await;
    }
    log_in_with(&elsewhere, "noodle", "wrong").await;
    assert_eq!(sent(&world).await.len(), 0, "the first one, and known from then on");
    let csrf = get(&elsewhere, "/login").await.csrf();
    let body = format!("csrf={csrf}&who=noodle&next=&password={}", PASSWORD.replace(' ', "+"));
    post_twice(&elsewhere, "/login", &body).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "noodle@example.com");
    assert_eq!(mail.header("Subject"), "Somebody logged in with a new browser");
    assert!(mail.text.contains("Unknown browser, network"), "{}", mail.text);
    submit(&elsewhere, "/logout", "/logout", &[]).await;
    log_in(&elsewhere, "noodle").await;
    assert_eq!(sent(&world).await.len(), 0, "told once");
}

#[tokio::test]
async fn a_doubled_click_is_one_login() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    let csrf = get(&client, "/login").await.csrf();
    let body = format!("csrf={csrf}&who=noodle&next=%2Fabout&password={}", PASSWORD.replace(' ', "+"));
    for answer in post_twice(&client, "/login", &body).await {
        assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/about")));
        // Whichever answer is the last to arrive, its cookies are those that the browser keeps.
        let browser = world.client().await;
        let cookies = answer.cookies().map(|cookie| Cookie::parse_encoded(cookie.to_owned()).unwrap());
        let settings = browser.get("/settings").cookies(cookies).dispatch().await;
        assert_eq!(settings.status(), Status::Ok);
    }
    assert_eq!(world.count("sessions").await, 1);
}

#[tokio::test]
async fn what_is_left_empty_is_asked_for_and_costs_no_attempt() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    let fields = |who, password| [("who", who), ("password", password), ("next", "")];
    for _ in 0..30 {
        let empty = submit(&client, "/login", "/login", &fields(" ", "")).await;
        assert_wrong(&empty, "who", "Enter your username or your email address.");
        assert_wrong(&empty, "password", "Enter your password.");
    }
    let forgotten = submit(&client, "/login", "/login", &fields("noodle", "")).await;
    assert_wrong(&forgotten, "password", "Enter your password.");
    assert!(!forgotten.html.contains("who-error"));
    let wrong = submit(&client, "/login", "/login", &fields("noodle", "wrong")).await;
    assert_wrong(&wrong, "who", "The name or the password is wrong.");
    assert_wrong(&wrong, "password", "Enter your password again.");
    submit(&client, "/login", "/login", &fields("noodle", PASSWORD)).await;
    assert!(is_logged_in(&client).await);
}
