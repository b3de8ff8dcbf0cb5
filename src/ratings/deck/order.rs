//! A keyed permutation of a lap's ordinals: a Feistel network over the next power of four, walked until it falls
//! inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).

use std::hash::Hasher;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher24;

use super::{Class, DeckKey, Lap};
use crate::ratings::RaterId;

const ROUNDS: u8 = 6;

/// One rater's order of one lap.
pub struct Order {
    lap: Lap,
    key: [u8; 16],
    half_bits: u32,
}

impl Order {
    pub fn new(key: &DeckKey, rater: RaterId, class: Class, lap: Lap) -> Self {
        let bits = u64::BITS - ((lap.end - lap.start) as u64).leading_zeros();
        Order { lap, key: lap_key(key, rater, class, lap), half_bits: bits.div_ceil(2).max(1) }
    }

    /// How many positions there are.
    pub fn len(&self) -> i64 {
        self.lap.end - self.lap.start + 1
    }

    /// The ordinal at a position from 0 to `len() - 1`; every ordinal of the lap has exactly one.
    pub fn ordinal(&self, position: i64) -> i64 {
        let mut value = position as u64;
        loop {
            value = self.permute(value);
            if value < self.len() as u64 {
                return self.lap.start + value as i64;
            }
        }
    }

    /// A permutation of the numbers below `4^half_bits`.
    fn permute(&self, value: u64) -> u64 {
        let mask = (1u64 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for round in 0..ROUNDS {
            let mut hasher = SipHasher24::new_with_key(&self.key);
            hasher.write_u8(round);
            hasher.write(&right.to_le_bytes());
            (left, right) = (right, left ^ (hasher.finish() & mask));
        }
        (left << self.half_bits) | right
    }
}

/// HMAC over rater, class and lap: nobody without the key can tell what comes next.
fn lap_key(key: &DeckKey, rater: RaterId, class: Class, lap: Lap) -> [u8; 16] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("a key of any length");
    mac.update(rater.0.as_bytes());
    mac.update(&lap.start.to_le_bytes());
    mac.update(&lap.end.to_le_bytes());
    if class == Class::Described {
        mac.update(b"described");
    }
    let mut lap_key = [0; 16];
    lap_key.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    lap_key
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn order(key: [u8; 32], rater: u128, start: i64, len: i64) -> Order {
        Order::new(&DeckKey(key), RaterId(Uuid::from_u128(rater)), Class::All, Lap { start, end: start + len - 1 })
    }

    #[test]
    fn every_small_lap_is_covered_exactly_once() {
        for len in 1..=600 {
            let order = order([7; 32], 42, 3, len);
            let seen: HashSet<i64> = (0..order.len()).map(|position| order.ordinal(position)).collect();
            assert_eq!(seen, (3..3 + len).collect::<HashSet<i64>>(), "{len} photos");
        }
    }

    #[test]
    fn two_raters_go_different_ways() {
        let (one, other) = (order([7; 32], 1, 1, 1000), order([7; 32], 2, 1, 1000));
        let same = (0..1000).filter(|&position| one.ordinal(position) == other.ordinal(position)).count();
        assert!(same < 20, "{same} of 1000 photos in the same place");
    }

    proptest! {
        #[test]
        fn any_key_and_size_gives_a_permutation(key: [u8; 32], rater: u128, start in 1i64..1_000_000, len in 1i64..20_000) {
            let order = order(key, rater, start, len);
            let mut seen = vec![false; len as usize];
            for position in 0..len {
                let at = usize::try_from(order.ordinal(position) - start).expect("inside the lap");
                prop_assert!(!std::mem::replace(&mut seen[at], true), "{} twice", at);
            }
        }

        #[test]
        fn huge_laps_stay_inside(key: [u8; 32], start in 1i64..1_000_000, len in 1i64..1 << 40, position: u64) {
            let order = order(key, 1, start, len);
            let ordinal = order.ordinal((position % len as u64) as i64);
            prop_assert!((start..start + len).contains(&ordinal));
        }
    }
}
