//! What can be asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::PgConnection;
use strum::VariantArray;

use crate::queue::JobKind;
use crate::queue::counts::counts;

/// The names that a filter may use, and what time it is.
#[derive(Debug, Clone)]
pub struct Known {
    /// Kinds of this program, and those of others that jobs are there of.
    pub kinds: BTreeSet<String>,
    /// Lanes, likewise.
    pub lanes: BTreeSet<String>,
    /// Accounts whose names were looked up.
    pub accounts: BTreeMap<String, i64>,
    /// From when `-1h` is counted.
    pub now: DateTime<Utc>,
}

impl Known {
    /// As it is now.
    pub async fn load(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let mut kinds: BTreeSet<String> = JobKind::VARIANTS.iter().map(|kind| kind.name().to_owned()).collect();
        let lanes = sqlx::query_scalar!("SELECT name FROM lanes").fetch_all(&mut *conn).await?;
        let mut lanes: BTreeSet<String> = lanes.into_iter().collect();
        for count in counts(conn).await? {
            kinds.insert(count.kind);
            lanes.insert(count.lane);
        }
        Ok(Known { kinds, lanes, accounts: BTreeMap::new(), now: Utc::now().trunc_subsecs(0) })
    }
}
