//! How somebody's photos did in a week.

use chrono::{Days, NaiveDate};
use serde_json::json;
use sqlx::PgConnection;

use super::{Composed, Skipped, UNWANTED, subscriber};
use crate::error::Error;
use crate::mail::Mailer;
use crate::mail::unsubscribe::{OptionalMail, Subscription};
use crate::ratings::{standings, weekly_digest};

/// Photos that are told of one by one; of the others only how many there are.
const LONGEST: usize = 20;

pub(super) async fn compose(
    conn: &mut PgConnection,
    mailer: &Mailer,
    account: i64,
    monday: NaiveDate,
) -> Result<Composed, Error> {
    let Some((account, address)) = subscriber(conn, account, OptionalMail::Digest).await? else { return Ok(UNWANTED) };
    let photos = weekly_digest::of_owner(conn, monday, account.id).await?;
    if photos.is_empty() {
        return Ok(Skipped("there is nothing to tell of that week"));
    }
    let mut lines = Vec::new();
    for photo in photos.iter().take(LONGEST) {
        let standing = standings::find(conn, photo.submission).await?;
        lines.push(json!({
            "title": photo.title,
            "ratings": photo.ratings,
            "average": photo.sum as f64 / photo.ratings as f64,
            "rank": standing.as_ref().map(|standing| standing.rank),
            "of": standing.as_ref().map(|standing| standing.photos),
            "link": mailer.link(&format!("/submissions/{}", photo.submission)),
        }));
    }
    let sunday = monday.checked_add_days(Days::new(6)).unwrap_or(monday);
    let data = json!({
        "name": account.display_name,
        "from": monday.format("%-d %B").to_string(),
        "to": sunday.format("%-d %B %Y").to_string(),
        "ratings": photos.iter().map(|photo| photo.ratings).sum::<i64>(),
        "photos": lines,
        "more": photos.len().saturating_sub(LONGEST),
    });
    let ends = Subscription { account: account.id, mails: OptionalMail::Digest };
    Ok(Composed::Mail(Box::new(mailer.compose("digest", &address, Some(ends), data)?)))
}
