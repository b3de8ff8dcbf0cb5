//! What was compared before a change and is used after it. Every test holds the change open, lets the other one run until it
//! waits for that, and only then commits.

use chrono::Utc;
use ratemyderp::accounts::session::{self, Browser, Login};
use ratemyderp::accounts::two_factor::{self, Code, Vault};
use ratemyderp::accounts::{Password, Passwords, recovery, rights};
use rocket::http::{RawStr, Status};
use rocket::local::asynchronous::Client;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::mail::sent;
use crate::support::authenticator::Authenticator;
use crate::support::{PASSWORD, World};
use crate::web::page::{Page, get, log_in, post, post_as, submit};

/// The owner's new one.
const ANOTHER: &str = "crooked lanterns hum at noon";

/// What a thief would like it to be.
const THIEFS: &str = "seven purple llamas yodel";

async fn world() -> (World, i64, Client) {
    let world = World::new().await;
    let account = world.member("noodle").await;
    let client = world.client().await;
    (world, account, client)
}

async fn hash(password: &str) -> String {
    let password = Password::parse(password, &[]).expect("a good password");
    Passwords::new().expect("a hasher").hash(password).await.expect("a hash")
}

/// Sends a form that is open already, and commits a change once the form's handler waits for it.
async fn meanwhile(
    world: &World,
    change: Transaction<'_, Postgres>,
    client: &Client,
    path: &str,
    fields: &[(&str, &str)],
) -> Page {
    let body = form(fields);
    let commit = async {
        world.until_blocked(1).await;
        change.commit().await.expect("commit");
    };
    tokio::join!(post(client, path, &body), commit).0
}

fn form(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| format!("{name}={}", RawStr::new(value).percent_encode());
    fields.iter().map(field).collect::<Vec<_>>().join("&")
}

async fn open(client: &Client, form: &str) -> String {
    get(client, form).await.csrf()
}

/// Brakes by the name that their keys begin with.
async fn brakes(world: &World, name: &str) -> i64 {
    world.count(&format!("throttles WHERE key LIKE '{name}:%'")).await
}

#[rocket::async_test]
async fn a_password_that_is_changed_meanwhile_lets_nobody_in_and_frees_no_brake() {
    let (world, account, client) = world().await;
    let csrf = open(&client, "/login").await;
    let mut change = world.pool.begin().await.unwrap();
    recovery::change(&mut change, account, None, &hash(ANOTHER).await).await.unwrap();
    let fields = [("csrf", csrf.as_str()), ("who", "noodle"), ("password", PASSWORD), ("next", "")];
    let page = meanwhile(&world, change, &client, "/login", &fields).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.text().contains("Something about this account has changed just now."), "{}", page.text());
    assert_eq!(world.count("sessions").await, 0);
    assert_eq!(brakes(&world, "login").await, 1, "a right guess is a guess");
    let fields = [("who", "noodle"), ("password", ANOTHER), ("next", "")];
    assert_eq!(submit(&client, "/login", "/login", &fields).await.status, Status::SeeOther);
    assert_eq!(world.count("sessions").await, 1);
    assert_eq!(brakes(&world, "login").await, 0, "free again with the session");
}

#[rocket::async_test]
async fn a_login_that_was_first_is_ended_by_the_change_that_waited_for_it() {
    let (world, account, _) = world().await;
    let browser = Browser { name: "Firefox on Linux".into(), network: "192.0.2.x".into() };
    let proof = world.proof(account).await;
    let mut entering = world.pool.begin().await.unwrap();
    let login = Login { browser: &browser, known: true, begun_by: Uuid::new_v4(), remembered: true };
    assert!(session::start(&mut entering, &proof, login).await.unwrap().is_some());
    let (hash, pool) = (hash(ANOTHER).await, world.pool.clone());
    let changing = tokio::spawn(async move {
        let mut tx = pool.begin().await.unwrap();
        recovery::change(&mut tx, account, None, &hash).await.unwrap();
        tx.commit().await.unwrap();
    });
    world.until_blocked(1).await;
    entering.commit().await.unwrap();
    changing.await.unwrap();
    assert_eq!(world.count("sessions").await, 0);
    let mut tx = world.pool.begin().await.unwrap();
    assert!(session::start(&mut tx, &proof, login).await.unwrap().is_none(), "nor does it let anybody in later");
}

