//! When a member last looked at their photos, as their browser remembers it: nothing is written by looking.

use chrono::{Days, NaiveDate, Utc};
use rocket::time::Duration;
use serde::{Deserialize, Serialize};

use crate::web::guards::cookies::Cookies;

const COOKIE: &str = "visited";

/// A browser remembers it for so long, and what has changed is looked up as far back.
pub const DAYS: u32 = 60;

#[derive(Serialize, Deserialize)]
struct Visits {
    account: i64,
    /// The day (UTC) of the last visit, and the one before.
    last: NaiveDate,
    before: Option<NaiveDate>,
}

/// The day of the visit before today's; nothing at the first one. Notes that there was one today.
pub fn before_today(cookies: Cookies<'_>, account: i64) -> Option<NaiveDate> {
    let today = Utc::now().date_naive();
    let kept = cookies.kept::<Visits>(COOKIE).filter(|kept| kept.account == account && kept.last <= today);
    let before = match &kept {
        Some(kept) if kept.last == today => kept.before,
        Some(kept) => Some(kept.last),
        None => None,
    };
    if kept.is_none_or(|kept| kept.last != today) {
        cookies.keep(COOKIE, &Visits { account, last: today, before }, Duration::days(i64::from(DAYS)));
    }
    before
        .filter(|&day| today.checked_sub_days(Days::new(DAYS.into())).is_some_and(|first| first <= day && day < today))
}
