//! From a judged file to pixels of four bytes, still as they are stored.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ImageDecoder, Limits as DecoderLimits};

use super::colour::Colours;
use super::header::{Format, Header};
use super::{Rejection, jpeg, png, webp};

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
    /// Four for every pixel, row by row from the top.
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    pub orientation: Orientation,
    pub colours: Colours,
}

impl Decoded {
    /// Width and height of a stored size once it is turned upright.
    pub fn upright(&self, width: u32, height: u32) -> (u32, u32) {
        // EXIF numbers 5 to 8 are the ones that lay the picture on its side.
        if self.orientation.to_exif() >= 5 { (height, width) } else { (width, height) }
    }
}

pub(super) fn decode(file: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    match header.format {
        Format::Jpeg => jpeg::decode(file, header),
        Format::Png => png::decode(file, header),
        Format::WebP => decode_with(WebPDecoder::new(Cursor::new(webp::with_true_flags(file)))?, header),
        Format::Gif => {
            let mut decoder = GifDecoder::new(Cursor::new(file))?;
            // For a first frame that does not fill the canvas.
            let mut limits = DecoderLimits::no_limits();
            limits.max_alloc = Some(header.peak_memory);
            decoder.set_limits(limits)?;
            decode_with(decoder, header)
        }
    }
}

/// For decoders of eight bits in three or four channels.
fn decode_with(mut decoder: impl ImageDecoder, header: &Header) -> Result<Decoded, Rejection> {
    let (width, height) = decoder.dimensions();
    if (width, height) != (header.width, header.height) {
        return Err(Rejection::Damaged("header and content disagree about the size".into()));
    }
    // Metadata that cannot be read is no reason to refuse a photo.
    let orientation = orientation_of(decoder.exif_metadata().ok().flatten().as_deref());
    let profile = decoder.icc_profile().ok().flatten();
    let color = decoder.color_type();
    let channels = if color.has_alpha() { Channels::Rgba } else { Channels::Opaque };
    let stored = decoder.total_bytes() as usize;
    // The header's limits bound this. Room for four bytes a pixel from the start, so that spreading
    // them needs no second buffer.
    let mut bytes = vec![0; width as usize * height as usize * 4];
    let target = bytes.get_mut(..stored).ok_or_else(|| Rejection::Damaged(format!("unexpected {color:?}")))?;
    decoder.read_image(target)?;
    spread(&mut bytes, usize::from(color.channel_count()));
    let colours = profile.and_then(|profile| Colours::embedded(&profile, channels, false)).unwrap_or_default();
    Ok(Decoded { bytes, width, height, channels, orientation, colours })
}

/// How to turn a picture upright by its EXIF, if it has any. Some programs write it with the head that it has in a JPEG
/// into other formats, too.
pub(super) fn orientation_of(exif: Option<&[u8]>) -> Orientation {
    let mut tiff = exif.unwrap_or_default();
    while let Some(rest) = tiff.strip_prefix(b"Exif\0") {
        tiff = rest.get(1..).unwrap_or_default();
    }
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
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