#[rocket::async_test]
async fn two_factor_that_is_switched_on_meanwhile_wants_its_code() {
    let (world, account, client) = world().await;
    let vault = Vault::new(world.config().secret().unwrap());
    let mut change = world.pool.begin().await.unwrap();
    two_factor::begin(&mut change, &vault, account).await.unwrap();
    change.commit().await.unwrap();
    let csrf = open(&client, "/login").await;
    let mut change = world.pool.begin().await.unwrap();
    let key = two_factor::pending(&mut change, &vault, account).await.unwrap().unwrap();
    let app = Authenticator::new(&key.in_groups());
    let code = Code::parse(&app.code()).ok().unwrap();
    two_factor::confirm(&mut change, &vault, account, &code, Utc::now()).await.unwrap().unwrap();
    session::end_others(&mut change, account, None).await.unwrap();
    let fields = [("csrf", csrf.as_str()), ("who", "noodle"), ("password", PASSWORD), ("next", "")];
    let page = meanwhile(&world, change, &client, "/login", &fields).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert_eq!(world.count("sessions").await, 0);
    assert_eq!(log_in(&client, "noodle").await.header("Location"), Some("/login/code"));
}

#[rocket::async_test]
async fn whoever_is_suspended_meanwhile_stays_out() {
    let (world, account, client) = world().await;
    let csrf = open(&client, "/login").await;
    let mut change = world.pool.begin().await.unwrap();
    rights::suspend(&mut change, None, account, "Photos of spoons.").await.unwrap();
    let fields = [("csrf", csrf.as_str()), ("who", "noodle"), ("password", PASSWORD), ("next", "")];
    let page = meanwhile(&world, change, &client, "/login", &fields).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert_eq!(world.count("sessions").await, 0);
}

#[rocket::async_test]
async fn a_right_code_is_worth_nothing_after_the_password_or_the_factor_has_changed() {
    let (world, account, client) = world().await;
    let app = world.guard(account).await;
    for what in ["password", "factor"] {
        log_in(&client, "noodle").await;
        let csrf = open(&client, "/login/code").await;
        let mut change = world.pool.begin().await.unwrap();
        match what {
            "password" => recovery::change(&mut change, account, None, &hash(PASSWORD).await).await.unwrap(),
            _ => assert!(two_factor::switch_off(&mut change, account).await.unwrap()),
        }
        let fields = [("csrf", csrf.as_str()), ("code", &app.code())];
        let page = meanwhile(&world, change, &client, "/login/code", &fields).await;
        assert_eq!(page.header("Location"), Some("/login"), "{what}");
        assert_eq!(world.count("sessions").await, 0, "{what}");
        assert!(brakes(&world, "login").await == 1 && brakes(&world, "code").await == 1, "{what}");
    }
    assert_eq!(log_in(&client, "noodle").await.header("Location"), Some("/"));
}

#[rocket::async_test]
async fn the_code_alone_frees_the_brake_on_the_password() {
    let (world, account, client) = world().await;
    let app = world.guard(account).await;
    log_in(&client, "noodle").await;
    assert_eq!(brakes(&world, "login").await, 1);
    submit(&client, "/login/code", "/login/code", &[("code", &app.code())]).await;
    assert_eq!((brakes(&world, "login").await, brakes(&world, "code").await), (0, 0));
}

#[rocket::async_test]
async fn a_link_that_a_new_password_makes_worthless_meanwhile_changes_nothing() {
    let (world, account, client) = world().await;
    submit(&client, "/password/forgot", "/password/forgot", &[("email", "noodle@example.com")]).await;
    let link = format!("/password/reset/{}", sent(&world).await[0].link("/password/reset/"));
    let csrf = open(&client, &link).await;
    let new = hash(ANOTHER).await;
    let mut change = world.pool.begin().await.unwrap();
    recovery::change(&mut change, account, None, &new).await.unwrap();
    let page = meanwhile(&world, change, &client, &link, &[("csrf", &csrf), ("password", THIEFS)]).await;
    assert_eq!(page.status, Status::Gone);
    assert_eq!(stored(&world).await, new);
}

