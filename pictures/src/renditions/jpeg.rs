//! JPEG: a walk over its markers before decoding, and decoding at the scale that is needed.

mod blocks;
mod edits;
mod frame;
mod huffman;
mod walk;

use std::io::Read;

use jpeg_decoder::{Decoder, PixelFormat};

use edits::Edited;

use super::colour::Colours;
use super::decode::{Channels, Decoded, orientation_of, spread};
use super::header::{Claim, Header};
use super::kinds::Kind;
use super::{Rejection, SIZES};

/// A progressive photo has about ten scans. Each costs a pass over all blocks however few bytes it
/// has, so that a small file of many scans could keep a core busy for hours.
const MAX_SCANS: u32 = 64;

const SOF_RANGE: std::ops::RangeInclusive<u8> = 0xC0..=0xCF;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// Reads the frame header. Stops at it: what follows is only walked once the size is acceptable.
pub(super) fn claim(file: &[u8]) -> Result<Claim, Rejection> {
    for segment in Segments::new(file) {
        let Segment { marker, body } = segment?;
        // 0xC4, 0xC8 and 0xCC lie in the range of frames but are tables.
        if !SOF_RANGE.contains(&marker) || matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            continue;
        }
        let [_, height_high, height_low, width_high, width_low, components, rest @ ..] = body else {
            return Err(Rejection::Damaged("short JPEG frame header".into()));
        };
        let width = u32::from(u16::from_be_bytes([*width_high, *width_low]));
        let height = u32::from(u16::from_be_bytes([*height_high, *height_low]));
        let pixels = f64::from(width) * f64::from(height);
        let samples = samples_per_pixel(rest, *components);
        let scale = f64::from(scale_of(width.min(height)));
        // Coefficients of two bytes for every sample (all of them in a progressive file, those still
        // queued for the decoder's inner threads otherwise); what is left after scaling in planes,
        // interleaved, and spread to four bytes.
        let scaled = samples + f64::from(*components) + 4.0;
        let memory = pixels * (2.0 * samples + scaled / (scale * scale));
        return Ok(Claim { width, height, memory: memory as u64 });
    }
    Err(Rejection::Truncated)
}

/// By how much a photo is scaled down while it is decoded: the most that covers the largest rendition.
fn scale_of(short_side: u32) -> u32 {
    let largest = SIZES[SIZES.len() - 1];
    [8, 4, 2].into_iter().find(|&scale| short_side.div_ceil(scale) >= largest).unwrap_or(1)
}

/// Samples that are stored for a pixel: 1.5 with 4:2:0, 3 without subsampling.
fn samples_per_pixel(components: &[u8], count: u8) -> f64 {
    let factors = components
        .chunks_exact(3)
        .take(count.into())
        .map(|component| (f64::from(component[1] >> 4), f64::from(component[1] & 15)));
    let most = factors.clone().fold((1.0_f64, 1.0_f64), |most, factor| (most.0.max(factor.0), most.1.max(factor.1)));
    factors.map(|(across, down)| across * down / (most.0 * most.1)).sum()
}

/// Walks all markers: one with absurdly many scans is a trap, and one without its end marker is read to the end, since it
/// may have lost part of its picture on the way (decoders would paint the rest grey).
pub(super) fn check_complete(file: &[u8]) -> Result<(), Rejection> {
    let mut scans = 0;
    for segment in Segments::new(file) {
        match segment?.marker {
            EOI if scans == 0 => return Err(Rejection::Damaged("JPEG without a scan".into())),
            EOI => return Ok(()),
            SOS => scans += 1,
            _ => {}
        }
        if scans > MAX_SCANS {
            return Err(Rejection::Damaged(format!("JPEG with more than {MAX_SCANS} scans")));
        }
    }
    walk::walk(file).map(drop)
}

/// Reads every block and keeps none.
pub(super) fn check(file: &[u8]) -> Result<(), Rejection> {
    let edits = walk::walk(file)?;
    // What else the decoder may not like stands before the pixels.
    Decoder::new(Edited::new(file, &edits)).read_info().map_err(Rejection::from)
}

/// All pixels, scaled. A file that the decoder does not like is read once more as libjpeg would read it, see [`walk`].
pub(super) fn decode(file: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    match decode_from(file, header) {
        Err(_) => {
            let edits = walk::walk(file)?;
            decode_from(Edited::new(file, &edits), header)
        }
        decoded => decoded,
    }
}

/// Decodes at the smallest of 1, 1/2, 1/4 and 1/8 that still covers the largest rendition, see
/// [`scale_of`].
fn decode_from(file: impl Read, header: &Header) -> Result<Decoded, Rejection> {
    let mut decoder = Decoder::new(file);
    let largest = SIZES[SIZES.len() - 1] as u16;
    // The decoder takes the smallest scale that covers one of the two sides: ask for the short one.
    let (width, height) =
        if header.width < header.height { decoder.scale(largest, u16::MAX) } else { decoder.scale(u16::MAX, largest) }?;
    let pixel_format = decoder.info().map(|info| info.pixel_format);
    let (channels, count) = match pixel_format {
        Some(PixelFormat::L8) => (Channels::Opaque, 1),
        Some(PixelFormat::RGB24) => (Channels::Opaque, 3),
        Some(PixelFormat::CMYK32) => (Channels::Cmyk, 4),
        Some(PixelFormat::L16) | None => {
            return Err(Rejection::Unsupported(Kind::RareJpeg));
        }
    };
    if u32::from(width) > header.width || u32::from(height) > header.height {
        return Err(Rejection::Damaged("two JPEG frame headers disagree".into()));
    }
    let mut bytes = decoder.decode()?;
    bytes.resize(usize::from(width) * usize::from(height) * 4, 0);
    spread(&mut bytes, count);
    let profile = decoder.icc_profile();
    let colours = profile.and_then(|profile| Colours::embedded(&profile, channels, count == 1)).unwrap_or_default();
    let orientation = orientation_of(decoder.exif_data());
    Ok(Decoded { bytes, width: width.into(), height: height.into(), channels, orientation, colours })
}

struct Segment<'a> {
    marker: u8,
    /// Without the length; empty for markers that have none.
    body: &'a [u8],
}

/// Marker segments in order, entropy-coded data and padding skipped.
struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    fn new(file: &'a [u8]) -> Self {
        Self { rest: file }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, Rejection>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let prefix = self.rest.iter().position(|&byte| byte == 0xFF)?;
            let (&marker, rest) = self.rest[prefix + 1..].split_first()?;
            match marker {
                // Padding before a marker: look at the second 0xFF again.
                0xFF => self.rest = &self.rest[prefix + 1..],
                // A stuffed 0xFF, start of image, restart, or a marker without content.
                0x00 | 0x01 | 0xD0..=0xD8 => self.rest = rest,
                EOI => {
                    self.rest = &[];
                    return Some(Ok(Segment { marker, body: &[] }));
                }
                _ => {
                    let (&[high, low], _) = rest.split_first_chunk()?;
                    let length = usize::from(u16::from_be_bytes([high, low]));
                    if length < 2 {
                        self.rest = &[];
                        return Some(Err(Rejection::Damaged("JPEG segment without length".into())));
                    }
                    let body = rest.get(2..length)?;
                    self.rest = &rest[length..];
                    return Some(Ok(Segment { marker, body }));
                }
            }
        }
    }
}
