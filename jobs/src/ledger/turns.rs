//! Whose turn it is, where jobs of several lanes wait.

use std::time::{Duration, Instant};

/// A lane in which nothing was due is left out so long while others have jobs. What arrives ends that at once.
const EMPTY: Duration = Duration::from_millis(50);

/// Jobs that a lane may have before it shares, after it had none while others worked: a burst waits for no flood.
const CREDIT: u64 = 32;

/// Lanes in which jobs wait get as many jobs done as one another, whatever stands empty between them: whoever has had the fewest
/// is next. That is fair queueing by start tags (Goyal, Vin and Cheng, 1997), in which a lane may save up a little.
pub(super) struct Turns {
    /// By lane: what it has had, and what it did not ask for in time.
    had: Vec<u64>,
    /// By lane: left out until then.
    empty: Vec<Option<Instant>>,
    /// What the lane had whose jobs were taken last: no other lags behind that by more than the credit.
    now: u64,
}

impl Turns {
    pub fn new(lanes: usize) -> Self {
        Turns { had: vec![CREDIT; lanes], empty: vec![None; lanes], now: CREDIT }
    }

    /// The lanes to look into now, in order.
    pub fn next(&self) -> Vec<usize> {
        let now = Instant::now();
        let mut open: Vec<usize> =
            (0..self.empty.len()).filter(|&lane| self.empty[lane].is_none_or(|until| until <= now)).collect();
        open.sort_by_key(|&lane| self.tag(lane));
        open
    }

    /// So many jobs were taken from a lane.
    pub fn served(&mut self, lane: usize, jobs: usize) {
        self.now = self.tag(lane);
        self.had[lane] = self.now + jobs as u64;
    }

    /// As many jobs of a lane run as may: it passes, as if it had been given what it was offered.
    pub fn passed(&mut self, lane: usize, jobs: usize) {
        self.had[lane] = self.tag(lane).max(self.now) + jobs as u64;
    }

    pub fn was_empty(&mut self, lane: usize) {
        self.empty[lane] = Some(Instant::now() + EMPTY);
    }

    /// A job has arrived in this lane.
    pub fn arrived(&mut self, lane: usize) {
        self.empty[lane] = None;
    }

    /// Something has arrived, wherever that was.
    pub fn forget(&mut self) {
        self.empty.fill(None);
    }

    fn tag(&self, lane: usize) -> u64 {
        self.had[lane].max(self.now - CREDIT)
    }
}

#[cfg(test)]
mod tests {
    use super::{CREDIT, Turns};

    /// Takes `jobs` from the lane whose turn it is.
    fn take(turns: &mut Turns, jobs: usize) -> usize {
        let lane = turns.next()[0];
        turns.served(lane, jobs);
        lane
    }

    #[test]
    fn lanes_with_jobs_get_as_many_done() {
        let mut turns = Turns::new(3);
        let mut had = [0; 3];
        for round in 0..300 {
            let jobs = 1 + round % 8;
            had[take(&mut turns, jobs)] += jobs;
        }
        assert!(had.iter().max().unwrap() - had.iter().min().unwrap() <= 8, "{had:?}");
    }

    #[test]
    fn a_burst_passes_a_flood_and_a_second_flood_does_not() {
        let mut turns = Turns::new(2);
        turns.was_empty(1);
        for _ in 0..1000 {
            turns.served(0, 8);
        }
        turns.forget();
        let mut first = 0;
        while take(&mut turns, 8) == 1 {
            first += 8;
        }
        assert_eq!(first, CREDIT + 8, "what it saved up, and its turn");
        let next: Vec<_> = (0..6).map(|_| take(&mut turns, 8)).collect();
        assert_eq!(next, [1, 0, 1, 0, 1, 0], "and then each in turn");
    }

    #[test]
    fn a_lane_that_worked_alone_owes_nothing_for_it() {
        let mut turns = Turns::new(2);
        for _ in 0..1000 {
            turns.served(1, 8);
        }
        turns.served(0, 8);
        let lanes: Vec<_> = (0..20).map(|_| take(&mut turns, 8)).collect();
        assert!(lanes[5..].contains(&1), "{lanes:?}");
    }

    #[test]
    fn what_arrives_opens_its_lane_alone() {
        let mut turns = Turns::new(3);
        (0..3).for_each(|lane| turns.was_empty(lane));
        turns.arrived(1);
        assert_eq!(turns.next(), [1]);
        turns.forget();
        assert_eq!(turns.next(), [0, 1, 2]);
    }

    #[test]
    fn a_lane_at_its_limit_is_not_asked_before_all_others_each_time() {
        let mut turns = Turns::new(2);
        for _ in 0..100 {
            turns.served(0, 8);
        }
        turns.passed(1, 8);
        assert_eq!(turns.next(), [0, 1]);
    }
}
