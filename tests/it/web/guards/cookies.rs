//! How cookies are spelt.

use rocket::http::Status;

use crate::support::World;
use crate::web::page::{get, log_in, submit};

#[rocket::async_test]
async fn over_https_every_cookie_is_bound_to_this_very_host() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.member("noodle").await;
    let client = world.client_with(world.figment().merge(("cookies.secure", true))).await;
    let pages = [
        get(&client, "/").await,
        submit(&client, "/appearance", "/appearance", &[("theme", "dark"), ("time_zone", "UTC")]).await,
        log_in(&client, "noodle").await,
        get(&client, "/settings").await,
        submit(&client, "/logout", "/logout", &[]).await,
    ];
    assert_eq!(pages[3].status, Status::Ok, "logged in");
    let mut names: Vec<&str> = vec![];
    for cookie in pages.iter().flat_map(|page| page.cookies()) {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        assert!(cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
        names.extend(cookie.split('=').next());
    }
    for name in ["__Host-visitor", "__Host-session", "__Host-known", "__Host-flash", "__Host-appearance"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(pages[4].cookies().any(|cookie| cookie.starts_with("__Host-session=;")), "the end of the session");
}

#[rocket::async_test]
async fn without_https_names_are_plain() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let page = get(&world.client().await, "/").await;
    assert!(page.cookies().all(|cookie| !cookie.starts_with("__") && !cookie.contains("Secure")));
    assert!(page.cookies().any(|cookie| cookie.starts_with("visitor=")));
}
