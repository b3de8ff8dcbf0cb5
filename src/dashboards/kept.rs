//! Answers that are kept for seconds, and worked out once for everybody who asks meanwhile.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is kept, by what it answers. There are as many places as there are different questions.
pub struct Kept<K, V> {
    fresh: Duration,
    places: Mutex<HashMap<K, Place<V>>>,
}

type Place<V> = Arc<tokio::sync::Mutex<Option<(Instant, Arc<V>)>>>;

/// For how long an old answer is better than none, while there is no new one.
const BETTER_THAN_NONE: Duration = Duration::from_secs(15 * 60);

impl<K: Hash + Eq, V> Kept<K, V> {
    /// With answers that are new for so long.
    pub fn new(fresh: Duration) -> Self {
        Kept { fresh, places: Mutex::new(HashMap::new()) }
    }

    /// The answer: a kept one that is new, or the one of `make`, for which all others who ask wait. Where that fails, the last one
    /// that there was; what it shows says how old it is.
    pub async fn get<E>(&self, key: K, make: impl Future<Output = Result<V, E>>) -> Result<Arc<V>, E> {
        let place = Arc::clone(self.places.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let mut place = place.lock().await;
        if let Some((at, known)) = &*place
            && at.elapsed() < self.fresh
        {
            return Ok(Arc::clone(known));
        }
        match make.await {
            Ok(made) => {
                let made = Arc::new(made);
                *place = Some((Instant::now(), Arc::clone(&made)));
                Ok(made)
            }
            Err(error) => match &*place {
                Some((at, known)) if at.elapsed() < BETTER_THAN_NONE => Ok(Arc::clone(known)),
                _ => Err(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_cost_one_answer() {
        let (kept, made) = (Kept::new(Duration::from_secs(60)), AtomicUsize::new(0));
        let ask = || {
            kept.get("a", async {
                tokio::task::yield_now().await;
                Ok::<_, ()>(made.fetch_add(1, Ordering::Relaxed))
            })
        };
        let (one, other, third) = tokio::join!(ask(), ask(), ask());
        assert_eq!((one, other, third), (Ok(Arc::new(0)), Ok(Arc::new(0)), Ok(Arc::new(0))));
    }

    #[tokio::test]
    async fn the_last_answer_is_better_than_none() {
        let kept = Kept::new(Duration::ZERO);
        assert_eq!(kept.get(1, async { Err::<u8, _>("away") }).await, Err("away"));
        assert_eq!(kept.get(1, async { Ok::<_, &str>(7) }).await, Ok(Arc::new(7)));
        assert_eq!(kept.get(1, async { Err("away") }).await, Ok(Arc::new(7)));
        assert_eq!(kept.get(2, async { Err::<u8, _>("away") }).await, Err("away"));
    }
}
