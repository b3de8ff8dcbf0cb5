//! Codes for when the app is lost: shown once, stored as salted hashes, each good once.

use std::fmt;

use rand::RngExt;
use sha2::{Digest, Sha256};
use sqlx::{Postgres, Transaction};

use super::CodeCheck;
use crate::error::Error;

/// How many there are.
pub const COUNT: usize = 10;

/// Digits of one: 66 bits. Digits alone, so that the keyboard that phones show for codes is enough.
const LENGTH: usize = 20;

/// A recovery code; never logged. Shown as `4821 0937 5560 1348 2276`.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    pub fn random() -> Self {
        let mut rng = rand::rng();
        RecoveryCode((0..LENGTH).map(|_| char::from(rng.random_range(b'0'..=b'9'))).collect())
    }

    /// Reads one without spaces.
    pub fn parse(plain: &str) -> Option<Self> {
        let digits = plain.bytes().all(|byte| byte.is_ascii_digit());
        (plain.len() == LENGTH && digits).then(|| RecoveryCode(plain.to_owned()))
    }

    fn hash(&self, salt: &[u8]) -> Vec<u8> {
        Sha256::new().chain_update(salt).chain_update(&self.0).finalize().to_vec()
    }
}

impl fmt::Display for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

/// What an account's hashes begin with.
pub fn salt() -> [u8; 16] {
    rand::random()
}

/// Ten new ones; the old ones are worthless. `NotFound` when two-factor is off.
pub async fn renew(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<Vec<RecoveryCode>, Error> {
    let salt = sqlx::query_scalar!(
        "UPDATE two_factor SET salt = $2 WHERE account = $1 AND confirmed_at IS NOT NULL RETURNING salt",
        account,
        &salt()[..]
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM recovery_codes WHERE account = $1", account).execute(&mut **tx).await?;
    let codes: Vec<RecoveryCode> = (0..COUNT).map(|_| RecoveryCode::random()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| code.hash(&salt)).collect();
    sqlx::query!(
        "INSERT INTO recovery_codes (account, hash) SELECT $1, hash FROM unnest($2::bytea[]) AS hash",
        account,
        &hashes
    )
    .execute(&mut **tx)
    .await?;
    Ok(codes)
}

/// Uses one up.
pub async fn redeem(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    code: &RecoveryCode,
) -> Result<CodeCheck, sqlx::Error> {
    // Locked, so that codes which are being replaced are not accepted.
    let salt = sqlx::query_scalar!(
        "SELECT salt FROM two_factor WHERE account = $1 AND confirmed_at IS NOT NULL FOR UPDATE",
        account
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(hash) = salt.map(|salt| code.hash(&salt)) else {
        return Ok(CodeCheck::Wrong);
    };
    let redeemed = sqlx::query!(
        "UPDATE recovery_codes SET used_at = now() WHERE account = $1 AND hash = $2 AND used_at IS NULL",
        account,
        hash
    )
    .execute(&mut **tx)
    .await?;
    if redeemed.rows_affected() == 1 {
        return Ok(CodeCheck::Recovered);
    }
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM recovery_codes WHERE account = $1 AND hash = $2) AS "known!""#,
        account,
        hash
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(if known { CodeCheck::Used } else { CodeCheck::Wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        let code = RecoveryCode::random();
        let shown = code.to_string();
        assert_eq!(shown.len(), 24, "{shown}");
        assert!(RecoveryCode::parse(&shown.replace(' ', "")).is_some_and(|read| read == code));
        for wrong in ["", "0110", "0110011001100110011X", "011001100110011001101", "\u{661}1001100110011001"] {
            assert!(RecoveryCode::parse(wrong).is_none(), "{wrong:?}");
        }
    }
}
