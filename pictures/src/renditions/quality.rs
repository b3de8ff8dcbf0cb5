//! Encoding at a constant perceptual quality instead of a constant number.
//!
//! JPEG quantises every block by itself, so a quality can be judged on a sample of blocks. For each
//! rendition a mosaic of at most 256 x 256 pixels is gathered from the luma; a search over the
//! quality encodes and decodes only the mosaic (about a millisecond a try) and takes the lowest
//! quality whose SSIM reaches the floor. The rendition itself is encoded once, or again if it
//! exceeds its byte cap. Chroma follows luma's quality.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, QuantizationTableType, SamplingFactor};

use super::resize::Picture;
use super::ssim::mean_ssim;
use super::{Rejection, Rendition};

/// The similarity that every rendition reaches unless its byte cap forbids.
pub const SSIM_FLOOR: f32 = 0.965;

/// Below this blocks show in smooth fur and skies, which SSIM hardly sees. With our tables 35 is about
/// what other encoders call 50, and 85 what they call 92.
pub const LOWEST: u8 = 35;
/// Above this bytes grow and nobody sees why.
const HIGHEST: u8 = 85;

/// Tiles are whole JPEG blocks; a mosaic has at most 4 x 4 of them.
const TILE: usize = 64;
const TILES: usize = 4;

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

/// Encodes a picture in every size (ascending, of which the last is its own). Each is scaled from
/// the next larger one, which costs a third of scaling each from the largest.
pub(super) fn encode_all(picture: Picture, sizes: &[u32]) -> Result<Vec<Rendition>, Rejection> {
    let mut picture = picture;
    let mut images = Vec::new();
    for &size in sizes.iter().rev() {
        if size != picture.side {
            picture = picture.scaled(size)?;
        }
        images.push(encode(&picture)?);
    }
    images.reverse();
    Ok(images)
}

fn encode(picture: &Picture) -> Result<Rendition, Rejection> {
    let sample = Mosaic::of(picture);
    let (mut quality, mut ssim) = lowest_sufficient(|quality| sample.ssim_at(quality))?;
    let mut jpeg = to_jpeg(picture, quality)?;
    let cap = byte_cap(picture.side);
    if jpeg.len() > cap && quality > LOWEST {
        while jpeg.len() > cap && quality > LOWEST {
            quality = lower(quality, jpeg.len(), cap);
            jpeg = to_jpeg(picture, quality)?;
        }
        ssim = sample.ssim_at(quality)?;
    }
    Ok(Rendition { size: picture.side, jpeg, quality, ssim })
}

/// This far above the floor is close enough: less than one step of quality.
const CLOSE: f32 = 0.002;

/// The lowest quality that reaches the floor, and its similarity; `HIGHEST` if none does.
///
/// What is lost grows about with the 0.7th power of the quantisers' scale, so two or three tries do
/// where halving would take six.
fn lowest_sufficient(ssim_at: impl Fn(u8) -> Result<f32, Rejection>) -> Result<(u8, f32), Rejection> {
    let (mut low, mut high) = (LOWEST, HIGHEST);
    let mut best = None;
    let mut quality = 50;
    while low <= high {
        let ssim = ssim_at(quality)?;
        if ssim >= SSIM_FLOOR {
            best = Some((quality, ssim));
            if ssim < SSIM_FLOOR + CLOSE || quality == LOWEST {
                break;
            }
            high = quality - 1;
        } else if quality == HIGHEST {
            best = Some((quality, ssim));
            break;
        } else {
            low = quality + 1;
        }
        let loss_allowed = (1.0 - SSIM_FLOOR - CLOSE / 2.0) / (1.0 - ssim).max(1e-4);
        let wanted = quantiser_scale(quality) * f64::from(loss_allowed).powf(1.0 / 0.7);
        quality = quality_of_scale(wanted).clamp(low, high.max(low));
    }
    // The loop tries at least one quality, and stops without one only above `HIGHEST`.
    best.map_or_else(|| Ok((HIGHEST, ssim_at(HIGHEST)?)), Ok)
}

/// The next quality to try: bytes go about with the inverse of the quantisers' scale.
fn lower(quality: u8, bytes: usize, cap: usize) -> u8 {
    let wanted = quantiser_scale(quality) * bytes as f64 / cap as f64 * 1.1;
    quality_of_scale(wanted).clamp(LOWEST, quality - 1)
}

/// What a JPEG quality multiplies the quantisation tables by, as libjpeg defined it.
fn quantiser_scale(quality: u8) -> f64 {
    let quality = f64::from(quality);
    if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 }
}

fn quality_of_scale(scale: f64) -> u8 {
    let quality = if scale > 1.0 { 50.0 / scale } else { (2.0 - scale) * 50.0 };
    quality.round().clamp(1.0, 100.0) as u8
}

/// At this JPEG quality (1..=100), whatever becomes of the picture.
pub(super) fn to_jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>, Rejection> {
    let mut jpeg = Vec::new();
    let mut encoder = encoder(&mut jpeg, quality);
    // One scan for a coarse preview, one with the rest: every further scan costs 4 % of the bytes.
    encoder.set_progressive_scans(2);
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
    // Measured on photos at equal SSIM of luma and equal error of chroma: some 7 % fewer bytes than
    // with the standard's tables.
    encoder.set_quantization_tables(QuantizationTableType::VisualDetectionModel, QuantizationTableType::ImageMagick);
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
