//! Codes, recovery codes and the brake on wrong ones.

use chrono::{DateTime, Duration, Utc};
use ratemyderp::accounts::two_factor::{self, COUNT, Code, CodeCheck, RecoveryCode, TwoFactorState, Vault};
use ratemyderp::config::Allowance;
use ratemyderp::error::Error;

use crate::support::World;
use crate::support::authenticator::Authenticator;

/// A member with two-factor and their app.
struct Guarded {
    world: World,
    account: i64,
    vault: Vault,
    app: Authenticator,
    recovery: Vec<String>,
    /// When it was switched on.
    now: DateTime<Utc>,
}

impl Guarded {
    async fn new() -> Self {
        let world = World::new().await;
        let account = world.member("noodle").await;
        let (vault, app) = (vault(&world), world.guard(account).await);
        let now = Utc::now() - Duration::hours(1);
        let first = app.totp.check(&app.code_at(now), now.timestamp().try_into().unwrap()).unwrap();
        // The very step of `now`, also when the clock has moved on to the next one meanwhile.
        sqlx::query("UPDATE two_factor SET last_step = $1").bind(first as i64).execute(&world.pool).await.unwrap();
        Guarded { world, account, vault, recovery: app.recovery.clone(), app, now }
    }

    /// The code of so many seconds after switching it on.
    fn code_after(&self, seconds: i64) -> String {
        self.app.code_at(self.now + Duration::seconds(seconds))
    }

    /// Types a code so many seconds after switching it on.
    async fn type_after(&self, seconds: i64, typed: &str) -> CodeCheck {
        let code = Code::parse(typed).expect("a code");
        let now = self.now + Duration::seconds(seconds);
        let mut tx = self.world.pool.begin().await.unwrap();
        let verdict = two_factor::verify(&mut tx, &self.vault, self.account, &code, now).await.unwrap();
        tx.commit().await.unwrap();
        verdict
    }

    async fn state(&self) -> TwoFactorState {
        let mut conn = self.world.pool.acquire().await.unwrap();
        two_factor::state(&mut conn, self.account).await.unwrap()
    }
}

fn vault(world: &World) -> Vault {
    Vault::new(world.config().secret().expect("a secret"))
}

#[tokio::test]
async fn a_code_is_good_once_and_so_are_its_neighbours_in_time() {
    let member = Guarded::new().await;
    assert_eq!(member.type_after(0, &member.code_after(0)).await, CodeCheck::Used, "it switched two-factor on");
    assert_eq!(member.type_after(0, &member.code_after(30)).await, CodeCheck::Right, "a clock that is ahead");
    assert_eq!(member.type_after(30, &member.code_after(30)).await, CodeCheck::Used);
    assert_eq!(member.type_after(90, &member.code_after(60)).await, CodeCheck::Right, "a clock that is behind");
    assert_eq!(member.type_after(90, &member.code_after(30)).await, CodeCheck::Wrong, "two steps ago");
    assert_eq!(member.type_after(90, &member.code_after(150)).await, CodeCheck::Wrong, "two steps ahead");
    assert_eq!(member.type_after(90, "000000").await, CodeCheck::Wrong);
    assert_eq!(member.type_after(90, &member.code_after(120)).await, CodeCheck::Right);
    assert_eq!(member.type_after(90, &member.code_after(90)).await, CodeCheck::Used, "older than one that was used");
}

#[tokio::test]
async fn of_many_at_once_with_one_code_one_comes_in() {
    let member = Guarded::new().await;
    for typed in [member.code_after(30), member.recovery[0].clone()] {
        let all = (0..12).map(|_| member.type_after(30, &typed));
        let verdicts = futures(all).await;
        let right = |verdict: &&CodeCheck| matches!(verdict, CodeCheck::Right | CodeCheck::Recovered);
        assert_eq!(verdicts.iter().filter(right).count(), 1, "{typed}: {verdicts:?}");
        assert_eq!(verdicts.iter().filter(|&&verdict| verdict == CodeCheck::Used).count(), 11, "{typed}: {verdicts:?}");
    }
}

/// All at once, each with a connection of its own.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    rocket::futures::future::join_all(all).await
}

#[tokio::test]
async fn a_recovery_code_is_good_once() {
    let member = Guarded::new().await;
    assert_eq!(member.recovery.len(), COUNT);
    let typed = member.recovery[3].replace(' ', "");
    assert_eq!(member.type_after(0, &typed).await, CodeCheck::Recovered);
    assert_eq!(member.type_after(0, &typed).await, CodeCheck::Used);
    assert_eq!(member.type_after(0, &RecoveryCode::random().to_string()).await, CodeCheck::Wrong);
    assert!(matches!(member.state().await, TwoFactorState::On { recovery_codes: 9, .. }));
    let mut tx = member.world.pool.begin().await.unwrap();
    let fresh = two_factor::renew_recovery_codes(&mut tx, member.account).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(member.type_after(0, &member.recovery[5]).await, CodeCheck::Wrong, "replaced");
    assert_eq!(member.type_after(0, &fresh[5].to_string()).await, CodeCheck::Recovered);
}

