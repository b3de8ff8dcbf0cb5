//! The page of alerts.

use std::time::Duration;

use ratemyderp::accounts::Role;
use ratemyderp::alerts::{self, Outlets};
use rocket::http::Status;

use super::overview::client_of;
use crate::support::World;
use crate::web::page::{get, submit};

/// Nobody works, and that was seen twice.
pub async fn fired(world: &World) {
    let config = world.config();
    for _ in 0..2 {
        let outlets = Outlets::from_config(&config).unwrap();
        assert!(alerts::look(&world.pool, &config, &outlets, Duration::ZERO).await.unwrap());
    }
}

#[rocket::async_test]
async fn an_operator_silences_an_alert_with_a_reason_and_ends_that() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Operator).await;
    assert!(get(&client, "/ops/alerts").await.text().contains("No alert is open"));
    fired(&world).await;
    let page = get(&client, "/ops/alerts").await;
    assert!(page.text().contains("1 alert is open"), "{}", page.text());
    let form = page.between("<a href=\"/ops/alerts/", "\"").map(|id| format!("/ops/alerts/{id}")).expect("a link");
    let silence = format!("{form}/silence");
    let wrong = submit(&client, &form, &silence, &[("reason", ""), ("minutes", "7")]).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.text().contains("Say why nobody needs to be told"), "{}", wrong.text());
    let wrong = submit(&client, &form, &silence, &[("reason", "I know"), ("minutes", "7")]).await;
    assert!(wrong.text().contains("Choose how long") && wrong.html.contains("value=\"I know\""), "{}", wrong.html);
    let done = submit(&client, &form, &silence, &[("reason", "I <know>"), ("minutes", "120")]).await;
    assert_eq!((done.status, done.header("Location")), (Status::SeeOther, Some(form.as_str())));
    let page = get(&client, "/ops/alerts").await;
    assert!(page.text().contains("No alert is open, and 1 is silenced"), "{}", page.text());
    assert!(page.html.contains("by noodle: <q dir=\"auto\">I &lt;know&gt;</q>"), "{}", page.html);
    assert_eq!(world.count("audit_log WHERE action = 'alert silenced'").await, 1);
    submit(&client, &form, &format!("{form}/unsilence"), &[]).await;
    assert!(get(&client, "/ops/alerts").await.text().contains("1 alert is open"));
    // An observer sees it and has no button.
    let observer = client_of(&world, "biscuit", Role::Observer).await;
    let page = get(&observer, &form).await;
    assert!(page.status == Status::Ok && !page.html.contains("<form"), "{}", page.html);
}

#[rocket::async_test]
async fn what_is_not_there_or_makes_no_sense_gets_a_word() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Operator).await;
    for (path, status) in [
        ("/ops/alerts/404", Status::NotFound),
        ("/ops/alerts/x", Status::NotFound),
        ("/ops/alerts?before=x", Status::UnprocessableEntity),
        ("/ops/alerts?page=2", Status::UnprocessableEntity),
        ("/ops/alerts?before=404", Status::Ok),
        ("/ops/alerts/1?x=1", Status::UnprocessableEntity),
    ] {
        assert_eq!(get(&client, path).await.status, status, "{path}");
    }
    let said = submit(&client, "/ops/alerts", "/ops/alerts/test", &[]).await;
    assert_eq!(said.status, Status::SeeOther);
    assert!(get(&client, "/ops/alerts").await.text().contains("Nobody gets messages"));
    assert_eq!(world.count("alert_messages").await, 0);
}

#[rocket::async_test]
async fn every_rule_is_listed_with_its_threshold() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let text = get(&client, "/ops/alerts").await.text();
    for rule in alerts::rules(&world.config()) {
        assert!(text.contains(rule.name) && text.contains(&rule.watches), "{}: {text}", rule.name);
    }
    assert!(text.contains("A job has been due for 5 min, of mail 15 min, of upkeep 1 h."), "{text}");
}
