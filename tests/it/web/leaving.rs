//! Deleting an account: planned, taken back, carried out.

use rocket::http::Status;

use ratemyderp::queue::{self, Job};

use super::page::{get, log_in, submit};
use crate::support::{PASSWORD, World, someone};

#[tokio::test]
async fn who_comes_back_in_time_stays() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let wrong = submit(&client, "/settings/delete", "/settings/delete", &[("password", "not this one")]).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.text().contains("This is not your password."));
    let left = submit(&client, "/settings/delete", "/settings/delete", &[("password", PASSWORD)]).await;
    assert_eq!(left.status, Status::SeeOther);
    assert_eq!(get(&client, "/settings").await.status, Status::SeeOther, "logged out");
    forget(&world).await;

    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther, "the grace is not over");
    assert!(get(&client, "/").await.text().contains("Your account will be deleted on"));
    submit(&client, "/settings/delete", "/settings/delete/cancel", &[]).await;
    assert!(!get(&client, "/about").await.text().contains("Your account will be deleted on"));
    end_grace(&world).await;
    forget(&world).await;
    assert_eq!(get(&client, "/settings").await.status, Status::Ok);
}

#[tokio::test]
async fn who_is_gone_leaves_ratings_without_a_name_and_nothing_else() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let photo = world.photo("Marmalade").await;
    let own = world.photo("My own derp").await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(noodle)
        .bind(own)
        .execute(&world.pool)
        .await
        .unwrap();
    world.rate(someone(1), own, 9).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    submit(&client, &format!("/submissions/{photo}"), &format!("/submissions/{photo}/rating"), &[("score", "7")]).await;
    assert_eq!(world.ratings().await, 2);
    submit(&client, "/settings/delete", "/settings/delete", &[("password", PASSWORD)]).await;
    end_grace(&world).await;
    forget(&world).await;

    assert_eq!(world.ratings().await, 1, "theirs stays, those of their photos go");
    assert_eq!(world.complaints().await, [""; 0]);
    assert_eq!(get(&client, &format!("/submissions/{own}")).await.status, Status::NotFound);
    assert_eq!(get(&client, "/u/noodle").await.status, Status::NotFound);
    let refused = log_in(&client, "noodle").await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(refused.text().contains("The name or the password is wrong."));
    for table in ["sessions", "tokens", "settings", "two_factor"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE account = $1");
        let left: i64 = sqlx::query_scalar(&sql).bind(noodle).fetch_one(&world.pool).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let kept: (String, Option<String>, String) =
        sqlx::query_as("SELECT username, email, about FROM accounts WHERE id = $1")
            .bind(noodle)
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!(kept, (format!("deleted-{noodle}"), None, String::new()));
}

async fn end_grace(world: &World) {
    sqlx::query("UPDATE accounts SET deletion_due_at = now() WHERE deletion_due_at IS NOT NULL")
        .execute(&world.pool)
        .await
        .unwrap();
}

/// What the schedule does every hour, and all that follows from it.
async fn forget(world: &World) {
    let mut tx = world.pool.begin().await.unwrap();
    queue::enqueue(&mut tx, Job::Forget).await.unwrap();
    tx.commit().await.unwrap();
    world.drain().await;
}
