//! That there are more photos to rate.

use serde_json::json;
use sqlx::PgConnection;

use super::{Composed, Skipped, UNWANTED, subscriber};
use crate::error::Error;
use crate::mail::Mailer;
use crate::mail::unsubscribe::{OptionalMail, Subscription};
use crate::ratings::awaited_photos::{self, ENOUGH};
use crate::ratings::deck::Class;

pub(super) async fn compose(
    conn: &mut PgConnection,
    mailer: &Mailer,
    account: i64,
    behind: i64,
    described: bool,
) -> Result<Composed, Error> {
    let Some((account, address)) = subscriber(conn, account, OptionalMail::AwaitedPhotos).await? else {
        return Ok(UNWANTED);
    };
    if account.deletion_due_at.is_some() {
        return Ok(Skipped("the member is leaving"));
    }
    let class = if described { Class::Described } else { Class::All };
    let photos = awaited_photos::open(conn, account.id, class, behind).await?;
    if photos == 0 {
        return Ok(Skipped("there is nothing left for them to rate"));
    }
    let data = json!({
        "name": account.display_name,
        "photos": photos,
        "more": photos >= ENOUGH,
        "described": described,
        "link": mailer.link("/"),
        "once": true,
    });
    let ends = Subscription { account: account.id, mails: OptionalMail::AwaitedPhotos };
    Ok(Composed::Mail(Box::new(mailer.compose("awaited-photos", &address, Some(ends), data)?)))
}
