//! What a picture looks like, in 64 bits that hardly change when it is scaled, saved again or lightly edited.
//!
//! The well-known "pHash": the 64 lowest frequencies of a 32 x 32 grey copy, each compared with their median.
//!
//! Not by `image_hasher`: its bits are others, so that every stored photo would need a new fingerprint, and it brings an
//! FFT and half a dozen crates for the few lines below.

use std::f64::consts::PI;

use super::Rejection;
use super::colour::{self, Colours};
use super::decode::Decoded;
use super::resize::{self, Picture};

/// Pictures are near each other when at most so many of their 64 bits differ. Two unrelated photos differ in 32 on average;
/// copies saved smaller or at a lower quality in one to four.
pub const NEAR: u32 = 7;

/// One bit for each of the 64 lowest frequencies, the lowest first: set where the frequency is above the median.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// How many bits differ, from 0 to 64.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// Side of the grey copy.
const SIDE: usize = 32;

/// Frequencies kept along each axis.
const KEPT: usize = 8;

/// Variance of the grey values, squared, below which a picture counts as plain: all plain pictures look the same.
const PLAIN: f64 = 9.0;

/// Of the whole upright picture; nothing when it is plain. Costs less than a millisecond.
pub(super) fn of(decoded: &Decoded) -> Result<Option<Fingerprint>, Rejection> {
    let side = SIDE as u32;
    let small = Picture { rgba: resize::roughly(decoded, None, (side, side))?, side };
    let small = colour::to_srgb(small, decoded.channels, &Colours::Plain).oriented(decoded.orientation)?;
    let grey: Vec<f64> = small
        .rgba
        .chunks_exact(4)
        .map(|p| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]))
        .collect();
    let mean = grey.iter().sum::<f64>() / grey.len() as f64;
    let variance = grey.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / grey.len() as f64;
    Ok((variance >= PLAIN).then(|| Fingerprint(bits(&lowest(&grey)))))
}

/// The discrete cosine transform, rows and then columns, as far as it is kept.
fn lowest(grey: &[f64]) -> Vec<f64> {
    let wave = |frequency: usize, at: usize| (PI * frequency as f64 * (2 * at + 1) as f64 / (2 * SIDE) as f64).cos();
    let waves: Vec<Vec<f64>> = (0..KEPT).map(|f| (0..SIDE).map(|at| wave(f, at)).collect()).collect();
    let dot = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(a, b)| a * b).sum::<f64>();
    let rows: Vec<Vec<f64>> =
        grey.chunks_exact(SIDE).map(|row| waves.iter().map(|wave| dot(row, wave)).collect()).collect();
    let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<f64>>();
    (0..KEPT)
        .map(column)
        .flat_map(|column| waves.iter().map(move |wave| dot(&column, wave)).collect::<Vec<_>>())
        .collect()
}

fn bits(frequencies: &[f64]) -> u64 {
    let mut sorted = frequencies.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    frequencies.iter().fold(0, |bits, &value| bits << 1 | u64::from(value > median))
}
