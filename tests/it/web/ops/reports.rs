//! Reported photos reach moderators, who decide, and owners, who are told why.

use ratemyderp::accounts::Role;
use ratemyderp::reports::{Reason, report};
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::mail::sent;
use crate::support::{World, someone};
use crate::web::page::{get, log_in, post, submit};

const PAGE: &str = "/ops/reports";

/// A site on which noodle owns two photos, and a moderator who is logged in.
struct Scene {
    world: World,
    marmalade: i64,
    pickle: i64,
    judge: i64,
    moderator: Client,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let owner = world.member("noodle").await;
        let (marmalade, pickle) = (world.photo("Marmalade").await, world.photo("Pickle").await);
        sqlx::query("UPDATE submissions SET owner = $1").bind(owner).execute(&world.pool).await.expect("hers");
        let judge = world.member("biscuit").await;
        world.grant(judge, Role::Moderator).await;
        let app = world.guard(judge).await;
        let moderator = world.client().await;
        log_in(&moderator, "biscuit").await;
        submit(&moderator, "/login/code", "/login/code", &[("code", &app.code())]).await;
        sent(&world).await;
        Scene { world, marmalade, pickle, judge, moderator }
    }

    async fn report(&self, reporter: u128, photo: i64, reason: Reason, note: &str) {
        let mut tx = self.world.pool.begin().await.expect("a transaction");
        report(&mut tx, someone(reporter), photo, reason, note, 100).await.expect("reported");
        tx.commit().await.expect("commit");
    }

    async fn decide(&self, fields: &str) -> crate::web::page::Page {
        let csrf = get(&self.moderator, "/settings/password").await.csrf();
        post(&self.moderator, PAGE, &format!("csrf={csrf}&{fields}")).await
    }

    async fn count(&self, rows: &str) -> i64 {
        self.world.count(rows).await
    }
}

