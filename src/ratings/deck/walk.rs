//! Many go through the deck at once, each along their own order: so many statements as one alone would need.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::order::Order;
use super::store::{self, Look};
use super::{Asker, Class, DeckKey, LOOK_AHEAD, Lap, LapProgress};

/// A known rater's position is written back when it lags this far: votes are cheaper that way,
/// and looking again at photos already rated finds the same next photo.
const WRITE_BACK: i64 = 16;

/// One asker's way.
struct Walk {
    before: Option<LapProgress>,
    now: Option<(LapProgress, Order)>,
    found: Option<i64>,
}

impl Walk {
    /// Is there something left of the lap?
    fn goes_on(&self) -> bool {
        self.now.as_ref().is_some_and(|(progress, order)| progress.position < order.len())
    }

    /// The places ahead, and how many they are.
    fn ahead(&self) -> ([i64; LOOK_AHEAD], i64) {
        let mut ordinals = [0; LOOK_AHEAD];
        let Some((progress, order)) = &self.now else { return (ordinals, 0) };
        let places = (progress.position..order.len()).zip(&mut ordinals);
        let count = places.map(|(position, ordinal)| *ordinal = order.ordinal(position)).count();
        (ordinals, count as i64)
    }
}

/// What [`current`](super::current) gives, for each of them.
pub async fn current_all(
    conn: &mut PgConnection,
    key: &DeckKey,
    askers: &mut [Asker],
) -> Result<Vec<Option<i64>>, sqlx::Error> {
    let order =
        |asker: &Asker, progress: LapProgress| (progress, Order::new(key, asker.rater.id, asker.class, progress.lap));
    let begin = |asker: &mut Asker| {
        let before = *asker.rater.bookmarks.of(asker.class);
        Walk { before, now: before.map(|progress| order(asker, progress)), found: None }
    };
    let mut walks: Vec<Walk> = askers.iter_mut().map(begin).collect();
    let mut left: Vec<usize> = (0..walks.len()).collect();
    while !left.is_empty() {
        let (on_lap, done): (Vec<usize>, Vec<usize>) = left.iter().partition(|&&at| walks[at].goes_on());
        look(conn, askers, &mut walks, &on_lap).await?;
        left = on_lap.into_iter().filter(|&at| walks[at].found.is_none()).collect();
        if done.is_empty() {
            continue;
        }
        let sizes = store::sizes(conn).await?;
        for at in done {
            let behind = walks[at].now.as_ref().map_or(0, |(progress, _)| progress.lap.end);
            if let Some(lap) = next_lap(sizes, askers[at].class, behind) {
                let progress = begin_lap(conn, &askers[at], lap).await?;
                walks[at].now = Some(order(&askers[at], progress));
                left.push(at);
            }
        }
    }
    for (asker, walk) in askers.iter_mut().zip(&walks) {
        *asker.rater.bookmarks.of(asker.class) = walk.now.as_ref().map(|(progress, _)| *progress);
    }
    write_back(conn, askers, &walks).await?;
    Ok(walks.into_iter().map(|walk| walk.found).collect())
}

/// Moves over positions that are done with, to the first photo that is not.
async fn look(
    conn: &mut PgConnection,
    askers: &[Asker],
    walks: &mut [Walk],
    on_lap: &[usize],
) -> Result<(), sqlx::Error> {
    if on_lap.is_empty() {
        return Ok(());
    }
    let (looks, counts): (Vec<Look>, Vec<i64>) = on_lap
        .iter()
        .map(|&at| {
            let Asker { rater, class } = askers[at];
            let (ordinals, count) = walks[at].ahead();
            (Look { rater: rater.id, account: rater.account, class, ordinals }, count)
        })
        .unzip();
    let mut open =
        store::open(conn, &looks).await?.into_iter().map(|open| (open.look, open)).collect::<BTreeMap<_, _>>();
    for (look, (&at, count)) in (1..).zip(on_lap.iter().zip(counts)) {
        let Some((progress, _)) = &mut walks[at].now else { continue };
        match open.remove(&look) {
            Some(open) => {
                progress.position += open.at - 1;
                walks[at].found = Some(open.id);
            }
            None => progress.position += count,
        }
    }
    Ok(())
}

/// All that was added to the class since `done`; nothing when nothing was.
fn next_lap((all, described): (i64, i64), class: Class, done: i64) -> Option<Lap> {
    let size = match class {
        Class::All => all,
        Class::Described => described,
    };
    (size > done).then_some(Lap { start: done + 1, end: size })
}

async fn begin_lap(conn: &mut PgConnection, asker: &Asker, lap: Lap) -> Result<LapProgress, sqlx::Error> {
    match asker.rater.stored {
        true => store::begin_lap(conn, asker.class, asker.rater.id, lap).await,
        false => Ok(LapProgress { lap, position: 0 }),
    }
}

async fn write_back(conn: &mut PgConnection, askers: &[Asker], walks: &[Walk]) -> Result<(), sqlx::Error> {
    for class in [Class::All, Class::Described] {
        let lagging = askers.iter().zip(walks).filter(|(asker, _)| asker.class == class && asker.rater.stored);
        let lagging = lagging.filter_map(|(asker, walk)| {
            let (now, _) = walk.now.as_ref()?;
            lags(walk.before, *now).then_some((asker.rater.id, *now))
        });
        let lagging: Vec<_> = lagging.collect();
        if !lagging.is_empty() {
            store::write_all_back(conn, class, &lagging).await?;
        }
    }
    Ok(())
}

fn lags(before: Option<LapProgress>, now: LapProgress) -> bool {
    before.is_none_or(|before| before.lap != now.lap || now.position - before.position >= WRITE_BACK)
}
