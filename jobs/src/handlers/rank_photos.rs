//! `rank_photos`: the standings and the boards.

use std::time::Duration;

use ratemyderp::queue::{JobKind, rest};
use ratemyderp::ratings::{boards, standings};

use crate::{Claim, Context, Failure};

/// How long to wait for another one that is at it.
const AT_IT: Duration = Duration::from_secs(5);

/// Works out a generation and ends the job in one transaction. Never two at once, and not soon after one that took long,
/// whoever asks: what it reads and writes grows with the photos, and votes want the database too.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    if !standings::try_lock(&mut tx).await? {
        return Err(Failure::Postponed("photos are being ranked at this moment".to_owned(), AT_IT));
    }
    if let Some(rest) = rest::left(&mut tx, JobKind::RankPhotos, ctx.config.rank_rest_factor).await? {
        let why =
            format!("the last run took {} s, and the next one waits for so long as to leave room", rest.took.as_secs());
        return Err(Failure::Postponed(why, rest.left));
    }
    let began = std::time::Instant::now();
    boards::moved::keep(&mut tx).await?;
    let gathered = boards::gather(&mut tx, ctx.config.even_out_raters).await?;
    standings::recompute(&mut tx).await?;
    claim.say(format!("worked out the standings in {} ms", began.elapsed().as_millis()));
    boards::update(&mut tx, &gathered).await?;
    claim.commit(tx).await
}
