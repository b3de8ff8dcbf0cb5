//! Accounts to try things out with. Everybody knows their password, so they are for a database in which nobody has joined.

use sqlx::{Postgres, Transaction};

use super::{Passwords, Role, ensure, password, rights};
use crate::error::Error;

/// What the accounts are called, and what they may do.
pub const ACCOUNTS: [(&str, &str, Role); 4] = [
    ("member", "Molly Member", Role::Member),
    ("moderator", "Moe Moderator", Role::Moderator),
    ("observer", "Otis Observer", Role::Observer),
    ("operator", "Olive Operator", Role::Operator),
];

pub const PASSWORD: &str = password::DEMO;

/// What became of the wish for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// They are there, with a password that may have been changed since.
    There,
    /// They are not made, since somebody has joined here.
    Refused,
}

/// Makes those that are missing, with addresses such as `member@example.com` that count as verified.
pub async fn make(tx: &mut Transaction<'_, Postgres>, passwords: &Passwords) -> Result<Made, Error> {
    // Nobody else can have one of these names: they are reserved.
    let there: Vec<String> = ACCOUNTS.iter().map(|(username, ..)| (*username).to_owned()).collect();
    let people = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE username = ANY ($1)) AS "made!",
                  count(*) FILTER (WHERE username <> ALL ($1)) AS "joined!"
           FROM accounts WHERE password_hash IS NOT NULL OR deleted_at IS NOT NULL"#,
        &there
    )
    .fetch_one(&mut **tx)
    .await?;
    if people.made == 0 && people.joined > 0 {
        return Ok(Made::Refused);
    }
    for (username, display_name, role) in ACCOUNTS {
        make_one(tx, passwords, username, display_name, role).await?;
    }
    Ok(Made::There)
}

async fn make_one(
    tx: &mut Transaction<'_, Postgres>,
    passwords: &Passwords,
    username: &str,
    display_name: &str,
    role: Role,
) -> Result<(), Error> {
    let id = ensure(tx, username, display_name).await?;
    let is_new = sqlx::query!(
        "UPDATE accounts SET password_hash = $2, email = username || '@example.com', email_verified_at = now()
         WHERE id = $1 AND password_hash IS NULL AND deleted_at IS NULL",
        id,
        passwords.hash(password::demo()).await?
    )
    .execute(&mut **tx)
    .await?;
    if is_new.rows_affected() == 1 {
        rights::change_role(tx, None, id, role).await?;
    }
    Ok(())
}
