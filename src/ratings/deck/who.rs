//! Who asks: what their browser says, and what is known of them.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Bookmarks, Lap, LapProgress, Rater};
use crate::ratings::RaterId;

/// Somebody as their browser says.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// Nobody is logged in.
    Visitor {
        id: RaterId,
        /// How far they had come before their first vote.
        cookie: Bookmarks,
    },
    /// An account.
    Member(i64),
}

/// What `raters` knows of somebody, or what their cookie says.
pub async fn load(conn: &mut PgConnection, id: RaterId, cookie: Bookmarks) -> Result<Rater, sqlx::Error> {
    one(load_all(conn, &[Who::Visitor { id, cookie }]).await?)
}

/// The rater of a member, who has one from their first login on.
pub async fn load_member(conn: &mut PgConnection, account: i64) -> Result<Rater, sqlx::Error> {
    one(load_all(conn, &[Who::Member(account)]).await?)
}

fn one(mut found: Vec<Option<Rater>>) -> Result<Rater, sqlx::Error> {
    found.pop().flatten().ok_or(sqlx::Error::RowNotFound)
}

/// The same for many, in their order; nothing for an account without a rater. A cookie of before a login stands for somebody
/// new: whoever kept it is nobody's member, and neither sees what the member has rated nor votes for them.
pub async fn load_all(conn: &mut PgConnection, asked: &[Who]) -> Result<Vec<Option<Rater>>, sqlx::Error> {
    let mut found = vec![None; asked.len()];
    let mut left: Vec<(usize, Who)> = asked.iter().copied().enumerate().collect();
    while !left.is_empty() {
        let mut rows = rows(conn, &left).await?;
        let mut merged = vec![];
        for (place, (at, who)) in (1..).zip(left) {
            match (rows.remove(&place), who) {
                (Some(Row { merged: true, .. }), Who::Visitor { id, cookie }) => {
                    merged.push((at, Who::Visitor { id: id.successor(), cookie }));
                }
                (Some(row), _) => found[at] = Some(row.rater),
                (None, Who::Visitor { id, cookie }) => {
                    found[at] = Some(Rater { id, account: None, bookmarks: cookie, stored: false });
                }
                (None, Who::Member(_)) => {}
            }
        }
        left = merged;
    }
    Ok(found)
}

struct Row {
    rater: Rater,
    merged: bool,
}

/// Rows by their place among those asked for, from 1. (The queries here do not let the planner see how many there are: it would
/// plan anew each time. And each row is looked up apart, so that there is one plan only.)
async fn rows(conn: &mut PgConnection, asked: &[(usize, Who)]) -> Result<BTreeMap<i64, Row>, sqlx::Error> {
    let ids: Vec<Option<Uuid>> = asked.iter().map(|(_, who)| who.visitor()).collect();
    let accounts: Vec<Option<i64>> = asked.iter().map(|(_, who)| who.account()).collect();
    let rows = sqlx::query!(
        r#"SELECT asked.at AS "at!", r.id AS "id!", r.account, r.merged_into IS NOT NULL AS "merged!",
                  r.lap_start AS "lap_start!", r.lap_end AS "lap_end!", r.position AS "position!",
                  r.described_start, r.described_end, r.described_position
           FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[])) WITH ORDINALITY asked (id, account, at)
                CROSS JOIN LATERAL (
                    SELECT * FROM raters WHERE id = asked.id
                    UNION ALL SELECT * FROM raters WHERE account = asked.account OFFSET 0) r"#,
        &ids as &[Option<Uuid>],
        &accounts as &[Option<i64>]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let bookmarks = Bookmarks {
                all: progress(Some(row.lap_start), Some(row.lap_end), Some(row.position)),
                described: progress(row.described_start, row.described_end, row.described_position),
            };
            let rater = Rater { id: RaterId(row.id), account: row.account, bookmarks, stored: true };
            (row.at, Row { rater, merged: row.merged })
        })
        .collect())
}

impl Who {
    fn visitor(self) -> Option<Uuid> {
        match self {
            Who::Visitor { id, .. } => Some(id.0),
            Who::Member(_) => None,
        }
    }

    fn account(self) -> Option<i64> {
        match self {
            Who::Visitor { .. } => None,
            Who::Member(account) => Some(account),
        }
    }
}

fn progress(start: Option<i64>, end: Option<i64>, position: Option<i64>) -> Option<LapProgress> {
    Some(LapProgress { lap: Lap { start: start?, end: end? }, position: position? })
}
