//! What operators do to the queue besides single jobs: lanes, kinds and schedules are paused and resumed, lanes get more or less
//! room, workers take nothing new for a while, schedules run out of turn. All of it stands in the audit log, written by the
//! transaction that does it. The same form sent twice is answered the same; whoever comes second is told who was first, and why.

mod concurrency;
pub mod errors;
mod pause;
mod quiet;
mod reason;
mod run_now;
mod target;
mod until;

pub use self::concurrency::{Concurrency, set_concurrency};
pub use self::pause::{pause, paused, resume};
pub use self::quiet::{quiet, quiet_since, unquiet};
pub use self::reason::Reason;
pub use self::run_now::{RunNow, run_now};
pub use self::target::Target;
pub use self::until::until;

use chrono::{DateTime, Utc};

/// What became of a wish, in a sentence to whoever had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub sentence: String,
    /// False when it was so already.
    pub new: bool,
}

impl Done {
    fn now(sentence: String) -> Self {
        Done { sentence, new: true }
    }

    fn already(sentence: String) -> Self {
        Done { sentence, new: false }
    }
}

/// Within so many seconds the same wish of the same person is a doubled form.
const DOUBLED: i64 = 60;

fn just_now(at: DateTime<Utc>) -> bool {
    (Utc::now() - at).num_seconds() < DOUBLED
}

/// A moment as sentences say it.
fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B, %H:%M UTC").to_string()
}
