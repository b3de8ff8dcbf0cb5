//! Forms that only our own pages can have sent.

use ratemyderp::accounts::Role;
use rocket::http::{ContentType, Method, Status};
use rocket::local::asynchronous::Client;

use super::rights::filled;
use crate::support::{World, files};
use crate::web::page::{get, log_in, post, post_with};

#[tokio::test]
async fn every_route_that_changes_something_wants_the_token_but_one_that_wants_a_signature() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    // Some are for members or moderators only, who are asked for it all the same.
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, Role::Operator).await;
    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
    let unsafe_routes: Vec<(Method, String)> = client
        .rocket()
        .routes()
        .filter(|route| !matches!(route.method, Method::Get | Method::Head | Method::Options))
        .map(|route| (route.method, route.uri.path().to_string()))
        .collect();
    assert!(!unsafe_routes.is_empty());
    assert!(unsafe_routes.iter().all(|(method, _)| *method == Method::Post), "only forms change things");
    let (signed, guarded): (Vec<_>, Vec<_>) =
        unsafe_routes.iter().partition(|(_, path)| path.starts_with("/unsubscribe/"));
    assert_eq!(signed.len(), 1, "mail programs have no token to send: {signed:?}");
    for link in ["photos-1-00112233445566778899aabbccddeeff", "photos-1-", "photos-1", "-"] {
        let answer = post(&client, &format!("/unsubscribe/{link}"), "List-Unsubscribe=One-Click").await;
        assert_eq!(answer.status, Status::NotFound, "{link}");
    }
    for (method, path) in guarded {
        let path = filled(&path.replace("<token>", &"0".repeat(64)));
        for body in ["score=7&reason=stolen", "csrf=&score=7&reason=stolen", "csrf=00&score=7&reason=stolen"] {
            let answer = post(&client, &path, body).await;
            // The one form with a file: `submissions::new` says that it asks for the token before it reads the file.
            let status = if path == "/submissions" { Status::UnprocessableEntity } else { Status::Forbidden };
            assert_eq!(answer.status, status, "{method} {path} with {body:?}");
        }
    }
    assert_eq!(world.ratings().await, 0);
}

#[tokio::test]
async fn a_form_cannot_dress_up_as_another_method() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    for method in ["GET", "DELETE", "PUT", "PATCH"] {
        let body = format!("_method={method}&csrf={}&score=7", page.csrf());
        let answer = post(&client, &format!("/submissions/{photo}/rating"), &body).await;
        assert_eq!(answer.status, Status::NotFound, "{method}");
    }
    assert_eq!(world.ratings().await, 0);
}

#[tokio::test]
async fn forms_from_elsewhere_are_refused() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    let (url, body) = (format!("/submissions/{photo}/rating"), format!("csrf={}&score=7", page.csrf()));
    for (name, value) in [
        ("Origin", "https://elsewhere.example"),
        ("Origin", "null"),
        ("Origin", "not a URL"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let answer = post_with(&client, &url, &body, name, value).await;
        assert_eq!(answer.status, Status::Forbidden, "{name}: {value}");
    }
    assert_eq!(world.ratings().await, 0);
    assert_eq!(post_with(&client, &url, &body, "Sec-Fetch-Site", "same-origin").await.status, Status::SeeOther);
}

#[tokio::test]
async fn somebody_elses_token_is_refused() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let (client, other) = (world.client().await, world.client().await);
    let page = get(&client, "/").await;
    let (own, foreign) = (page.csrf(), get(&other, "/").await.csrf());
    assert_ne!(own, get(&client, "/").await.csrf(), "masked afresh in each page");
    let url = format!("/submissions/{photo}/rating");
    assert_eq!(post(&client, &url, &format!("csrf={foreign}&score=7")).await.status, Status::Forbidden);
    assert_eq!(post(&client, &url, &format!("csrf={own}&score=7")).await.status, Status::SeeOther);
}

#[tokio::test]
async fn refused_cookies_are_explained() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let page = get(&world.client().await, "/").await;
    let url = format!("/submissions/{photo}/rating");
    let body = format!("csrf={}&score=7", page.csrf());
    let without = untracked(&world).await;
    let answer = post(&without, &url, &body).await;
    assert_eq!(answer.status, Status::Forbidden);
    assert!(answer.text().contains("We need one cookie"), "{}", answer.text());
    for forged in ["visitor=", "visitor=AAAA", "visitor=%7B%7D", "visitor=\u{1F42D}"] {
        let request = without.post(url.clone()).header(ContentType::Form);
        let request = request.header(rocket::http::Header::new("Cookie", forged));
        assert_eq!(request.body(&body).dispatch().await.status(), Status::Forbidden, "{forged}");
    }
    assert_eq!(world.ratings().await, 0);
}

