//! Members at two web processes, and a jobs process that lets them go.

use ratemyderp::queue::{self, Job};

use super::installation::{Installation, Web, picture};
use super::until;
use super::visitor::Visitor;
use crate::support::{PASSWORD, newcomer};

#[tokio::test(flavor = "multi_thread")]
async fn guesses_and_ended_sessions_are_known_to_every_process_and_after_a_restart() {
    let installation = Installation::new().await;
    newcomer(&installation.pool, "noodle").await;
    let (left, right) = tokio::join!(installation.web(), installation.web());
    let mut member = Visitor::new(1);
    assert_eq!(log_in(&mut member, &left, PASSWORD), 303);
    let settings =
        |visitor: &mut Visitor, web: &Web| visitor.get(&format!("{}/settings", web.door())).expect("an answer").status;
    assert_eq!((settings(&mut member, &left), settings(&mut member, &right)), (200, 200));

    // The settings as shipped let ten guesses pass.
    let mut thief = Visitor::new(2);
    for guess in 0..10 {
        let web = if guess % 2 == 0 { &left } else { &right };
        assert_eq!(log_in(&mut thief, web, "wrong"), 422, "guess {guess}");
    }
    assert_eq!(log_in(&mut thief, &left, PASSWORD), 429);
    drop(left);
    let left = installation.web().await;
    for web in [&left, &right] {
        assert_eq!(log_in(&mut thief, web, PASSWORD), 429);
    }

    assert_eq!(settings(&mut member, &left), 200, "a restart logs nobody out");
    sqlx::query("DELETE FROM sessions").execute(&installation.pool).await.expect("revoked");
    assert_eq!((settings(&mut member, &right), settings(&mut member, &left)), (303, 303));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_grace_is_over_goes_with_its_photos_and_everything_still_adds_up() {
    let installation = Installation::new().await;
    installation.photos(3).await;
    let web = installation.web().await;
    let _jobs = installation.jobs();
    let noodle = newcomer(&installation.pool, "noodle").await;
    let own = installation.upload("Myself", picture(80, 900)).await;
    installation.until_developed().await;
    sqlx::query("UPDATE submissions SET owner = $2 WHERE id = $1")
        .bind(own)
        .bind(noodle)
        .execute(&installation.pool)
        .await
        .unwrap();
    let door = web.door();
    let blobs = installation.blobs().len();
    let (mut member, mut stranger) = (Visitor::new(1), Visitor::new(3));
    assert_eq!(log_in(&mut member, &web, PASSWORD), 303);
    for visitor in [&mut member, &mut stranger] {
        for _ in 0..3 {
            visitor.step(&door, &door);
        }
    }
    let body = format!("password={}", PASSWORD.replace(' ', "+"));
    let form = format!("{door}/settings/delete");
    assert_eq!(member.submit(&form, &form, &body), 303);
    sqlx::query("UPDATE accounts SET deletion_due_at = now() WHERE id = $1")
        .bind(noodle)
        .execute(&installation.pool)
        .await
        .unwrap();
    let mut tx = installation.pool.begin().await.unwrap();
    queue::enqueue(&mut tx, Job::DeleteAccounts).await.unwrap();
    tx.commit().await.unwrap();
    until("the account is gone", async || installation.count("accounts WHERE deleted_at IS NOT NULL").await == 1).await;
    until("its photo's files are gone", async || installation.blobs().len() < blobs).await;
    until("its photo's votes are gone", async || {
        installation.count(&format!("ratings WHERE submission = {own}")).await == 0
    })
    .await;
    assert_eq!(installation.count("raters WHERE account IS NOT NULL").await, 0);
    assert_eq!(stranger.get(&format!("{door}/submissions/{own}")).expect("an answer").status, 404);
    installation.check().await;
}

fn log_in(visitor: &mut Visitor, web: &Web, password: &str) -> u16 {
    let body = format!("who=noodle&next=&password={}", password.replace(' ', "+"));
    let form = format!("{}/login", web.door());
    visitor.submit(&form, &form, &body)
}
