//! Demo photos: derpy cartoon animals drawn from a seed, so that a demo needs no downloads and no licences.
//!
//! The same seed and index give the same bytes on every machine: chance comes from ChaCha8, sines from `libm`, and
//! the rasteriser uses neither the platform's mathematics nor its fonts.

mod accessory;
mod animal;
mod caption;
mod colour;
mod encoding;
mod names;
mod paint;
mod picture;
mod random;

mod scene;
mod shape;
#[cfg(test)]
mod tests;
mod traits;

pub use animal::Species;
pub use encoding::Format;

use encoding::Encoding;
use image::{DynamicImage, GenericImage, ImageFormat, RgbaImage};
use traits::Traits;

/// How many derps a demo has unless it is told otherwise.
pub const DEFAULT_COUNT: u32 = 72;
/// The seed of the demo's derps unless it is told otherwise.
pub const DEFAULT_SEED: u64 = 1998;

/// One drawn animal, ready to be uploaded like a member's photo.
#[derive(Clone, Debug)]
pub struct Derp {
    /// Its name, at most 40 characters; no other index of the seed has it.
    pub title: String,
    /// The kind of animal, for the form's field of that name.
    pub species: Species,
    /// What the picture shows, in one sentence without a full stop.
    pub alt_text: String,
    /// The encoded picture: 20 kB to some MB.
    pub file: Vec<u8>,
    /// The file format of `file`.
    pub format: Format,
}

/// Draws the derp of this seed and index: pictures have 0.5 to 4.3 megapixels, and a dev build
/// takes a few tenths of a second of one core for each.
#[expect(clippy::expect_used, reason = "writing to memory does not fail, and our sizes suit every format")]
pub fn derp(seed: u64, index: u32) -> Derp {
    let encoding = Encoding::dealt(seed, index);
    let traits = Traits::dealt(seed, index, encoding.finish);
    let upright = picture::draw(seed, &traits, encoding.width, encoding.height);
    Derp {
        title: names::name(seed, index),
        species: traits.species,
        alt_text: caption::caption(&traits),
        file: encoding.encode(upright).expect("a picture of an allowed size"),
        format: encoding.format,
    }
}

/// The first `count` derps of a seed on one PNG, twelve in a row, upright and cropped to squares as the site shows them.
#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
pub fn sheet(seed: u64, count: u32) -> Vec<u8> {
    const TILE: u32 = 200;
    const COLUMNS: u32 = 12;
    let rows = count.max(1).div_ceil(COLUMNS);
    let mut sheet = DynamicImage::ImageRgba8(RgbaImage::new(COLUMNS * TILE, rows * TILE));
    for index in 0..count {
        let tile = thumbnail(seed, index, TILE);
        sheet.copy_from(&tile, index % COLUMNS * TILE, index / COLUMNS * TILE).expect("a tile inside the sheet");
    }
    let mut file = std::io::Cursor::new(Vec::new());
    sheet.write_to(&mut file, ImageFormat::Png).expect("a picture of an allowed size");
    file.into_inner()
}

/// The square middle of a derp, drawn in this size.
fn thumbnail(seed: u64, index: u32, side: u32) -> DynamicImage {
    let encoding = Encoding::dealt(seed, index);
    let traits = Traits::dealt(seed, index, encoding.finish);
    let short = encoding.width.min(encoding.height);
    let (width, height) = (encoding.width * side / short, encoding.height * side / short);
    let drawing = encoding::dynamic(picture::draw(seed, &traits, width, height));
    drawing.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}
