//! A random generator whose choices are the same on every machine and with every release of its crates.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// ChaCha8 with a key and stream that we lay out ourselves, and our own few lines from its words to a choice: the
/// distributions and `StdRng` of `rand` may change between releases.
pub struct Random(ChaCha8Rng);

impl Random {
    /// An independent generator for each `stream` of `seed`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut key = *b"derpy animals, drawn by program.";
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A whole number from 0 to `n` - 1; 0 if `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        // Lemire's multiplication; its bias of n/2^32 cannot be seen in a drawing.
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number from `low` to `high`, in 65,536 steps, each exact in `f32`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.below(65_536) as f32 / 65_536.0)
    }

    /// True with a probability of 1 / `n`.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// -1 or 1, as likely as each other.
    pub fn sign(&mut self) -> f32 {
        if self.one_in(2) { -1.0 } else { 1.0 }
    }

    /// The `nth` item of `pack` after shuffling it, starting over when the pack is used up, so that neighbours differ.
    pub fn deal<T: Copy>(&mut self, pack: &[T], nth: u32) -> T {
        let mut pack = pack.to_vec();
        for last in (1..pack.len()).rev() {
            pack.swap(last, self.below(last as u32 + 1) as usize);
        }
        pack[nth as usize % pack.len()]
    }
}