async fn untracked(world: &World) -> Client {
    let config = world.config();
    let files = files(&config);
    let rocket = ratemyderp::web::rocket(world.figment(), config, files, world.storage.clone());
    let rocket = rocket.expect("a web process");
    Client::untracked(rocket).await.expect("a client")
}

#[tokio::test]
async fn whoever_came_over_https_stays_there() {
    let world = World::new().await;
    let plain = get(&world.client().await, "/about").await;
    assert_eq!(plain.header("Strict-Transport-Security"), None);
    let client = world.client_with(world.figment().merge(("cookies.secure", true))).await;
    let page = get(&client, "/").await;
    assert_eq!(page.header("Strict-Transport-Security"), Some("max-age=63072000"));
    assert!(
        page.header("Set-Cookie").is_some_and(|cookie| cookie.contains("; Secure")),
        "{:?}",
        page.header("Set-Cookie")
    );
}

#[tokio::test]
async fn a_form_with_more_fields_than_any_of_ours_is_refused() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let csrf = get(&client, "/").await.csrf();
    let url = format!("/submissions/{photo}/rating");
    for (fields, status) in [(100, Status::UnprocessableEntity), (50, Status::SeeOther)] {
        let body = format!("csrf={csrf}&score=7{}", "&a".repeat(fields));
        assert_eq!(post(&client, &url, &body).await.status, status, "{fields}");
    }
}

#[tokio::test]
async fn too_long_a_form_is_refused() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    let body = format!("csrf={}&score=7&padding={}", page.csrf(), "x".repeat(256 * 1024));
    let answer = post(&client, &format!("/submissions/{photo}/rating"), &body).await;
    assert_eq!(answer.status, Status::PayloadTooLarge);
    assert!(answer.text().contains("too long"));
    let not_text =
        client.post(format!("/submissions/{photo}/rating")).header(ContentType::Form).body([0xff, 0xfe, 0x00]);
    assert_eq!(not_text.dispatch().await.status(), Status::UnprocessableEntity);
    assert_eq!(world.ratings().await, 0);
}

#[tokio::test]
async fn the_wrong_method_and_the_wrong_address_get_a_page() {
    let world = World::new().await;
    let client = world.client().await;
    for path in [
        "/submissions/1/rating",
        "/nowhere",
        "/submissions/abc",
        "/submissions/",
        "/images/x/640.jpg",
        "/static/app.css",
        "/u/..%2f..%2fetc",
    ] {
        let answer = get(&client, path).await;
        assert_eq!(answer.status, Status::NotFound, "{path}");
        assert!(answer.text().contains("There is nothing here"), "{path}: {}", answer.text());
        assert!(
            answer.header("Content-Security-Policy").is_some_and(|policy| policy.starts_with("default-src 'none'"))
        );
    }
}

#[tokio::test]
async fn text_that_no_database_holds_is_refused_as_any_other() {
    let world = World::new().await;
    world.member("noodle").await;
    world.photo("Marmalade").await;
    let client = world.client().await;
    let routes: Vec<String> = client
        .rocket()
        .routes()
        .filter(|route| route.method == Method::Post && !route.uri.path().starts_with("/unsubscribe/"))
        .map(|route| filled(&route.uri.path().replace("<token>", &"0".repeat(64))))
        .collect();
    let fields = [
        "about",
        "account",
        "code",
        "current",
        "description",
        "display_name",
        "email",
        "next",
        "note",
        "password",
        "species",
        "theme",
        "time_zone",
        "title",
        "username",
        "who",
    ];
    for odd in ["%00", "a%00b", "%EF%BF%BF", "%F4%8F%BF%BF"] {
        for path in &routes {
            // Some log out.
            if get(&client, "/settings").await.status != Status::Ok {
                assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
            }
            let csrf = get(&client, "/settings/profile").await.csrf();
            let fields: String = fields.iter().map(|field| format!("&{field}={odd}")).collect();
            let answer = post(&client, path, &format!("csrf={csrf}{fields}&score=7&reason=other&crop=auto")).await;
            assert!(answer.status.code < 500, "{path} with {odd}: {}", answer.text());
        }
        for path in [
            "/leaderboard?after=",
            "/u/",
            "/ops/audit?account=",
            "/login?next=",
            "/submissions/1?statistics=",
            "/verify/",
        ] {
            assert!(get(&client, &format!("{path}{odd}")).await.status.code < 500, "{path}{odd}");
        }
    }
}
