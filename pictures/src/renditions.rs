//! From the bytes of an uploaded file to square, upright, sRGB JPEG renditions without metadata.
//!
//! Everything here is pure and blocking: no clock, no disk, no database. A caller runs [`render`] on
//! a blocking thread behind a permit for the memory that [`inspect`] states.
//!
//! The order of the work is the design: the header is checked before anything is allocated, JPEGs are
//! scaled while they are decoded, and crop and resize come first, so that rotation, alpha, ICC and
//! bit depth are settled on at most 1280 x 1280 pixels rather than on fifty million.

mod colour;
mod crop;
mod decode;
mod fingerprint;
mod gif;
mod header;
mod jpeg;
mod kinds;
mod png;
mod previews;
mod quality;
mod rejection;
mod resize;
mod ssim;
mod tone;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use crop::{Band, Crop, Square};
pub use fingerprint::{Fingerprint, NEAR};
pub use header::{CHECK_MEMORY, Format, Header, check, inspect};
pub use kinds::Kind;
pub use previews::{PREVIEW, Preview};
pub use quality::{LOWEST as LOWEST_QUALITY, SSIM_FLOOR, byte_cap};
pub use rejection::Rejection;

/// Sides of the renditions in pixels. Never upscaled: a photo gets those that fit into its square
/// crop, and one at the crop's own side if even the smallest does not fit.
pub const SIZES: [u32; 4] = [160, 320, 640, 1280];

/// What an uploaded file may be. Every limit is checked on the header, before any allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the file in bytes. 32 MiB: the largest phone JPEGs are some 25 MB.
    pub max_bytes: usize,
    /// Width times height. 65 million: phones' 50 and 64 megapixel modes.
    pub max_pixels: u64,
    /// Either side in pixels. 32,768: wider than any panorama within `max_pixels` that crops well.
    pub max_side: u32,
    /// Either side in pixels. 64: on less nobody recognises an animal.
    pub min_side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_pixels: 65_000_000, max_side: 32_768, min_side: 64 }
    }
}

/// All renditions of one photo.
#[derive(Debug, Clone)]
pub struct Renditions {
    /// Smallest first; at least one.
    pub images: Vec<Rendition>,
    /// Width of the upright source in pixels.
    pub width: u32,
    /// Height of the upright source in pixels.
    pub height: u32,
    /// The square that was cut, in pixels of the upright source.
    pub square: Square,
    /// What the whole picture looks like, for finding it again; nothing when it is plain.
    pub fingerprint: Option<Fingerprint>,
    /// The three places of the square to choose from, in the order of [`Band`]; none when the photo is square.
    pub previews: Vec<Preview>,
}

/// One square JPEG: progressive, 4:2:0, sRGB, no metadata.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// Side in pixels.
    pub size: u32,
    /// The encoded file, mostly below [`byte_cap`].
    pub jpeg: Vec<u8>,
    /// JPEG quality (1..=100) that the search settled on.
    pub quality: u8,
    /// Structural similarity of the luma to the unencoded pixels, 1.0 for equal; measured on a sample
    /// above 256 px. Below [`SSIM_FLOOR`] only where the byte cap ruled.
    pub ssim: f32,
}

/// Makes every rendition of an uploaded file.
///
/// 12 megapixels cost about four fifths of the CPU that libvips takes for the largest size alone, and less than
/// a third of what it takes for all of them (`bin/bench`); memory stays below [`Header::peak_memory`].
///
/// # Errors
/// [`Rejection`] in words for the person who uploaded it. A panic inside a decoder is
/// [`Rejection::Damaged`]: decoders are large, files are hostile, and no file may end a worker.
pub fn render(file: &[u8], crop: Crop, limits: &Limits) -> Result<Renditions, Rejection> {
    // Unwind safety: the closure only borrows the file and two plain values; all else is dropped.
    catch_unwind(AssertUnwindSafe(|| render_unguarded(file, crop, limits)))
        .unwrap_or_else(|panic| Err(Rejection::from_panic(panic.as_ref())))
}

fn render_unguarded(file: &[u8], crop: Crop, limits: &Limits) -> Result<Renditions, Rejection> {
    let header = inspect(file, limits)?;
    let decoded = decode::decode(file, &header)?;
    let (width, height) = decoded.upright(header.width, header.height);
    let placed = crop::place(crop, &decoded, width, height)?;
    let side = placed.square.side;
    let sizes = sizes_within(side);
    let largest = sizes[sizes.len() - 1];
    let square = resize::cut(&decoded, placed.stored, largest)?;
    let square = colour::to_srgb(square, decoded.channels, &decoded.colours);
    let square = square.oriented(decoded.orientation)?;
    let fingerprint = fingerprint::of(&decoded)?;
    let previews = previews::of(&decoded, width, height)?;
    drop(decoded);
    let images = quality::encode_all(square, &sizes)?;
    Ok(Renditions { images, width, height, square: placed.square, fingerprint, previews })
}

/// One small square of an uploaded file, [`PREVIEW`] pixels wide unless the photo is smaller, to show that it has arrived.
///
/// # Errors
/// As [`render`].
pub fn preview(file: &[u8], crop: Crop, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    catch_unwind(AssertUnwindSafe(|| {
        let header = inspect(file, limits)?;
        let decoded = decode::decode(file, &header)?;
        let (width, height) = decoded.upright(header.width, header.height);
        let placed = crop::place(crop, &decoded, width, height)?;
        previews::one(&decoded, placed.stored)
    }))
    .unwrap_or_else(|panic| Err(Rejection::from_panic(panic.as_ref())))
}

fn sizes_within(side: u32) -> Vec<u32> {
    let fitting: Vec<u32> = SIZES.into_iter().filter(|&size| size <= side).collect();
    if fitting.is_empty() { vec![side] } else { fitting }
}
