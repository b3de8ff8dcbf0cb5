//! From a judged file to pixels of four bytes, still as they are stored.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ImageDecoder, Limits as DecoderLimits};

use super::header::{Format, Header};
use super::{Rejection, jpeg};

/// What the four bytes of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    /// Red, green, blue and an opacity of 255.
    Opaque,
    /// Red, green, blue and opacity.
    Rgba,
    /// Amounts of ink, 0 for none.
    Cmyk,
}

/// A decoded picture; a JPEG may be smaller than its header says, never in other proportions.
pub(super) struct Decoded {
    /// Four for every pixel.
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    pub orientation: Orientation,
    pub profile: Option<Vec<u8>>,
}

impl Decoded {
    /// Width and height of a stored size once it is turned upright.
    pub fn upright(&self, width: u32, height: u32) -> (u32, u32) {
        // EXIF numbers 5 to 8 are the ones that lay the picture on its side.
        if self.orientation.to_exif() >= 5 { (height, width) } else { (width, height) }
    }
}

/// What a PNG may take beside its pixels, in bytes: text and profile chunks, palettes.
const ANCILLARY: u64 = 16 << 20;

pub(super) fn decode(file: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    let reader = Cursor::new(file);
    let mut limits = DecoderLimits::no_limits();
    match header.format {
        Format::Jpeg => jpeg::decode(file, header),
        Format::Png => {
            limits.max_alloc = Some(ANCILLARY);
            decode_with(PngDecoder::with_limits(reader, limits)?, header)
        }
        Format::WebP => decode_with(WebPDecoder::new(reader)?, header),
        Format::Gif => {
            let mut decoder = GifDecoder::new(reader)?;
            // For a first frame that does not fill the canvas.
            limits.max_alloc = Some(header.peak_memory);
            decoder.set_limits(limits)?;
            decode_with(decoder, header)
        }
    }
}

fn decode_with(mut decoder: impl ImageDecoder, header: &Header) -> Result<Decoded, Rejection> {
    let (width, height) = decoder.dimensions();
    if (width, height) != (header.width, header.height) {
        return Err(Rejection::Damaged("header and content disagree about the size".into()));
    }
    // Metadata that cannot be read is no reason to refuse a photo.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let color = decoder.color_type();
    let stored = decoder.total_bytes() as usize;
    let pixels = width as usize * height as usize;
    // The header's limits bound this. Room for four bytes a pixel from the start, so that spreading
    // them needs no second buffer.
    let mut bytes = vec![0; stored.max(pixels * 4)];
    decoder.read_image(&mut bytes[..stored])?;
    let count = usize::from(color.channel_count());
    if usize::from(color.bytes_per_pixel()) == 2 * count {
        keep_high_bytes(&mut bytes[..stored]);
    }
    bytes.truncate(pixels * 4);
    spread(&mut bytes, count);
    let channels = if color.has_alpha() { Channels::Rgba } else { Channels::Opaque };
    Ok(Decoded { bytes, width, height, channels, orientation, profile })
}

/// Sixteen bits to eight, rounded, into the first half.
fn keep_high_bytes(bytes: &mut [u8]) {
    for at in 0..bytes.len() / 2 {
        let deep = u16::from_ne_bytes([bytes[2 * at], bytes[2 * at + 1]]);
        bytes[at] = ((u32::from(deep) * 255 + 32_768) >> 16) as u8;
    }
}

/// Pixels of `channels` bytes at the front of a buffer to four bytes each, in place.
pub(super) fn spread(bytes: &mut [u8], channels: usize) {
    if channels == 4 {
        return;
    }
    // From the end, so that nothing is overwritten before it is read.
    for pixel in (0..bytes.len() / 4).rev() {
        let from = pixel * channels;
        let rgba = match bytes[from..from + channels] {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [red, green, blue, ..] => [red, green, blue, 255],
            [] => return,
        };
        bytes[pixel * 4..pixel * 4 + 4].copy_from_slice(&rgba);
    }
}
