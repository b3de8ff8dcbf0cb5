//! Places in the deck, and how far raters have come.

use sqlx::PgConnection;

pub(super) async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT d.size, d.described_size, s.top AS "top!", s.described_top AS "described_top!",
                  s.misplaced AS "misplaced!", r.beyond AS "beyond!", r.past AS "past!",
                  r.described_beyond AS "described_beyond!", r.described_past AS "described_past!"
           FROM deck d
                CROSS JOIN (
                    SELECT coalesce(max(ordinal), 0) AS top, coalesce(max(described_ordinal), 0) AS described_top,
                           count(*) FILTER (WHERE (described_ordinal IS NOT NULL) <> (ordinal IS NOT NULL AND alt_text <> ''))
                               AS misplaced
                    FROM submissions) s
                CROSS JOIN LATERAL (
                    -- Who is stored before there is a photo waits on the shortest lap.
                    SELECT count(*) FILTER (WHERE lap_end > greatest(d.size, 1)) AS beyond,
                           count(*) FILTER (WHERE position > lap_end - lap_start + 1) AS past,
                           count(*) FILTER (WHERE described_end > d.described_size) AS described_beyond,
                           count(*) FILTER (WHERE described_position > described_end - described_start + 1)
                               AS described_past
                    FROM raters) r"#
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(vec!["The one row of the table deck is missing: no photo gets a place.".to_owned()]);
    };
    let mut wrong = lap_faults("deck", row.size, row.top, row.beyond, row.past);
    let (size, top) = (row.described_size, row.described_top);
    wrong.extend(lap_faults("described part of the deck", size, top, row.described_beyond, row.described_past));
    if row.misplaced > 0 {
        wrong.push(format!("{} photos are described and not in that part of the deck, or the reverse.", row.misplaced));
    }
    Ok(wrong)
}

fn lap_faults(deck: &str, size: i64, top: i64, beyond: i64, past: i64) -> Vec<String> {
    let mut wrong = vec![];
    if top > size {
        wrong.push(format!("The {deck} says that it holds {size} photos, and one has place {top}."));
    }
    if beyond > 0 {
        wrong.push(format!("{beyond} raters are on a lap that ends beyond the {size} places of the {deck}."));
    }
    if past > 0 {
        wrong.push(format!("{past} raters have a position past the end of their lap through the {deck}."));
    }
    wrong
}
