//! The join form.

use rocket::http::{ContentType, RawStr, Status};

use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, assert_wrong, is_logged_in, join, log_in_with, mailed, newcomer, press, typed};
use crate::web::page::{Page, get, log_in, post, post_twice, rate};

#[tokio::test]
async fn somebody_joins_confirms_and_comes_back_by_either_name() {
    let world = World::new().await;
    let client = world.client().await;
    assert_eq!(join(&client, &[("next", "/leaderboard")]).await.header("Location"), Some("/leaderboard"));
    assert!(get(&client, "/leaderboard").await.text().contains("Welcome! We have sent you a mail"));
    assert!(is_logged_in(&client).await);
    assert!(get(&client, "/settings").await.text().contains("You have not confirmed your address yet."));
    let link = mailed(&world, "noodle@example.com", "/verify/").await;
    // The mail may be opened on the phone, where nobody is logged in.
    let phone = world.client().await;
    let page = press(&phone, &link).await;
    assert_eq!((page.status, page.between("<h1>", "</h1>").as_deref()), (Status::Ok, Some("Thank you")));
    assert!(!get(&client, "/settings").await.text().contains("You have not confirmed"));
    for who in ["noodle", "NOODLE", "Noodle@Example.com", " noodle@example.com "] {
        let browser = world.client().await;
        assert_eq!(log_in_with(&browser, who, ANOTHER).await.status, Status::SeeOther, "{who}");
        assert!(is_logged_in(&browser).await);
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_what_was_typed_stays() {
    let world = World::new().await;
    world.member("pickle").await;
    let accounts = world.count("accounts").await;
    let (ascii, cjk) = ("x".repeat(10_000), "猫".repeat(10_000));
    let client = world.client().await;
    for (field, value, words) in [
        ("username", "", "Choose a username."),
        ("username", "admin", "This username is not available."),
        ("username", "House", "This username is not available."),
        ("username", "deleted-7", "This username is not available."),
        ("username", "pickle", "This username is taken."),
        ("username", "PICKLE", "This username is taken."),
        ("username", "nööd", "the letters a to z"),
        ("username", "noodle\u{202E}", "the letters a to z"),
        ("username", &ascii, "3 to 20 characters"),
        ("username", &cjk, "the letters a to z"),
        ("display_name", "  ", "Enter the name that others will see."),
        ("display_name", "a\u{202E}b", "invisible"),
        ("display_name", "a\0b", "invisible"),
        ("display_name", &ascii, "60 characters; it has 10000."),
        ("display_name", &cjk, "60 characters; it has 10000."),
        ("email", "", "Enter your email address."),
        ("email", "noodle", "such as noodle@example.com"),
        ("email", "noodle@localhost", "such as noodle@example.com"),
        ("email", "a@b@example.com", "such as noodle@example.com"),
        ("email", "\"noo dle\"@example.com", "such as noodle@example.com"),
        ("email", "noodle@example.com\r\nBcc: all@example.com", "such as noodle@example.com"),
        ("email", &ascii, "too long to receive mail"),
        ("email", &cjk, "too long to receive mail"),
        ("password", "", "Choose a password."),
        ("password", "short", "at least 10 characters; this one has 5."),
        ("password", "password1234", "easy to guess"),
        ("password", "noodlenoodle", "Three or four words"),
        ("password", &ascii, "at most 200 characters; this one has 10000."),
        ("password", &cjk, "at most 200 characters; this one has 10000."),
    ] {
        let page = join(&client, &[(field, value)]).await;
        let name: String = value.chars().take(30).collect();
        assert_wrong(&page, field, words);
        for (other, right) in newcomer(&[]).into_iter().take(3).filter(|(other, _)| *other != field) {
            assert_eq!(typed(&page, other), right, "{field} {name:?}: {other} was right, and stays");
        }
        assert_eq!(typed(&page, "password"), "", "never sent back");
        if value == ascii && field != "password" {
            assert_eq!(typed(&page, field), value, "{field}");
        }
    }
    assert_eq!(world.count("accounts").await, accounts);
    assert_eq!(world.count("sessions").await + world.count("mails WHERE notification->>'account' <> '2'").await, 0);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let world = World::new().await;
    let client = world.client().await;
    let wrong = [("username", "x"), ("display_name", ""), ("email", "x"), ("password", "x")];
    let page = join(&client, &wrong).await;
    for (field, _) in wrong {
        assert_wrong(&page, field, "");
    }
}

#[tokio::test]
async fn addresses_of_the_whole_world_can_join() {
    let world = World::new().await;
    for (username, address) in
        [("zoe", "zoë@exämple.de"), ("maomi", "用户@例子.广告"), ("plus", "a.b+c@mail.example.co.uk")]
    {
        let client = world.client().await;
        let joined = join(&client, &[("username", username), ("email", address)]).await;
        assert_eq!(joined.status, Status::SeeOther, "{address}: {}", joined.text());
        let stored: String = sqlx::query_scalar("SELECT email FROM accounts WHERE username = $1")
            .bind(username)
            .fetch_one(&world.pool)
            .await
            .unwrap();
        assert_eq!(stored, address);
    }
}

#[tokio::test]
async fn of_two_who_want_the_same_name_at_once_one_gets_it() {
    let world = World::new().await;
    for round in 0..5 {
        let name = format!("noodle{round}");
        let (first, second) = (world.client().await, world.client().await);
        let mails = [format!("a{round}@example.com"), format!("b{round}@example.com")];
        let [first_form, second_form] = mails.each_ref().map(|mail| [("username", name.as_str()), ("email", mail)]);
        let (a, b) = tokio::join!(join(&first, &first_form), join(&second, &second_form));
        let (lucky, late) = if a.status == Status::SeeOther { (a, b) } else { (b, a) };
        assert_eq!(lucky.status, Status::SeeOther);
        assert_wrong(&late, "username", "This username is taken.");
    }
    assert_eq!(world.count("accounts WHERE username LIKE 'noodle%'").await, 5);
    assert_eq!((world.count("mails").await, world.count("sessions").await), (5, 5));
    world.whole().await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_account() {
    let world = World::new().await;
    let client = world.client().await;
    let csrf = get(&client, "/join").await.csrf();
    let body: String =
        newcomer(&[]).iter().map(|(name, value)| format!("{name}={}&", RawStr::new(value).percent_encode())).collect();
    let body = format!("{body}csrf={csrf}");
    assert_eq!(post(&client, "/join", &body).await.status, Status::SeeOther);
    let again = post(&client, "/join", &body).await;
    assert_eq!(again.status, Status::Forbidden);
    assert!(again.text().contains("This page was too old"), "{}", again.text());
    assert_eq!(world.count("accounts WHERE username = 'noodle'").await, 1);
    assert!(is_logged_in(&client).await);
}

#[tokio::test]
async fn of_a_doubled_click_either_answer_says_welcome() {
    let world = World::new().await;
    for name in ["noodle", "biscuit"] {
        let client = world.client().await;
        let csrf = get(&client, "/join").await.csrf();
        let body = format!(
            "csrf={csrf}&username={name}&display_name=N&email={name}%40example.com&next=%2Fabout&password={}",
            ANOTHER.replace(' ', "+")
        );
        for answer in post_twice(&client, "/join", &body).await {
            assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/about")));
        }
        assert!(get(&client, "/about").await.text().contains("Welcome!") && is_logged_in(&client).await);
        // Another browser with the same name is somebody else.
        assert_wrong(&join(&world.client().await, &[("username", name)]).await, "username", "This username is taken.");
    }
    assert_eq!((world.count("mails").await, world.count("sessions").await), (2, 2));
}

#[tokio::test]
async fn whoever_knows_a_browsers_cookie_of_before_does_not_get_its_account() {
    let world = World::new().await;
    let (client, thief) = (world.client().await, world.client().await);
    get(&client, "/join").await;
    let before: Vec<_> = client.cookies().iter().cloned().collect();
    assert_eq!(join(&client, &[]).await.status, Status::SeeOther);
    let page = thief.get("/join").cookies(before.clone()).dispatch().await;
    let csrf = Page::of(page).await.csrf();
    let body = |password: &str| {
        let password = password.replace(' ', "+");
        format!("csrf={csrf}&username=noodle&display_name=N&email=thief%40example.com&next=&password={password}")
    };
    let send = async |password: &str| {
        let request = thief.post("/join").header(ContentType::Form).cookies(before.clone());
        Page::of(request.body(body(password)).dispatch().await).await
    };
    assert_wrong(&send(PASSWORD).await, "username", "This username is taken.");
    assert!(is_logged_in(&client).await, "and nobody was logged out");
    assert!(!is_logged_in(&thief).await);
}

#[tokio::test]
async fn whoever_has_not_confirmed_votes_but_is_not_known_by_the_address() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.newcomer("noodle").await;
    world.drain().await;
    let client = world.client().await;
    assert_wrong(
        &log_in_with(&client, "noodle@example.com", PASSWORD).await,
        "who",
        "The name or the password is wrong.",
    );
    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
    let page = get(&client, "/").await;
    assert_eq!(rate(&client, &page, "7").await.status, Status::SeeOther);
    assert!(get(&client, &format!("/submissions/{photo}")).await.text().contains("You rated Marmalade 7"));
    let stranger = world.client().await;
    let asked =
        crate::web::page::submit(&stranger, "/password/forgot", "/password/forgot", &[("email", "noodle@example.com")]);
    assert_eq!(asked.await.status, Status::Ok);
    assert_eq!(crate::mail::sent(&world).await.len(), 0, "nobody has shown that they read it");
}

#[tokio::test]
async fn passwords_can_be_filled_in_by_a_password_manager() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    let expect = async |path: &str, fields: &[(&str, &str)]| {
        let page = get(&client, path).await;
        for (field, token) in fields {
            let input =
                page.between(&format!("<input id=\"{field}\""), ">").unwrap_or_else(|| panic!("{path} {field}"));
            assert!(input.contains(&format!("autocomplete=\"{token}\"")), "{path} {field}: {input}");
        }
    };
    expect(
        "/join",
        &[("username", "username"), ("display_name", "name"), ("email", "email"), ("password", "new-password")],
    )
    .await;
    expect("/login", &[("who", "username"), ("password", "current-password")]).await;
    expect("/password/forgot", &[("email", "email")]).await;
    log_in(&client, "noodle").await;
    expect("/settings/password", &[("current", "current-password"), ("password", "new-password")]).await;
    expect("/settings/email", &[("email", "email"), ("password", "current-password")]).await;
    expect("/settings/delete", &[("password", "current-password")]).await;
}
