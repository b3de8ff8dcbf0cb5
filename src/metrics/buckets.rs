//! How long things took, as counts between fixed bounds: such counts can be added up, over time and over processes, and tell
//! quantiles all the same.

use std::time::Duration;

/// Upper bounds in milliseconds; one more bucket is for what took longer.
pub const BOUNDS: [u64; 17] =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000];

/// How many there are.
pub const BUCKETS: usize = BOUNDS.len() + 1;

/// The fields of a histogram.
pub const NAMES: [&str; BUCKETS] = [
    "b00", "b01", "b02", "b03", "b04", "b05", "b06", "b07", "b08", "b09", "b10", "b11", "b12", "b13", "b14", "b15",
    "b16", "b17",
];

/// Which bucket a duration belongs to: the first whose bound it does not pass.
pub fn bucket(took: Duration) -> usize {
    let nanos = took.as_nanos();
    BOUNDS.partition_point(|&bound| u128::from(bound) * 1_000_000 < nanos)
}

/// The value in milliseconds below which this share (0 to 1) lies, taken to be spread evenly within its bucket. Nothing where
/// nothing was counted. What took longer than the last bound counts as that bound.
pub fn quantile(counts: &[u64; BUCKETS], share: f64) -> Option<f64> {
    let all: u64 = counts.iter().sum();
    if all == 0 {
        return None;
    }
    let wanted = share.clamp(0.0, 1.0) * all as f64;
    let mut below = 0.0;
    for (bucket, &count) in counts.iter().enumerate() {
        let count = count as f64;
        if count > 0.0 && below + count >= wanted {
            let lower = bucket.checked_sub(1).map_or(0, |before| BOUNDS[before]) as f64;
            let upper = BOUNDS.get(bucket).map_or(lower, |&bound| bound as f64);
            return Some(lower + (upper - lower) * ((wanted - below) / count).clamp(0.0, 1.0));
        }
        below += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_the_bucket_that_it_ends() {
        for (millis, expected) in [(0, 0), (1, 0), (2, 1), (3, 2), (50, 5), (51, 6), (3_600_000, 16), (3_600_001, 17)] {
            assert_eq!(bucket(Duration::from_millis(millis)), expected, "{millis} ms");
        }
        assert_eq!(bucket(Duration::from_nanos(1_000_001)), 1);
        assert_eq!(bucket(Duration::MAX), 17);
    }

    #[test]
    fn quantiles_of_sums_lie_within_the_bucket_of_the_true_one() {
        let mut counts = [0; BUCKETS];
        assert_eq!(quantile(&counts, 0.5), None);
        for millis in 1..=100 {
            counts[bucket(Duration::from_millis(millis))] += 1;
        }
        assert_eq!(quantile(&counts, 0.5), Some(50.0));
        assert_eq!(quantile(&counts, 0.95), Some(95.0));
        assert_eq!(quantile(&counts, 0.0), Some(0.0));
        counts[17] = 1_000;
        assert_eq!(quantile(&counts, 0.95), Some(3_600_000.0));
    }
}
