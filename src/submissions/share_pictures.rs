//! Pictures that other sites show beside a link to a photo: with the score drawn on it, made by a job once somebody shares the photo or
//! a site asks for it, and made anew when the score that people see is another one, but at most now and then.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::queue::{self, Job};

/// A picture is not made anew before it is so old: other sites keep theirs for longer anyway.
const REST: Duration = Duration::from_secs(3600);

/// The smallest rendition that is large enough, in pixels.
const ENOUGH: i32 = 640;

/// How a photo on show stands with its picture.
#[derive(Debug, Clone)]
pub struct SharePicture {
    /// Where the renditions are.
    pub key: Uuid,
    /// Sides of the renditions, in pixels, ascending.
    pub sizes: Vec<i32>,
    /// The score as people see it, in tenths; nothing before there is one.
    pub tenths: Option<i16>,
    /// What is drawn on the picture that lies beside these renditions, and since when, if there is one.
    pub made: Option<(i16, DateTime<Utc>)>,
}

impl SharePicture {
    /// Is one to be made?
    pub fn due(&self, now: DateTime<Utc>) -> bool {
        match (self.tenths, self.made) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(tenths), Some((drawn, at))) => tenths != drawn && (now - at).to_std().is_ok_and(|age| age >= REST),
        }
    }

    /// The side of the rendition to draw it from, or to show in its place.
    pub fn rendition(&self) -> Option<u32> {
        let large = self.sizes.iter().find(|&&size| size >= ENOUGH).or(self.sizes.last());
        large.and_then(|&size| u32::try_from(size).ok())
    }
}

/// That of a photo; nothing unless the photo is on show.
pub async fn find(conn: &mut PgConnection, submission: i64) -> Result<Option<SharePicture>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT s.rendition_key AS "key!", s.rendition_sizes, g.score AS "score?", p.tenths AS "tenths?", p.made_at AS "made_at?"
           FROM submissions s LEFT JOIN standings g ON g.submission = s.id
                LEFT JOIN share_pictures p ON p.submission = s.id AND p.rendition_key = s.rendition_key
           WHERE s.id = $1 AND s.ordinal IS NOT NULL AND NOT s.renditions_hidden"#,
        submission
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| SharePicture {
        key: row.key,
        sizes: row.rendition_sizes,
        tenths: row.score.and_then(tenths),
        made: row.tenths.zip(row.made_at),
    }))
}

/// As a score is written on pages, with one decimal.
pub fn tenths(score: f64) -> Option<i16> {
    format!("{score:.1}").replace('.', "").parse().ok()
}

/// Asks for it, if it is due.
pub async fn want(tx: &mut Transaction<'_, Postgres>, submission: i64) -> Result<(), sqlx::Error> {
    let due = find(tx, submission).await?.is_some_and(|picture| picture.due(Utc::now()));
    if due {
        queue::enqueue(tx, Job::MakeSharePicture { submission }).await?;
    }
    Ok(())
}

/// It is drawn, and lies beside these renditions. False when they are not the photo's any more.
pub async fn made(
    tx: &mut Transaction<'_, Postgres>,
    submission: i64,
    key: Uuid,
    tenths: i16,
) -> Result<bool, sqlx::Error> {
    let still = sqlx::query!(
        "SELECT FROM submissions WHERE id = $1 AND rendition_key = $2 AND NOT renditions_hidden FOR SHARE",
        submission,
        key
    )
    .fetch_optional(&mut **tx)
    .await?;
    if still.is_none() {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO share_pictures (submission, rendition_key, tenths) VALUES ($1, $2, $3)
         ON CONFLICT (submission) DO UPDATE SET rendition_key = $2, tenths = $3, made_at = now()",
        submission,
        key,
        tenths
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_anew_for_another_score_and_not_too_often() {
        let now = Utc::now();
        let picture = |tenths, made: Option<(i16, i64)>| SharePicture {
            key: Uuid::nil(),
            sizes: vec![160, 320, 640, 1280],
            tenths,
            made: made.map(|(drawn, minutes)| (drawn, now - chrono::TimeDelta::minutes(minutes))),
        };
        assert!(!picture(None, None).due(now));
        assert!(picture(Some(82), None).due(now));
        assert!(!picture(Some(82), Some((82, 600))).due(now));
        assert!(!picture(Some(82), Some((81, 30))).due(now));
        assert!(picture(Some(82), Some((81, 61))).due(now));
        assert_eq!(picture(None, None).rendition(), Some(640));
    }

    #[test]
    fn tenths_are_what_pages_show() {
        assert_eq!([8.04, 8.16, 1.0, 9.96, 10.0].map(tenths), [80, 82, 10, 100, 100].map(Some));
    }
}
