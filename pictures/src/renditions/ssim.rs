//! Structural similarity (Wang et al. 2004) of two grey squares, for choosing a JPEG quality.
//!
//! Not by a crate: `image-compare` has windows that do not overlap, and spreads over threads, while a permit stands for
//! one core; `dssim-core` is another measure, under the AGPL. Neither knows of tiles that must not be mixed.

/// Side of a window in pixels; windows overlap by half.
const WINDOW: usize = 8;
const HALF: usize = WINDOW / 2;

const C1: f32 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f32 = (0.03 * 255.0) * (0.03 * 255.0);

/// Mean SSIM over 8 x 8 windows at every fourth pixel, 1.0 for equal pictures.
///
/// The pictures are `side` pixels square and consist of tiles of `tile` pixels that have nothing to
/// do with each other, so no window straddles two of them. `tile` is at least 8.
pub(super) fn mean_ssim(left: &[u8], right: &[u8], side: usize, tile: usize) -> f32 {
    let cells = tile / HALF;
    let mut sum = 0.0_f64;
    let mut windows = 0_u32;
    for top in (0..=side - tile).step_by(tile) {
        for first in (0..=side - tile).step_by(tile) {
            // Sums of 4 x 4 cells; every window is four of them.
            let mut above: Vec<Sums> = Vec::new();
            for row in 0..cells {
                let current: Vec<Sums> = (0..cells)
                    .map(|column| Sums::of(left, right, side, first + column * HALF, top + row * HALF))
                    .collect();
                for (upper, lower) in above.windows(2).zip(current.windows(2)) {
                    sum += f64::from(upper[0].plus(upper[1]).plus(lower[0]).plus(lower[1]).ssim());
                    windows += 1;
                }
                above = current;
            }
        }
    }
    if windows == 0 { 1.0 } else { (sum / f64::from(windows)) as f32 }
}

#[derive(Clone, Copy, Default)]
struct Sums {
    left: u32,
    right: u32,
    left_squares: u32,
    right_squares: u32,
    products: u32,
}

impl Sums {
    fn of(left: &[u8], right: &[u8], side: usize, x: usize, y: usize) -> Self {
        let mut sums = Self::default();
        for row in y..y + HALF {
            let at = row * side + x;
            for (&a, &b) in left[at..at + HALF].iter().zip(&right[at..at + HALF]) {
                let (a, b) = (u32::from(a), u32::from(b));
                sums.left += a;
                sums.right += b;
                sums.left_squares += a * a;
                sums.right_squares += b * b;
                sums.products += a * b;
            }
        }
        sums
    }

    fn plus(self, other: Self) -> Self {
        Self {
            left: self.left + other.left,
            right: self.right + other.right,
            left_squares: self.left_squares + other.left_squares,
            right_squares: self.right_squares + other.right_squares,
            products: self.products + other.products,
        }
    }

    fn ssim(self) -> f32 {
        const N: f32 = (WINDOW * WINDOW) as f32;
        let (mean_a, mean_b) = (self.left as f32 / N, self.right as f32 / N);
        let variance_a = self.left_squares as f32 / N - mean_a * mean_a;
        let variance_b = self.right_squares as f32 / N - mean_b * mean_b;
        let covariance = self.products as f32 / N - mean_a * mean_b;
        ((2.0 * mean_a * mean_b + C1) * (2.0 * covariance + C2))
            / ((mean_a * mean_a + mean_b * mean_b + C1) * (variance_a + variance_b + C2))
    }
}
