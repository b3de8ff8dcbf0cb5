//! What is done to accounts on the command line, as somebody does it.

use serde_json::Value;

use super::installation::{Installation, Output};
use super::visitor::Visitor;

async fn join(installation: &Installation, username: &str) {
    let sql = "INSERT INTO accounts (username, display_name, email, email_verified_at)
               VALUES ($1, $1, $1 || '@example.com', now())";
    sqlx::query(sql).bind(username).execute(&installation.pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_suspensions_are_told_in_words_and_written_down() {
    let installation = Installation::new().await;
    for username in ["noodle", "biscuit", "waffle"] {
        join(&installation, username).await;
    }
    for (arguments, said) in [
        (&["grant", "Noodle", "operator"][..], "noodle is now operator.\n"),
        (&["grant", "noodle", "operator"], "noodle was already operator.\n"),
        (&["grant", "biscuit", "moderator"], "biscuit is now moderator.\n"),
        (&["revoke", "biscuit"], "biscuit is now member.\n"),
        (&["suspend", "biscuit", "--reason", "Photos of spoons."], "biscuit is suspended and logged out everywhere.\n"),
        (&["unsuspend", "waffle"], "waffle was not suspended.\n"),
        (&["reset-two-factor", "waffle"], "waffle had no two-factor.\n"),
    ] {
        assert_eq!(account(&installation, arguments).await, said, "{arguments:?}");
    }
    let operators = account(&installation, &["list", "--role", "operator"]).await;
    assert!(operators.contains("noodle    operator  off") && !operators.contains("biscuit"), "{operators}");
    let suspended = account(&installation, &["list", "--suspended"]).await;
    assert!(suspended.contains("suspended  biscuit@example.com") && !suspended.contains("waffle"), "{suspended}");
    let shown = account(&installation, &["show", "biscuit"]).await;
    assert!(shown.starts_with("biscuit (member)\n"), "{shown}");
    assert!(shown.contains("biscuit suspended by the command line: Photos of spoons.\n"), "{shown}");
    assert!(shown.contains("biscuit role changed by the command line: from moderator to member\n"), "{shown}");
    let shown = account(&installation, &["show", "biscuit", "--json"]).await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["account"]["suspension"], "Photos of spoons.");
    assert_eq!(shown["audit"][0]["action"], "suspended");
    assert_eq!(shown["audit"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_photos_is_written_down() {
    let installation = Installation::new().await;
    installation.photos(1).await;
    let photo = installation.votable().await[0].to_string();
    for action in ["hide", "unhide", "remove"] {
        installation.ratemyderp(&["photo", action, &photo]).await;
    }
    let shown = account(&installation, &["show", "house"]).await;
    for action in ["hidden", "unhidden", "removed"] {
        assert!(shown.contains(&format!("house photo {action} by the command line: photo {photo}\n")), "{shown}");
    }
    let nothing = installation.run(installation.program(&["photo", "hide", "4711"])).await;
    assert_eq!(
        (nothing.code, nothing.errors.contains("there is no photo 4711")),
        (Some(1), true),
        "{}",
        nothing.errors
    );
    assert_eq!(installation.count("audit_log").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_listed_page_by_page_for_programs_too() {
    let installation = Installation::new().await;
    for number in 0..5 {
        join(&installation, &format!("noodle{number}")).await;
    }
    let first = list(&installation, &["--limit", "4"]).await;
    assert_eq!(first, ["house", "noodle0", "noodle1", "noodle2"]);
    assert_eq!(list(&installation, &["--after", "noodle2"]).await, ["noodle3", "noodle4"]);
    assert_eq!(list(&installation, &["--after", "noodle4"]).await, [""; 0]);
    assert_eq!(account(&installation, &["list", "--after", "noodle4"]).await, "No such accounts.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_says_why_and_changes_nothing() {
    let installation = Installation::new().await;
    join(&installation, "noodle").await;
    for (arguments, code, why) in [
        (&["grant", "nobody", "operator"][..], 1, "there is no account nobody"),
        (&["show", "deleted-7"], 1, "there is no account deleted-7"),
        (&["suspend", "noodle", "--reason", " "], 1, "Say why; the member will read it."),
        (&["suspend", "noodle"], 2, "--reason <TEXT>"),
        (&["grant", "noodle", "member"], 2, "[possible values: moderator, observer, operator]"),
        (&["list", "--limit", "0"], 2, "0 is not in 1..=1000"),
    ] {
        let arguments: Vec<&str> = ["account"].iter().chain(arguments).copied().collect();
        let Output { code: ended, text, errors } = installation.run(installation.program(&arguments)).await;
        assert_eq!(ended, Some(code), "{arguments:?}: {text}{errors}");
        assert!(errors.contains(why), "{arguments:?}: {errors}");
    }
    assert_eq!(installation.count("audit_log").await, 0);
    assert_eq!(installation.count("accounts WHERE suspended_at IS NOT NULL OR role <> 'member'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demos_accounts_are_made_once_and_only_where_nobody_lives() {
    let installation = Installation::new().await;
    let demo = async |required: &str| {
        let mut command = installation.program(&["demo", "--count", "0", "--accounts"]);
        command.env("ROCKET_ACCOUNTS", format!("{{two_factor_required={required}}}"));
        installation.run(command).await
    };
    let refused = demo("true").await;
    assert_eq!(refused.code, Some(1), "{}", refused.text);
    assert!(refused.errors.contains("two_factor_required"), "{}", refused.errors);
    assert_eq!(installation.count("accounts WHERE password_hash IS NOT NULL").await, 0);
    for _ in 0..2 {
        let made = demo("false").await;
        let told = "Log in as member, moderator, observer or operator; the password of each is derpderpderp.\n";
        assert_eq!((made.code, made.text.as_str()), (Some(0), told), "{}", made.errors);
    }
    let list = account(&installation, &["list"]).await;
    let operator = list.lines().find(|line| line.starts_with("operator")).expect("an operator");
    assert!(operator.contains("operator   off") && operator.contains("operator@example.com "), "{list}");
    assert_eq!(installation.count("audit_log").await, 3, "three of them were given rights");

    let lived_in = Installation::new().await;
    join(&lived_in, "noodle").await;
    sqlx::query("UPDATE accounts SET password_hash = 'x' WHERE username = 'noodle'")
        .execute(&lived_in.pool)
        .await
        .unwrap();
    let mut command = lived_in.program(&["demo", "--count", "0", "--accounts"]);
    command.env("ROCKET_ACCOUNTS", "{two_factor_required=false}");
    let refused = lived_in.run(command).await;
    assert!(refused.text.contains("there will be no demo accounts"), "{}", refused.text);
    assert_eq!(lived_in.count("accounts WHERE username = 'operator'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_logged_out_is_refused_at_once_by_every_process() {
    let installation = Installation::new().await;
    let mut command = installation.program(&["demo", "--count", "0", "--accounts"]);
    command.env("ROCKET_ACCOUNTS", "{two_factor_required=false}");
    installation.run(command).await;
    let (left, right) = tokio::join!(installation.web(), installation.web());
    let (left, right) = (left.door(), right.door());
    let visitors = tokio::task::spawn_blocking(move || {
        let (mut laptop, mut phone) = (Visitor::new(1), Visitor::new(2));
        for visitor in [&mut laptop, &mut phone] {
            let body = "who=member&password=derpderpderp&next=";
            assert_eq!(visitor.submit(&format!("{left}/login"), &format!("{left}/login"), body), 303);
            assert_eq!(status(visitor, &left), 200);
            assert_eq!(status(visitor, &right), 200);
        }
        let list = laptop.get(&format!("{right}/settings/sessions")).expect("an answer").html;
        let number = list.split_once("/settings/sessions/").and_then(|(_, rest)| rest.split_once("/revoke"));
        let number = number.expect("another browser").0;
        let revoke = format!("{right}/settings/sessions/{number}/revoke");
        assert_eq!(laptop.submit(&format!("{right}/settings/sessions"), &revoke, ""), 303);
        assert_eq!((status(&mut phone, &left), status(&mut phone, &right)), (303, 303), "at once, everywhere");
        assert_eq!((status(&mut laptop, &left), status(&mut laptop, &right)), (200, 200));
        (left, right, laptop)
    });
    let (left, right, mut laptop) = visitors.await.expect("no panic");
    account(&installation, &["suspend", "member", "--reason", "Spoons."]).await;
    let after = tokio::task::spawn_blocking(move || [status(&mut laptop, &left), status(&mut laptop, &right)]);
    assert_eq!(after.await.expect("no panic"), [303, 303], "a suspension too");
}

fn status(visitor: &mut Visitor, door: &str) -> u16 {
    visitor.get(&format!("{door}/settings")).expect("an answer").status
}

async fn account(installation: &Installation, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["account"].iter().chain(arguments).copied().collect();
    installation.ratemyderp(&arguments).await
}

async fn list(installation: &Installation, arguments: &[&str]) -> Vec<String> {
    let arguments: Vec<&str> = ["list", "--json"].iter().chain(arguments).copied().collect();
    let lines: Value = serde_json::from_str(&account(installation, &arguments).await).unwrap();
    lines.as_array().unwrap().iter().map(|line| line["username"].as_str().unwrap().to_owned()).collect()
}
