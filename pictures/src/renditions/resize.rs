//! Cutting and scaling, on the stored values.
//!
//! Values are averaged as they are stored, not in linear light: that is what browsers and libvips do
//! by default, costs a third, and differs visibly only in fine, hard black-and-white patterns.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};

use super::Rejection;
use super::decode::{Channels, Decoded};

/// A square picture of four bytes a pixel, opaque sRGB once `colour` is done with it.
pub(super) struct Picture {
    pub rgba: Vec<u8>,
    pub side: u32,
}

/// Cuts the square that begins at a fraction of the spare length, and scales it to `side` pixels.
pub(super) fn cut(decoded: &Decoded, from_start: f64, side: u32) -> Result<Picture, Rejection> {
    let options = square(sharp(), decoded, from_start).use_alpha(decoded.channels == Channels::Rgba);
    let from = (decoded.width, decoded.height);
    Ok(Picture { rgba: scale(&decoded.bytes, from, (side, side), &options)?, side })
}

fn square(options: ResizeOptions, decoded: &Decoded, from_start: f64) -> ResizeOptions {
    let (width, height) = (f64::from(decoded.width), f64::from(decoded.height));
    let short = width.min(height);
    let offset = ((width.max(height) - short) * from_start).round();
    let (left, top) = if width > height { (offset, 0.0) } else { (0.0, offset) };
    options.crop(left, top, short, short)
}

/// A small copy of the whole picture, or of the square that begins at a fraction of the spare length, whatever its
/// proportions become. Every pixel of it looks at some nine of the source, whatever the source's size.
pub(super) fn roughly(decoded: &Decoded, from_start: Option<f64>, to: (u32, u32)) -> Result<Vec<u8>, Rejection> {
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::SuperSampling(FilterType::Box, 3))
        .use_alpha(decoded.channels == Channels::Rgba);
    let options = from_start.map_or(options, |from_start| square(options, decoded, from_start));
    scale(&decoded.bytes, (decoded.width, decoded.height), to, &options)
}

impl Picture {
    /// A smaller copy.
    pub fn scaled(&self, side: u32) -> Result<Self, Rejection> {
        let options = sharp().use_alpha(false);
        let rgba = scale(&self.rgba, (self.side, self.side), (side, side), &options)?;
        Ok(Self { rgba, side })
    }

    /// Turned upright.
    pub fn oriented(self, orientation: Orientation) -> Result<Self, Rejection> {
        let side = self.side;
        let square = RgbaImage::from_raw(side, side, self.rgba)
            .ok_or_else(|| Rejection::Damaged("a square lost pixels".into()))?;
        let mut square = DynamicImage::ImageRgba8(square);
        square.apply_orientation(orientation);
        Ok(Self { rgba: square.into_bytes(), side })
    }
}

/// A small copy of the whole picture to find its subject on.
pub(super) struct Thumbnail {
    values: Vec<u8>,
    width: usize,
    height: usize,
}

/// Longest side of the small copy in pixels.
const THUMBNAIL: u32 = 96;

pub(super) fn thumbnail(decoded: &Decoded) -> Result<Thumbnail, Rejection> {
    let (width, height) = (decoded.width, decoded.height);
    let long = width.max(height);
    let fit = |length: u32| (u64::from(length) * u64::from(THUMBNAIL) / u64::from(long)).max(2) as u32;
    let to = (fit(width), fit(height));
    let values = roughly(decoded, None, to)?;
    Ok(Thumbnail { values, width: to.0 as usize, height: to.1 as usize })
}

impl Thumbnail {
    /// Sum of the differences between neighbours in every column (or row, if those are more).
    pub fn energy_along_long_side(&self) -> Vec<f64> {
        let (right, below) = (4, self.width * 4);
        let landscape = self.width > self.height;
        let mut energy = vec![0.0; self.width.max(self.height)];
        for (y, x) in (0..self.height - 1).flat_map(|y| (0..self.width - 1).map(move |x| (y, x))) {
            let at = y * below + x * 4;
            let difference = |at: usize| {
                let here = self.values[at];
                u32::from(here.abs_diff(self.values[at + right])) + u32::from(here.abs_diff(self.values[at + below]))
            };
            energy[if landscape { x } else { y }] += f64::from((at..at + 4).map(difference).sum::<u32>());
        }
        energy
    }
}

fn sharp() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
}

fn scale(bytes: &[u8], from: (u32, u32), to: (u32, u32), options: &ResizeOptions) -> Result<Vec<u8>, Rejection> {
    let damaged = |reason: &dyn std::fmt::Display| Rejection::Damaged(reason.to_string());
    let source = ImageRef::new(from.0, from.1, bytes, PixelType::U8x4).map_err(|error| damaged(&error))?;
    let mut target = Image::new(to.0, to.1, PixelType::U8x4);
    Resizer::new().resize(&source, &mut target, options).map_err(|error| damaged(&error))?;
    Ok(target.into_vec())
}
