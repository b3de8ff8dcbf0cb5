//! Members who have seen every photo and want to be told when there are more. They are told once, and wait no longer.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::deck::{self, Class};
use crate::db::along_indexes;

/// So many photos are worth a mail at any time; a single one is after a day.
pub const ENOUGH: i64 = 5;

/// Places of the deck that are looked at for one member, however many there are. What is open stays ahead of them until they are told.
const AHEAD: i64 = 64;

/// Somebody who waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub account: i64,
    /// The photos that they go through.
    pub class: Class,
    /// There was nothing left for them up to this place, among the photos of the class.
    pub place: i64,
    /// Who they are as a rater; nothing for whoever gets no mail now: they are suspended, leaving, or have no address that they read.
    rater: Option<Uuid>,
    /// Have they waited for a day?
    long: bool,
    /// Photos behind that place that they can rate; no more than [`ENOUGH`] are counted.
    open: i64,
    /// There is nothing left for them up to this place.
    done: i64,
}

impl Waiting {
    /// Is it time to tell them?
    pub fn over(&self) -> bool {
        self.open >= ENOUGH || self.long && self.open > 0
    }
}

/// A member wants to be told of photos behind those that they have been dealt. Repeating it changes nothing. False for accounts without
/// an address that is confirmed. Whoever deletes the account meanwhile is waited for, so that nothing is left behind them.
pub async fn ask(tx: &mut Transaction<'_, Postgres>, account: i64, class: Class) -> Result<bool, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO awaited_photos (account, place, described_place)
         SELECT a.id, CASE WHEN $2 THEN d.size ELSE coalesce(r.lap_end, d.size) END,
                CASE WHEN $2 THEN coalesce(r.described_end, d.described_size) ELSE d.described_size END
         FROM accounts a CROSS JOIN deck d LEFT JOIN raters r ON r.account = a.id
         WHERE a.id = $1 AND a.email_verified_at IS NOT NULL AND a.deleted_at IS NULL FOR SHARE OF a
         ON CONFLICT (account) DO NOTHING",
        account,
        class == Class::Described
    )
    .execute(&mut **tx)
    .await?;
    Ok(since(tx, account).await?.is_some())
}

/// Since when an account waits, if it does.
pub async fn since(conn: &mut PgConnection, account: i64) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!("SELECT asked_at FROM awaited_photos WHERE account = $1", account).fetch_optional(conn).await
}

