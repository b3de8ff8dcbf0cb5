//! Roles, suspensions and resets: what they end, and what stands in the audit log.

use ratemyderp::accounts::audit::{self, AuditFilter};
use ratemyderp::accounts::session::{self, Browser, Login};
use ratemyderp::accounts::token::Token;
use ratemyderp::accounts::{Role, rights};
use ratemyderp::error::Error;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::support::World;

async fn log_in(world: &World, account: i64) -> Token {
    let browser = Browser { name: "Firefox on Linux".into(), network: "192.0.2.x".into() };
    let proof = world.proof(account).await;
    let mut tx = world.pool.begin().await.unwrap();
    let login = Login { browser: &browser, known: true, begun_by: Uuid::new_v4(), remembered: true };
    let token = session::start(&mut tx, &proof, login).await.unwrap();
    tx.commit().await.unwrap();
    token.expect("the proof holds")
}

async fn log(tx: &mut Transaction<'_, Postgres>) -> Vec<String> {
    let entries = audit::list(tx, &AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    let line = |entry: audit::AuditEntry| {
        let (actor, account) = (entry.actor.unwrap_or("-".into()), entry.account.unwrap_or("-".into()));
        format!("{actor}: {account} {}: {}", entry.action, entry.detail)
    };
    entries.into_iter().map(line).collect()
}

#[tokio::test]
async fn another_role_is_written_down_and_begins_with_a_login() {
    let world = World::new().await;
    let (noodle, biscuit) = (world.member("noodle").await, world.member("biscuit").await);
    let token = log_in(&world, noodle).await;
    let mut tx = world.pool.begin().await.unwrap();
    assert!(rights::change_role(&mut tx, None, noodle, Role::Operator).await.unwrap());
    assert!(session::find(&mut tx, &token).await.unwrap().is_none(), "an old login has no new rights");
    assert!(!rights::change_role(&mut tx, None, noodle, Role::Operator).await.unwrap(), "nothing new");
    assert!(rights::change_role(&mut tx, Some(biscuit), noodle, Role::Member).await.unwrap());
    let expected =
        ["biscuit: noodle role changed: from operator to member", "-: noodle role changed: from member to operator"];
    assert_eq!(log(&mut tx).await, expected);
    assert!(matches!(rights::change_role(&mut tx, None, -1, Role::Member).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn whoever_may_do_much_is_logged_out_after_twelve_hours_whatever_they_do() {
    let world = World::new().await;
    let (noodle, biscuit) = (world.member("noodle").await, world.member("biscuit").await);
    world.grant(noodle, Role::Moderator).await;
    let (token, other) = (log_in(&world, noodle).await, log_in(&world, biscuit).await);
    let pass = async |hours: i32| {
        sqlx::query("UPDATE sessions SET seen_at = seen_at - make_interval(hours => $1), expires_at = expires_at - make_interval(hours => $1)")
            .bind(hours)
            .execute(&world.pool)
            .await
            .unwrap();
        let mut conn = world.pool.acquire().await.unwrap();
        let mut is_in = async |token| session::find(&mut conn, token).await.unwrap().is_some();
        (is_in(&token).await, is_in(&other).await)
    };
    assert_eq!(pass(6).await, (true, true));
    assert_eq!(pass(5).await, (true, true));
    assert_eq!(pass(2).await, (false, true), "visits do not put the end off");
}

#[tokio::test]
async fn whoever_is_suspended_is_out_everywhere_at_once() {
    let world = World::new().await;
    let (noodle, biscuit) = (world.member("noodle").await, world.member("biscuit").await);
    let (first, second, other) =
        (log_in(&world, noodle).await, log_in(&world, noodle).await, log_in(&world, biscuit).await);
    let mut tx = world.pool.begin().await.unwrap();
    assert!(rights::suspend(&mut tx, None, noodle, " Photos of spoons. ").await.unwrap());
    for token in [&first, &second] {
        assert!(session::find(&mut tx, token).await.unwrap().is_none());
    }
    assert!(session::find(&mut tx, &other).await.unwrap().is_some());
    assert!(!rights::suspend(&mut tx, None, noodle, "Photos of forks.").await.unwrap(), "only the reason is new");
    assert!(rights::unsuspend(&mut tx, None, noodle).await.unwrap());
    assert!(!rights::unsuspend(&mut tx, None, noodle).await.unwrap());
    assert!(session::find(&mut tx, &first).await.unwrap().is_none(), "what has ended stays so");
    let expected =
        ["-: noodle unsuspended: ", "-: noodle suspended: Photos of forks.", "-: noodle suspended: Photos of spoons."];
    assert_eq!(log(&mut tx).await, expected);
}

#[tokio::test]
async fn a_suspension_has_a_reason_that_can_be_read() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let mut tx = world.pool.begin().await.unwrap();
    for reason in ["", "  ", "a\0b", &"x".repeat(501)] {
        let refused = rights::suspend(&mut tx, None, noodle, reason).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{reason:?}");
    }
    assert!(log(&mut tx).await.is_empty());
    assert!(rights::suspend(&mut tx, None, noodle, &"x".repeat(500)).await.unwrap());
}

#[tokio::test]
async fn the_log_is_read_page_by_page_and_by_account() {
    let world = World::new().await;
    let (noodle, biscuit) = (world.member("noodle").await, world.member("biscuit").await);
    let mut tx = world.pool.begin().await.unwrap();
    for _ in 0..3 {
        rights::suspend(&mut tx, Some(biscuit), noodle, "Spoons.").await.unwrap();
        rights::suspend(&mut tx, None, world.house, "Forks.").await.unwrap();
        rights::suspend(&mut tx, Some(biscuit), biscuit, "Knives.").await.unwrap();
    }
    let mut seen = vec![];
    let mut before = None;
    loop {
        let page = audit::list(&mut tx, &AuditFilter { account: None, before, limit: 4 }).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page.into_iter().map(|entry| entry.id));
    }
    assert_eq!(seen.len(), 9);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    let about = async |tx: &mut Transaction<'_, Postgres>, account, before| {
        let filter = AuditFilter { account: Some(account), before, limit: 100 };
        let entries = audit::list(tx, &filter).await.unwrap();
        entries.into_iter().map(|entry| entry.detail).collect::<Vec<_>>()
    };
    assert_eq!(about(&mut tx, noodle, None).await, ["Spoons."; 3]);
    let both = ["Knives.", "Spoons.", "Knives.", "Spoons.", "Knives.", "Spoons."];
    assert_eq!(about(&mut tx, biscuit, None).await, both, "what it did, and what was done to it, each once");
    assert_eq!(about(&mut tx, biscuit, Some(seen[4])).await, both[3..]);
}

#[tokio::test]
async fn a_member_is_logged_out_after_ninety_days_however_often_they_come() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let token = log_in(&world, noodle).await;
    let mut conn = world.pool.acquire().await.unwrap();
    let pass = "UPDATE sessions SET created_at = created_at - make_interval(days => $1),
                seen_at = seen_at - make_interval(days => $1), expires_at = expires_at - make_interval(days => $1)";
    for (days, is_in) in [(40, true), (40, true), (9, true), (2, false)] {
        sqlx::query(pass).bind(days).execute(&mut *conn).await.unwrap();
        assert_eq!(session::find(&mut conn, &token).await.unwrap().is_some(), is_in, "after {days} more days");
    }
}
