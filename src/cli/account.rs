//! What whoever runs the site does with accounts.

mod print;

use clap::{Args, Subcommand, ValueEnum};
use ratemyderp::accounts::audit;
use ratemyderp::accounts::directory::{self, AccountFilter, AccountSummary};
use ratemyderp::accounts::{Role, rights};
use ratemyderp::error::Error;
use serde_json::json;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::Failure;

/// Lines of the audit log that `show` prints.
const HISTORY: i64 = 20;

#[derive(Args)]
#[command(after_help = "Every change stands in the audit log, and logs the account out everywhere.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Let somebody do more: a moderator decides what is on show, an observer sees how the site runs, an operator does both and keeps it running
    Grant {
        /// Whom
        username: String,
        /// Instead of the role that they have
        #[arg(value_enum)]
        role: Granted,
    },
    /// Make a moderator, observer or operator a member again
    Revoke {
        /// Whom
        username: String,
    },
    /// Let somebody in no more; they are told why when they log in with their password
    Suspend {
        /// Whom
        username: String,
        /// Why, in words to the member
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let somebody in again
    Unsuspend {
        /// Whom
        username: String,
    },
    /// For somebody who has lost app and recovery codes: their password is enough again. Make sure that it is them!
    ResetTwoFactor {
        /// Whom
        username: String,
    },
    /// List accounts by username
    List(List),
    /// Show one account, and what was done to it or by it
    Show {
        /// Whose
        username: String,
        /// Print one JSON object: {"account": {..}, "audit": [..]}
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct List {
    /// Only accounts with this role
    #[arg(long, value_enum)]
    role: Option<Any>,
    /// Only those that are not let in
    #[arg(long)]
    suspended: bool,
    /// Only usernames behind this one: the last one of the page before
    #[arg(long, value_name = "USERNAME")]
    after: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Granted {
    Moderator,
    Observer,
    Operator,
}

#[derive(Clone, Copy, ValueEnum)]
enum Any {
    Member,
    Moderator,
    Observer,
    Operator,
}

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let (_, pool) = super::start()?;
    match arguments.action {
        Action::List(wanted) => list(&pool, wanted).await,
        Action::Show { username, json } => show(&pool, &username, json).await,
        Action::Grant { username, role } => {
            let role = match role {
                Granted::Moderator => Role::Moderator,
                Granted::Observer => Role::Observer,
                Granted::Operator => Role::Operator,
            };
            change_role(&pool, &username, role).await
        }
        Action::Revoke { username } => change_role(&pool, &username, Role::Member).await,
        Action::Suspend { username, reason } => {
            let mut tx = pool.begin().await?;
            let line = known(&mut tx, &username).await?;
            let first = rights::suspend(&mut tx, None, line.id, &reason).await.map_err(in_words)?;
            let told = if first {
                "is suspended and logged out everywhere"
            } else {
                "was suspended already; the reason is the new one"
            };
            end(tx, &line, told).await
        }
        Action::Unsuspend { username } => {
            let mut tx = pool.begin().await?;
            let line = known(&mut tx, &username).await?;
            let changed = rights::unsuspend(&mut tx, None, line.id).await?;
            end(tx, &line, if changed { "may log in again" } else { "was not suspended" }).await
        }
        Action::ResetTwoFactor { username } => {
            let mut tx = pool.begin().await?;
            let line = known(&mut tx, &username).await?;
            let changed = rights::reset_two_factor(&mut tx, None, line.id).await?;
            let told = if changed {
                "logs in with the password alone now, and is told so by mail"
            } else {
                "had no two-factor"
            };
            end(tx, &line, told).await
        }
    }
}

async fn change_role(pool: &PgPool, username: &str, role: Role) -> Result<(), Failure> {
    let mut tx = pool.begin().await?;
    let line = known(&mut tx, username).await?;
    let changed = rights::change_role(&mut tx, None, line.id, role).await?;
    let told = format!("{} {}", if changed { "is now" } else { "was already" }, role.name());
    end(tx, &line, &told).await
}

async fn end(tx: Transaction<'_, Postgres>, line: &AccountSummary, told: &str) -> Result<(), Failure> {
    tx.commit().await?;
    println!("{} {told}.", line.username);
    Ok(())
}

async fn list(pool: &PgPool, wanted: List) -> Result<(), Failure> {
    let role = wanted.role.map(|role| match role {
        Any::Member => Role::Member,
        Any::Moderator => Role::Moderator,
        Any::Observer => Role::Observer,
        Any::Operator => Role::Operator,
    });
    let filter = AccountFilter { role, suspended: wanted.suspended, after: wanted.after, limit: wanted.limit };
    let lines = directory::list(&mut *pool.acquire().await?, &filter).await?;
    if wanted.json {
        println!("{}", serde_json::to_string(&lines)?);
    } else {
        print!("{}", print::list(&lines));
    }
    Ok(())
}

async fn show(pool: &PgPool, username: &str, as_json: bool) -> Result<(), Failure> {
    let mut conn = pool.acquire().await?;
    let line = known(&mut conn, username).await?;
    let filter = audit::AuditFilter { account: Some(line.id), before: None, limit: HISTORY };
    let history = audit::list(&mut conn, &filter).await?;
    if as_json {
        println!("{}", json!({ "account": line, "audit": history }));
    } else {
        print!("{}", print::show(&line, &history));
    }
    Ok(())
}

async fn known(conn: &mut PgConnection, username: &str) -> Result<AccountSummary, Failure> {
    directory::find(conn, username).await?.ok_or_else(|| format!("there is no account {username}").into())
}

/// Without the names of fields, which only forms have.
fn in_words(error: Error) -> Failure {
    match error {
        Error::Invalid(fields) => fields.into_iter().map(|field| field.message).collect::<Vec<_>>().join(" ").into(),
        other => other.into(),
    }
}