async fn stored(world: &World) -> String {
    let stored = sqlx::query_scalar("SELECT password_hash FROM accounts WHERE username = 'noodle'");
    stored.fetch_one(&world.pool).await.unwrap()
}

/// Somebody else is logged in as well, and the owner changes the password.
#[rocket::async_test]
async fn what_a_thief_confirms_with_the_old_password_is_refused_after_the_new_one() {
    let (world, account, client) = world().await;
    let new = hash(ANOTHER).await;
    for (path, fields) in [
        ("/settings/password", vec![("current", PASSWORD), ("password", THIEFS)]),
        ("/settings/email", vec![("email", "thief@example.com"), ("password", PASSWORD)]),
        ("/settings/delete", vec![("password", PASSWORD)]),
        ("/settings/two-factor", vec![("password", PASSWORD)]),
    ] {
        let mut reset = world.pool.begin().await.unwrap();
        recovery::change(&mut reset, account, None, &hash(PASSWORD).await).await.unwrap();
        reset.commit().await.unwrap();
        log_in(&client, "noodle").await;
        let csrf = open(&client, path).await;
        let mut change = world.pool.begin().await.unwrap();
        recovery::change(&mut change, account, None, &new).await.unwrap();
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields).collect();
        let page = meanwhile(&world, change, &client, path, &fields).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{path}");
        assert!(page.text().contains("Something about your account has changed just now."), "{path}: {}", page.text());
    }
    assert_eq!(stored(&world).await, new);
    assert_eq!(world.count("two_factor").await, 0);
    assert_eq!(world.count("accounts WHERE deletion_due_at IS NOT NULL").await, 0);
    assert!(sent(&world).await.iter().all(|mail| mail.header("To") != "thief@example.com"));
}

#[rocket::async_test]
async fn a_first_code_of_somebody_who_is_logged_out_meanwhile_switches_nothing_on() {
    let (world, account, client) = world().await;
    log_in(&client, "noodle").await;
    submit(&client, "/settings/two-factor", "/settings/two-factor", &[("password", PASSWORD)]).await;
    let page = get(&client, "/settings/two-factor").await;
    let vault = Vault::new(world.config().secret().unwrap());
    let key = two_factor::pending(&mut world.pool.acquire().await.unwrap(), &vault, account).await.unwrap().unwrap();
    let code = Authenticator::new(&key.in_groups()).code();
    let mut change = world.pool.begin().await.unwrap();
    recovery::change(&mut change, account, None, &hash(ANOTHER).await).await.unwrap();
    let fields = [("csrf", page.csrf()), ("code", code)];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    meanwhile(&world, change, &client, "/settings/two-factor/confirm", &fields).await;
    assert_eq!(world.count("two_factor").await, 0, "nor does the key wait any longer");
}

#[rocket::async_test]
async fn the_second_click_of_a_newcomer_is_no_way_around_a_new_password() {
    let (world, _, client) = world().await;
    let csrf = open(&client, "/join").await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "pickle"),
        ("display_name", "Pickle"),
        ("email", "pickle@example.com"),
        ("password", THIEFS),
        ("next", ""),
    ];
    let cookie = client.cookies().get("visitor").unwrap().clone().into_owned();
    post(&client, "/join", &form(&fields)).await;
    assert_eq!(world.count("sessions").await, 1);
    let second = world.client().await;
    let account = sqlx::query_scalar("SELECT id FROM accounts WHERE username = 'pickle'");
    let account = account.fetch_one(&world.pool).await.unwrap();
    // The new password logs all out; the first click's session is kept here, so that the second one is tried.
    let kept = sqlx::query_scalar("SELECT id FROM sessions").fetch_one(&world.pool).await.unwrap();
    let mut change = world.pool.begin().await.unwrap();
    recovery::change(&mut change, account, Some(kept), &hash(ANOTHER).await).await.unwrap();
    let body = form(&fields);
    let commit = async {
        world.until_blocked(1).await;
        change.commit().await.expect("commit");
    };
    let page = tokio::join!(post_as(&second, "/join", &body, &cookie), commit).0;
    assert_eq!(page.status, Status::UnprocessableEntity, "{}", page.text());
    assert_eq!(get(&second, "/settings").await.status, Status::SeeOther);
}