/// An account no longer waits. False when it did not.
pub async fn stop(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<bool, sqlx::Error> {
    let stopped = sqlx::query!("DELETE FROM awaited_photos WHERE account = $1", account).execute(&mut **tx).await?;
    Ok(stopped.rows_affected() > 0)
}

/// So many of those who wait, behind this account, and what there is for each.
pub async fn waiting(conn: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<Waiting>, sqlx::Error> {
    let (all, described) = deck::sizes(conn).await?;
    let mut tx = along_indexes(conn).await?;
    let mut waiting = page(&mut tx, after, limit).await?;
    let looks = waiting.iter().filter_map(|member| {
        let size = if member.class == Class::Described { described } else { all };
        Look::of(member.rater?, member.account, member.class, member.place, size)
    });
    let looks: Vec<Look> = looks.collect();
    let mut seen = look(&mut tx, &looks).await?;
    tx.rollback().await?;
    for member in &mut waiting {
        if let Some(seen) = seen.remove(&member.account) {
            (member.open, member.done) = (seen.open, seen.done);
        }
    }
    Ok(waiting)
}

/// There is nothing for this member up to where was looked, and never will be: nobody has to look there again.
pub async fn move_on(tx: &mut Transaction<'_, Postgres>, member: &Waiting) -> Result<(), sqlx::Error> {
    if member.done <= member.place {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE awaited_photos
         SET place = CASE WHEN $3 THEN place ELSE greatest(place, $2) END,
             described_place = CASE WHEN $3 THEN greatest(described_place, $2) ELSE described_place END
         WHERE account = $1",
        member.account,
        member.done,
        member.class == Class::Described
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// How many photos close behind a place a member can rate; no more than [`ENOUGH`] are counted.
pub async fn open(conn: &mut PgConnection, account: i64, class: Class, place: i64) -> Result<i64, sqlx::Error> {
    let (all, described) = deck::sizes(conn).await?;
    let rater = deck::load_member(conn, account).await?.id.0;
    let size = if class == Class::Described { described } else { all };
    let mut tx = along_indexes(conn).await?;
    let looks: Vec<Look> = Look::of(rater, account, class, place, size).into_iter().collect();
    let seen = look(&mut tx, &looks).await?;
    tx.rollback().await?;
    Ok(seen.get(&account).map_or(0, |seen| seen.open))
}

async fn page(conn: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT w.account AS "account!", w.place AS "place!", w.described_place AS "described_place!",
                  w.asked_at <= now() - interval '1 day' AS "long!", who.described_only AS "described_only?", who.rater
           FROM (SELECT * FROM awaited_photos WHERE account > $1 ORDER BY account LIMIT $2) w
                LEFT JOIN LATERAL (
                    SELECT (SELECT s.described_only FROM settings s WHERE s.account = a.id),
                           (SELECT r.id FROM raters r WHERE r.account = a.id) AS rater
                    FROM accounts a
                    WHERE a.id = w.account AND a.email_verified_at IS NOT NULL AND a.suspended_at IS NULL
                      AND a.deletion_due_at IS NULL AND a.deleted_at IS NULL OFFSET 0) who ON true
           ORDER BY w.account"#,
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    let members = rows.into_iter().map(|row| {
        let described = row.described_only.unwrap_or(false);
        let place = if described { row.described_place } else { row.place };
        let class = if described { Class::Described } else { Class::All };
        Waiting { account: row.account, class, place, rater: row.rater, long: row.long, open: 0, done: place }
    });
    Ok(members.collect())
}

/// Places to be looked at for somebody.
struct Look {
    rater: Uuid,
    account: i64,
    class: Class,
    /// From behind this place
    behind: i64,
    /// to this one.
    until: i64,
}

impl Look {
    /// Nothing when there are no places behind this one.
    fn of(rater: Uuid, account: i64, class: Class, behind: i64, size: i64) -> Option<Self> {
        let until = size.min(behind + AHEAD);
        (until > behind).then_some(Look { rater, account, class, behind, until })
    }
}

struct Seen {
    open: i64,
    done: i64,
}

/// What each finds, by account. Place by place, as the deck does it (`deck/store.rs`): nothing here is a join that could be turned round.
async fn look(conn: &mut PgConnection, looks: &[Look]) -> Result<BTreeMap<i64, Seen>, sqlx::Error> {
    if looks.is_empty() {
        return Ok(BTreeMap::new());
    }
    let raters: Vec<Uuid> = looks.iter().map(|look| look.rater).collect();
    let accounts: Vec<i64> = looks.iter().map(|look| look.account).collect();
    let described: Vec<bool> = looks.iter().map(|look| look.class == Class::Described).collect();
    let behind: Vec<i64> = looks.iter().map(|look| look.behind).collect();
    let until: Vec<i64> = looks.iter().map(|look| look.until).collect();
    let rows = sqlx::query!(
        r#"SELECT asked.account AS "account!", seen.open AS "open!", coalesce(seen.first - 1, asked.until) AS "done!"
           FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[]), (SELECT $3::boolean[]), (SELECT $4::bigint[]), (SELECT $5::bigint[]))
                    AS asked (rater, account, described, behind, until)
                CROSS JOIN LATERAL (
                    SELECT count(*) AS open, min(found.ordinal) AS first
                    FROM (SELECT place.ordinal
                          FROM generate_series(asked.behind + 1, asked.until) AS place (ordinal)
                               CROSS JOIN LATERAL (
                                   SELECT s.id, s.owner FROM submissions s
                                   WHERE s.ordinal = place.ordinal AND NOT asked.described
                                   UNION ALL
                                   SELECT s.id, s.owner FROM submissions s
                                   WHERE s.described_ordinal = place.ordinal AND asked.described OFFSET 0) photo
                          WHERE photo.owner <> asked.account
                            AND coalesce(
                                (SELECT r.submission FROM ratings r WHERE r.rater = asked.rater AND r.submission = photo.id),
                                (SELECT p.submission FROM reports p WHERE p.rater = asked.rater AND p.submission = photo.id)) IS NULL
                          LIMIT $6) found) seen"#,
        &raters,
        &accounts,
        &described,
        &behind,
        &until,
        ENOUGH
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account, Seen { open: row.open, done: row.done })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(open: i64, long: bool) -> Waiting {
        Waiting { account: 1, class: Class::All, place: 0, rater: None, long, open, done: 0 }
    }

    #[test]
    fn five_photos_are_told_at_any_time_and_one_after_a_day() {
        for (open, long, over) in [
            (0, false, false),
            (0, true, false),
            (1, false, false),
            (1, true, true),
            (4, false, false),
            (5, false, true),
        ] {
            assert_eq!(waiting(open, long).over(), over, "{open} photos, waited for a day: {long}");
        }
    }

    #[test]
    fn nobody_looks_where_there_is_nothing_new_or_further_than_some_places() {
        let look =
            |behind, size| Look::of(Uuid::nil(), 1, Class::All, behind, size).map(|look| (look.behind, look.until));
        assert_eq!(look(10, 10), None);
        assert_eq!(look(10, 11), Some((10, 11)));
        assert_eq!(look(10, 1_000_000), Some((10, 10 + AHEAD)));
    }
}
