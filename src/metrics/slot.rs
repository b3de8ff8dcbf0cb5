//! The name of a process among its like: a number that is free, held by an advisory lock for as long as the connection lives.
//! Process ids would make a new series at each start, and no name at all would let two processes overwrite each other's points.

use sqlx::PgConnection;

/// Processes of a sort that are told apart.
const SLOTS: i32 = 64;

/// Takes a slot, such as `web-0`: the one that this process had before if that is free, else the lowest.
pub(super) async fn take(
    conn: &mut PgConnection,
    role: &str,
    before: Option<&str>,
) -> Result<Option<String>, sqlx::Error> {
    let name = |slot: i32| format!("{role}-{slot}");
    let mut slots: Vec<i32> = (0..SLOTS).collect();
    slots.sort_by_key(|&slot| before != Some(&name(slot)));
    for slot in slots {
        let taken = sqlx::query_scalar!(
            r#"SELECT pg_try_advisory_lock(hashtextextended('ratemyderp: metrics ' || $1::text, 0)) AS "taken!""#,
            name(slot)
        )
        .fetch_one(&mut *conn)
        .await?;
        if taken {
            return Ok(Some(name(slot)));
        }
    }
    Ok(None)
}