#[tokio::test]
async fn what_is_rolled_back_is_not_used_up() {
    let member = Guarded::new().await;
    for typed in [member.code_after(30), member.recovery[0].clone()] {
        let code = Code::parse(&typed).unwrap();
        let mut tx = member.world.pool.begin().await.unwrap();
        let now = member.now + Duration::seconds(30);
        two_factor::verify(&mut tx, &member.vault, member.account, &code, now).await.unwrap();
        tx.rollback().await.unwrap();
        let verdict = member.type_after(30, &typed).await;
        assert!(matches!(verdict, CodeCheck::Right | CodeCheck::Recovered), "{verdict:?}");
    }
}

#[tokio::test]
async fn another_members_codes_are_wrong() {
    let member = Guarded::new().await;
    let other = member.world.member("biscuit").await;
    for typed in [member.code_after(30), member.recovery[0].clone()] {
        let code = Code::parse(&typed).unwrap();
        let mut tx = member.world.pool.begin().await.unwrap();
        let verdict = two_factor::verify(&mut tx, &member.vault, other, &code, member.now).await.unwrap();
        assert_eq!(verdict, CodeCheck::Wrong, "who has no two-factor has no codes");
    }
}

#[tokio::test]
async fn nothing_asks_for_codes_before_the_app_has_shown_that_it_works() {
    let world = World::new().await;
    let (account, vault) = (world.member("noodle").await, vault(&world));
    let mut tx = world.pool.begin().await.unwrap();
    assert_eq!(two_factor::state(&mut tx, account).await.unwrap(), TwoFactorState::Off);
    two_factor::begin(&mut tx, &vault, account).await.unwrap();
    assert_eq!(two_factor::state(&mut tx, account).await.unwrap(), TwoFactorState::Pending);
    assert!(!two_factor::is_on(&mut tx, account).await.unwrap());
    let wrong = Code::parse("000000").unwrap();
    assert!(two_factor::confirm(&mut tx, &vault, account, &wrong, Utc::now()).await.unwrap().is_none());
    sqlx::query("UPDATE two_factor SET begun_at = now() - interval '31 minutes'").execute(&mut *tx).await.unwrap();
    assert_eq!(two_factor::state(&mut tx, account).await.unwrap(), TwoFactorState::Off, "it has waited long enough");
    assert!(two_factor::pending(&mut tx, &vault, account).await.unwrap().is_none());
    two_factor::begin(&mut tx, &vault, account).await.unwrap();
    assert_eq!(two_factor::state(&mut tx, account).await.unwrap(), TwoFactorState::Pending);
    two_factor::abandon(&mut tx, account).await.unwrap();
    assert_eq!(two_factor::state(&mut tx, account).await.unwrap(), TwoFactorState::Off);
}

#[tokio::test]
async fn what_is_on_can_neither_be_begun_nor_abandoned_anew() {
    let member = Guarded::new().await;
    let mut tx = member.world.pool.begin().await.unwrap();
    let again = two_factor::begin(&mut tx, &member.vault, member.account).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    two_factor::abandon(&mut tx, member.account).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(member.type_after(30, &member.code_after(30)).await, CodeCheck::Right);
    let mut tx = member.world.pool.begin().await.unwrap();
    assert!(two_factor::switch_off(&mut tx, member.account).await.unwrap());
    assert!(!two_factor::switch_off(&mut tx, member.account).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(member.type_after(60, &member.code_after(60)).await, CodeCheck::Wrong);
    assert_eq!(member.type_after(60, &member.recovery[0]).await, CodeCheck::Wrong);
}

#[tokio::test]
async fn wrong_codes_are_braked_until_a_right_one() {
    let member = Guarded::new().await;
    let allowance: Allowance = serde_json::from_value(serde_json::json!({ "per_hour": 6, "burst": 3 })).unwrap();
    let turn = async || {
        let mut conn = member.world.pool.acquire().await.unwrap();
        two_factor::throttle_codes(&mut conn, member.account, allowance).await
    };
    for _ in 0..3 {
        turn().await.unwrap();
        assert_eq!(member.type_after(30, "000000").await, CodeCheck::Wrong);
    }
    let braked = turn().await;
    assert!(matches!(braked, Err(Error::TooFast { retry_after: 600, .. })), "{braked:?}");
    assert_eq!(member.type_after(30, &member.code_after(30)).await, CodeCheck::Right);
    turn().await.unwrap();
}

#[tokio::test]
async fn the_tables_alone_make_no_code() {
    let member = Guarded::new().await;
    let dump: String = sqlx::query_scalar(
        "SELECT string_agg(t::text, '') || (SELECT string_agg(r::text, '') FROM recovery_codes r) FROM two_factor t",
    )
    .fetch_one(&member.world.pool)
    .await
    .unwrap();
    let key = hex::encode(member.app.totp.secret().as_bytes());
    assert!(!dump.contains(&key), "{dump}");
    for code in &member.recovery {
        assert!(!dump.contains(&code.replace(' ', "")), "{dump}");
    }
}

#[tokio::test]
async fn with_another_key_of_the_processes_recovery_codes_still_work() {
    let mut member = Guarded::new().await;
    member.vault = Vault::new(&serde_json::from_value("another key".into()).unwrap());
    assert_eq!(member.type_after(30, &member.code_after(30)).await, CodeCheck::Wrong);
    assert_eq!(member.type_after(30, &member.recovery[0]).await, CodeCheck::Recovered);
}
