//! Encoding at a constant perceptual quality instead of a constant number.
//!
//! JPEG quantises every block by itself, so a quality can be judged on a sample of blocks. For each
//! rendition a mosaic of at most 320 x 320 pixels is gathered from the luma; a bisection over the
//! quality encodes and decodes only the mosaic (about a millisecond a try) and takes the lowest
//! quality whose SSIM reaches the floor. The rendition itself is encoded once, or again if it
//! exceeds its byte cap. Chroma follows luma's quality.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, QuantizationTableType, SamplingFactor};

use super::resize::Picture;
use super::ssim::mean_ssim;
use super::{Rejection, Rendition};

/// The similarity that every rendition reaches unless its byte cap forbids.
pub const SSIM_FLOOR: f32 = 0.965;

/// Below this blocks show in smooth fur and skies, which SSIM hardly sees.
const LOWEST: u8 = 60;
/// Above this bytes grow and nobody sees why.
const HIGHEST: u8 = 92;

/// Tiles are whole JPEG blocks; a mosaic has at most 5 x 5 of them.
const TILE: usize = 64;
const TILES: usize = 5;

/// Most bytes that a rendition of a side may have. The cap rules over the floor, down to `LOWEST`:
/// only grass, gravel and noise get there.
pub fn byte_cap(side: u32) -> usize {
    match side {
        0..=160 => 12_000,
        161..=320 => 40_000,
        321..=640 => 120_000,
        _ => 360_000,
    }
}

/// Encodes a picture in every size, of which the last is its own.
pub(super) fn encode_all(picture: Picture, sizes: &[u32]) -> Result<Vec<Rendition>, Rejection> {
    sizes.iter().map(|&size| encode(&picture.scaled(size)?)).collect()
}

fn encode(picture: &Picture) -> Result<Rendition, Rejection> {
    let sample = Mosaic::of(picture);
    let (mut low, mut high) = (LOWEST, HIGHEST);
    while low < high {
        let middle = low + (high - low) / 2;
        if sample.ssim_at(middle)? >= SSIM_FLOOR { high = middle } else { low = middle + 1 }
    }
    let mut quality = high;
    let mut jpeg = to_jpeg(picture, quality)?;
    while jpeg.len() > byte_cap(picture.side) && quality > LOWEST {
        quality = lower(quality, jpeg.len(), byte_cap(picture.side));
        jpeg = to_jpeg(picture, quality)?;
    }
    Ok(Rendition { size: picture.side, jpeg, quality, ssim: sample.ssim_at(quality)? })
}

/// The next quality to try: bytes go about with the inverse of the quantisers' scale.
fn lower(quality: u8, bytes: usize, cap: usize) -> u8 {
    let coarseness = |quality: f64| if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 };
    let wanted = coarseness(f64::from(quality)) * bytes as f64 / cap as f64 * 1.1;
    let next = ((2.0 - wanted) * 50.0).floor().clamp(f64::from(LOWEST), 100.0) as u8;
    next.min(quality - 1)
}

fn to_jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>, Rejection> {
    let mut jpeg = Vec::new();
    let mut encoder = encoder(&mut jpeg, quality);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    // Sides are at most 1280.
    let side = picture.side as u16;
    encoder.encode(&picture.rgba, side, side, ColorType::Rgba).map_err(failed)?;
    Ok(jpeg)
}

fn encoder(jpeg: &mut Vec<u8>, quality: u8) -> Encoder<&mut Vec<u8>> {
    let mut encoder = Encoder::new(jpeg, quality);
    encoder.set_quantization_tables(QuantizationTableType::Default, QuantizationTableType::Default);
    encoder
}

fn failed(error: impl std::fmt::Display) -> Rejection {
    Rejection::Damaged(format!("encoding failed: {error}"))
}

/// A sample of a picture's luma.
struct Mosaic {
    luma: Vec<u8>,
    side: usize,
    tile: usize,
}

impl Mosaic {
    fn of(picture: &Picture) -> Self {
        let side = picture.side as usize;
        let luma = |x: usize, y: usize| {
            let at = (y * side + x) * 4;
            let [r, g, b] = [0, 1, 2].map(|channel| u32::from(picture.rgba[at + channel]));
            ((r * 19_595 + g * 38_470 + b * 7_471 + 32_768) >> 16) as u8
        };
        if side <= TILE * TILES {
            let luma = (0..side * side).map(|at| luma(at % side, at / side)).collect();
            return Self { luma, side, tile: side };
        }
        // Evenly spread over the picture, edges included, on the grid of blocks.
        let start = |tile: usize| (side - TILE) * tile / (TILES - 1) / 8 * 8;
        let edge = TILE * TILES;
        let luma = (0..edge * edge)
            .map(|at| {
                let (x, y) = (at % edge, at / edge);
                luma(start(x / TILE) + x % TILE, start(y / TILE) + y % TILE)
            })
            .collect();
        Self { luma, side: edge, tile: TILE }
    }

    fn ssim_at(&self, quality: u8) -> Result<f32, Rejection> {
        let mut jpeg = Vec::new();
        let side = self.side as u16;
        encoder(&mut jpeg, quality).encode(&self.luma, side, side, ColorType::Luma).map_err(failed)?;
        let decoded = jpeg_decoder::Decoder::new(jpeg.as_slice()).decode().map_err(failed)?;
        Ok(mean_ssim(&self.luma, &decoded, self.side, self.tile))
    }
}
