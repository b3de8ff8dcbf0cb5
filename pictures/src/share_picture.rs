//! The picture that other sites show beside a link to a photo: the photo, and its score as we draw it.

mod canvas;
mod digits;
mod wordmark;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_decoder::PixelFormat;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use self::canvas::Canvas;
use crate::renditions::Rejection;

/// Width and height in pixels: what most sites cut their previews to.
pub const SIZE: (u32, u32) = (1200, 630);

/// Quality of the JPEG. Sites make it anew in theirs.
const QUALITY: u8 = 82;

type Colour = [u8; 3];

const PAPER: Colour = [0xff, 0xfa, 0xec];
const HEADER: Colour = [0xff, 0xc9, 0x3c];
const WHITE: Colour = [0xff; 3];
const INK: Colour = [0x2b, 0x1d, 0x14];
const TONGUE: Colour = [0xff, 0x86, 0xa8];
const ACCENT: Colour = [0xe8, 0x70, 0x2a];

/// Draws it: from one of the photo's renditions, and its score in tenths as people see it.
///
/// # Errors
/// When the rendition is none of ours.
pub fn draw(rendition: &[u8], tenths: u16) -> Result<Vec<u8>, Rejection> {
    let photo = square(rendition, SIZE.1)?;
    let mut canvas = Canvas::new(SIZE.0, SIZE.1, PAPER);
    canvas.put(&photo, SIZE.1);
    let (left, right, height) = (SIZE.1 as f32, SIZE.0 as f32, SIZE.1 as f32);
    canvas.fill((left, 0.0), (right, 132.0), HEADER);
    canvas.fill((left, 132.0), (right, 138.0), INK);
    canvas.fill((left, 0.0), (left + 6.0, height), INK);
    name(&mut canvas, (left + 66.0, 18.0), 1.5);
    let words = format!("{}.{}", tenths / 10, tenths % 10);
    let middle = (left + right) / 2.0 + 3.0;
    write(&mut canvas, &words, (middle, 190.0), 1.55, 13.0);
    write(&mut canvas, "/10", (middle, 434.0), 0.5, 5.0);
    bar(&mut canvas, (left + 45.0, 540.0), tenths);
    encode(&canvas)
}

/// The rendition in three bytes a pixel, as large as it has to be.
fn square(rendition: &[u8], side: u32) -> Result<Vec<u8>, Rejection> {
    let damaged = |error: &dyn std::fmt::Display| Rejection::Damaged(error.to_string());
    let mut decoder = jpeg_decoder::Decoder::new(rendition);
    let pixels = decoder.decode().map_err(|error| damaged(&error))?;
    let info = decoder.info().filter(|info| info.pixel_format == PixelFormat::RGB24 && info.width == info.height);
    let own = info.map(|info| u32::from(info.width)).ok_or_else(|| damaged(&"no square of three colours"))?;
    let rgba: Vec<u8> = pixels.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    let source = ImageRef::new(own, own, &rgba, PixelType::U8x4).map_err(|error| damaged(&error))?;
    let mut target = Image::new(side, side, PixelType::U8x4);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(|error| damaged(&error))?;
    Ok(target.into_vec().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}

/// The site's name.
fn name(canvas: &mut Canvas, (left, top): (f32, f32), scale: f32) {
    let at = |&(x, y): &(f32, f32)| (left + x * scale, top + y * scale);
    // The tongue of the second e.
    canvas.stroke(&[(252.0, 49.0), (252.0, 55.0)].map(|point| at(&point)), 9.0 * scale, TONGUE);
    for eye in [(226.0, 37.0), (284.0, 34.0)] {
        canvas.stroke(&[at(&eye)], 13.0 * scale, WHITE);
    }
    for stroke in wordmark::STROKES {
        let stroke: Vec<_> = stroke.iter().map(at).collect();
        canvas.stroke(&stroke, 2.4 * scale, INK);
    }
    for (pupil, radius) in [((231.0, 30.0), 4.5), ((279.0, 39.0), 5.5)] {
        canvas.stroke(&[at(&pupil)], radius * scale, INK);
    }
}

/// Signs in a row around this middle, below this line.
fn write(canvas: &mut Canvas, words: &str, (middle, top): (f32, f32), scale: f32, thick: f32) {
    let gap = digits::advance('0') - digits::WIDTH;
    let width: f32 = words.chars().map(digits::advance).sum::<f32>() - gap;
    let mut left = middle - width * scale / 2.0;
    for sign in words.chars() {
        for stroke in digits::strokes(sign) {
            let stroke: Vec<_> = stroke.iter().map(|&(x, y)| (left + x * scale, top + y * scale)).collect();
            canvas.stroke(&stroke, if sign == '.' { thick * 1.4 } else { thick }, INK);
        }
        left += digits::advance(sign) * scale;
    }
}

/// Ten boxes, as many filled as there are points.
fn bar(canvas: &mut Canvas, (left, top): (f32, f32), tenths: u16) {
    const STEP: f32 = 48.6;
    const SIDE: f32 = 42.0;
    for at in 0..10u16 {
        let from = left + f32::from(at) * STEP;
        canvas.fill((from, top), (from + SIDE, top + SIDE), INK);
        canvas.fill((from + 4.0, top + 4.0), (from + SIDE - 4.0, top + SIDE - 4.0), PAPER);
        let filled = f32::from(tenths.saturating_sub(at * 10).min(10)) / 10.0;
        if filled > 0.0 {
            canvas.fill((from + 4.0, top + 4.0), (from + 4.0 + (SIDE - 8.0) * filled, top + SIDE - 4.0), ACCENT);
        }
    }
}

fn encode(canvas: &Canvas) -> Result<Vec<u8>, Rejection> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_progressive_scans(2);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    // Both sides are small.
    encoder
        .encode(canvas.pixels(), SIZE.0 as u16, SIZE.1 as u16, ColorType::Rgb)
        .map_err(|error| Rejection::Damaged(format!("encoding failed: {error}")))?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plain rendition of this side.
    fn rendition(side: u16) -> Vec<u8> {
        let pixels = [90, 140, 200].repeat(usize::from(side) * usize::from(side));
        let mut jpeg = Vec::new();
        Encoder::new(&mut jpeg, 90).encode(&pixels, side, side, ColorType::Rgb).unwrap();
        jpeg
    }

    #[test]
    fn another_score_is_another_picture_of_the_same_size() {
        let drawn: Vec<Vec<u8>> = [10, 34, 34, 100].map(|tenths| draw(&rendition(640), tenths).unwrap()).into();
        assert_eq!(drawn[1], drawn[2]);
        assert!(drawn[0] != drawn[1] && drawn[1] != drawn[3]);
        for jpeg in drawn {
            let mut decoder = jpeg_decoder::Decoder::new(jpeg.as_slice());
            let pixels = decoder.decode().unwrap();
            let info = decoder.info().unwrap();
            assert_eq!((u32::from(info.width), u32::from(info.height)), SIZE);
            assert!(
                pixels[..3].iter().zip([90, 140, 200]).all(|(&is, was): (&u8, u8)| is.abs_diff(was) < 8),
                "{:?}",
                &pixels[..3]
            );
            assert!(jpeg.len() < 200_000, "{}", jpeg.len());
        }
    }

    #[test]
    fn small_photos_are_drawn_too_and_what_is_none_is_refused() {
        assert!(draw(&rendition(90), 55).is_ok());
        assert!(draw(b"nothing", 55).is_err());
    }
}
