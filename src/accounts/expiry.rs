//! Deleting what has expired.

use sqlx::PgConnection;

use super::{security_log, throttle};

/// The most brakes that are kept: some 30 MB.
const BRAKES: i64 = 200_000;

/// Deletes sessions and links that have expired, brakes that no longer brake, and old entries of the security log.
pub async fn delete_expired(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sessions WHERE expires_at < now()").execute(&mut *conn).await?;
    // A used link is told apart from a wrong one for as long as anybody may click it again.
    sqlx::query!("DELETE FROM tokens WHERE expires_at < now() - interval '30 days'").execute(&mut *conn).await?;
    throttle::prune(conn, BRAKES).await?;
    security_log::delete_old(conn).await
}