#[tokio::test]
async fn several_photos_are_hidden_at_once_and_their_owner_is_told_why() {
    let scene = Scene::new().await;
    let (marmalade, pickle) = (scene.marmalade, scene.pickle);
    scene.report(1, marmalade, Reason::Stolen, "It is <b>mine</b>").await;
    scene.report(2, pickle, Reason::Cruelty, "").await;
    scene.report(3, pickle, Reason::Cruelty, "Poor thing").await;
    let overview = get(&scene.moderator, "/ops").await;
    assert!(overview.text().contains("2 reported photos wait for a moderator."), "{}", overview.text());
    let page = get(&scene.moderator, PAGE).await;
    let text = page.text();
    assert!(text.find("Pickle").unwrap() < text.find("Marmalade").unwrap(), "most reports first: {text}");
    assert!(text.contains("An animal is hurt or in danger: 2 times") && text.contains("Poor thing"), "{text}");
    assert!(page.html.contains("It is &lt;b&gt;mine&lt;/b&gt;"));
    assert!(page.html.contains("<option value=\"stolen\">It belongs to somebody else</option>"), "{}", page.html);
    let fields = format!("photos={marmalade}&photos={pickle}&verdict=hidden&reason=stolen&words=Please+ask+first.");
    for said in ["2 photos are hidden", "Nothing changed: somebody had decided this already."] {
        assert_eq!(scene.decide(&fields).await.header("Location"), Some(PAGE));
        assert!(get(&scene.moderator, PAGE).await.text().contains(said), "a second press says so");
    }
    assert_eq!(scene.count("submissions WHERE moderation = 'hidden'").await, 2);
    assert_eq!(scene.count("reports WHERE decision IS NULL").await, 0);
    let written = format!(
        "audit_log WHERE action = 'photo hidden' AND actor = {} AND detail LIKE '%somebody else%'",
        scene.judge
    );
    assert_eq!(scene.count(&written).await, 2);
    let mails = sent(&scene.world).await;
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.text.contains("The reason: It belongs to somebody else.")));
    assert!(
        mails.iter().all(|mail| mail.text.contains("Please ask first.") && mail.html.contains("Please ask first."))
    );
    let owner = scene.world.client().await;
    log_in(&owner, "noodle").await;
    let own = get(&owner, &format!("/submissions/{marmalade}")).await.text();
    assert!(own.contains("The reason: It belongs to somebody else.") && own.contains("Please ask first."), "{own}");
    assert_eq!(scene.world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_decision_can_be_taken_back_and_its_reports_wait_again() {
    let scene = Scene::new().await;
    scene.report(1, scene.marmalade, Reason::Personal, "").await;
    scene.decide(&format!("photos={}&verdict=hidden&reason=personal", scene.marmalade)).await;
    let page = get(&scene.moderator, &format!("{PAGE}/{}", scene.marmalade)).await;
    let undo = page.between("action=\"/ops/reports/decisions/", "\"").expect("a button");
    for _ in 0..2 {
        let done = post(&scene.moderator, &format!("{PAGE}/decisions/{undo}"), &format!("csrf={}", page.csrf())).await;
        assert_eq!(done.status, Status::SeeOther, "{}", done.text());
    }
    assert_eq!(scene.count("submissions WHERE moderation = 'visible' AND ordinal IS NOT NULL").await, 2);
    assert_eq!(scene.count("reports WHERE decision IS NULL").await, 1);
    assert_eq!(scene.count("audit_log WHERE action = 'decision undone'").await, 1);
    let mails = sent(&scene.world).await;
    assert_eq!(mails.len(), 1, "of what was taken back before the mail went out only the end is told");
    assert!(mails[0].text.contains("is on show again"));
    scene.decide(&format!("photos={}&verdict=kept", scene.marmalade)).await;
    let again = get(&scene.moderator, PAGE).await;
    assert!(again.text().contains("every report is answered"), "{}", again.text());
    let late = post(&scene.moderator, &format!("{PAGE}/decisions/{undo}"), &format!("csrf={}", again.csrf())).await;
    assert_eq!(late.status, Status::Conflict, "something was decided since");
    assert!(sent(&scene.world).await.is_empty(), "that nothing is wrong needs no mail");
}

#[tokio::test]
async fn deleting_asks_first_and_cannot_be_taken_back() {
    let scene = Scene::new().await;
    let photo = scene.pickle;
    scene.report(1, photo, Reason::Cruelty, "").await;
    let fields = format!("photos={photo}&verdict=removed&reason=cruelty");
    let asked = scene.decide(&fields).await;
    assert!(asked.text().contains("Delete 1 photo?") && asked.text().contains("Pickle"), "{}", asked.text());
    assert_eq!(scene.count("submissions WHERE moderation = 'removed'").await, 0);
    assert_eq!(scene.decide(&format!("{fields}&sure=true")).await.status, Status::SeeOther);
    assert_eq!(scene.count("submissions WHERE moderation = 'removed'").await, 1);
    let mails = sent(&scene.world).await;
    assert!(
        mails[0].text.contains("has deleted your photo of Pickle") && mails[0].header("Subject").contains("Pickle")
    );
    let page = get(&scene.moderator, PAGE).await;
    assert!(page.text().contains("was deleted by biscuit") && !page.html.contains("/undo\""), "{}", page.text());
    assert_eq!(scene.world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn mistakes_change_nothing_and_keep_what_was_typed() {
    let scene = Scene::new().await;
    let photo = scene.pickle;
    scene.report(1, photo, Reason::Cruelty, "").await;
    for (fields, problem) in [
        (format!("photos={photo}&verdict=hidden&words=Typed"), "Choose the reason that the owner is told."),
        ("verdict=hidden&reason=cruelty&words=Typed".to_owned(), "Mark at least one photo."),
        (format!("photos={photo}&reason=cruelty&words=Typed"), "Press one of the buttons below the photos."),
        (format!("photos={photo}&verdict=nonsense&words=Typed"), "Press one of the buttons below the photos."),
        (
            format!("photos={photo}&verdict=hidden&reason=cruelty&words={}Typed", "x".repeat(10_000)),
            "Shorten the words",
        ),
        (format!("photos={photo}&stay=true&verdict=hidden&words=Typed"), "Choose the reason that the owner is told."),
    ] {
        let page = scene.decide(&fields).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{problem}");
        assert!(page.text().contains(problem) && page.html.contains("Typed</textarea>"), "{}", page.text());
    }
    assert_eq!(scene.count("moderation_decisions").await, 0);
    assert_eq!(scene.count("reports WHERE decision IS NULL").await, 1);
}

#[tokio::test]
async fn reports_are_for_moderators_alone_who_reach_them_from_the_photo() {
    let scene = Scene::new().await;
    let own = format!("{PAGE}/{}", scene.pickle);
    let page = get(&scene.moderator, &format!("/submissions/{}", scene.pickle)).await;
    assert!(page.html.contains(&format!("href=\"{own}\"")), "{}", page.html);
    scene.decide(&format!("photos={}&stay=true&verdict=hidden&reason=other", scene.pickle)).await;
    let hidden = get(&scene.moderator, &own).await;
    assert!(hidden.text().contains("Show Pickle again"), "{}", hidden.text());
    scene.decide(&format!("photos={}&stay=true&verdict=shown", scene.pickle)).await;
    assert_eq!(scene.count("submissions WHERE moderation = 'visible'").await, 2);
    let member = scene.world.client().await;
    assert_eq!(get(&member, PAGE).await.status, Status::SeeOther, "a stranger logs in first");
    log_in(&member, "noodle").await;
    for path in ["/ops", PAGE, own.as_str()] {
        assert_eq!(get(&member, path).await.status, Status::NotFound, "{path}");
    }
    let csrf = get(&member, "/settings/password").await.csrf();
    let fields = format!("csrf={csrf}&photos={}&verdict=hidden&reason=stolen", scene.pickle);
    assert_eq!(post(&member, PAGE, &fields).await.status, Status::NotFound);
    assert!(!get(&member, &format!("/submissions/{}", scene.marmalade)).await.html.contains(PAGE));
}
