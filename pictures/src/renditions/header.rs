//! What a file claims to be, read and judged before anything is allocated for its pixels.

use super::{Limits, Rejection, jpeg, webp};

/// The formats that we read, told by content, never by name or by the client's word.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
}

/// A header within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Told by content.
    pub format: Format,
    /// Width as stored, before orientation, in pixels.
    pub width: u32,
    /// Height as stored, in pixels.
    pub height: u32,
    /// Upper bound in bytes of what [`super::render`] holds at once, the file itself not counted. The most on our corpus of bad
    /// files is 534 MiB of a stated 658, for a GIF of 64 megapixels in 24 kB; a JPEG of 8 megapixels takes 42 of 89.
    pub peak_memory: u64,
}

/// What resizing, encoding, an ICC profile and other things that do not grow with the photo may
/// take: the two largest squares in RGB, an encoder's coefficients, text chunks, tables.
const FIXED_MEMORY: u64 = 48 << 20;

/// Reads and judges a header: microseconds, and no allocation that the file can choose.
///
/// # Errors
/// Every [`Rejection`]; `Damaged` and `Truncated` as far as the structure shows them.
pub fn inspect(file: &[u8], limits: &Limits) -> Result<Header, Rejection> {
    if file.is_empty() {
        return Err(Rejection::Empty);
    }
    if file.len() > limits.max_bytes {
        return Err(Rejection::TooManyBytes { bytes: file.len(), limit: limits.max_bytes });
    }
    let format = sniff(file)?;
    let claim = match format {
        Format::Jpeg => jpeg::claim(file),
        Format::Png => png_claim(file),
        Format::WebP => webp::claim(file),
        Format::Gif => gif_claim(file),
    }?;
    let Claim { width, height, memory } = claim;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.max_pixels || width.max(height) > limits.max_side {
        return Err(Rejection::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    if width.min(height) < limits.min_side {
        return Err(Rejection::TooSmall { width, height, limit: limits.min_side });
    }
    if format == Format::Jpeg {
        jpeg::check_complete(file)?;
    }
    Ok(Header { format, width, height, peak_memory: FIXED_MEMORY.saturating_add(memory) })
}

/// What a header says, not yet judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub width: u32,
    pub height: u32,
    /// Upper bound in bytes of what decoding takes.
    pub memory: u64,
}

/// Signature, chunk length and "IHDR", then width, height, bit depth and colour type.
fn png_claim(file: &[u8]) -> Result<Claim, Rejection> {
    let header = file.get(..26).ok_or(Rejection::Truncated)?;
    if &header[12..16] != b"IHDR" {
        return Err(Rejection::Damaged("PNG without IHDR".into()));
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    // Four bytes a pixel, or what RGBA in sixteen bits takes before it is cut down in place.
    let bytes_per_pixel = if header[24] == 16 { 8 } else { 4 };
    let (width, height) = (number(16), number(20));
    let pixels = u64::from(width) * u64::from(height);
    Ok(Claim { width, height, memory: pixels.saturating_mul(bytes_per_pixel) })
}

fn gif_claim(file: &[u8]) -> Result<Claim, Rejection> {
    let header = file.get(..10).ok_or(Rejection::Truncated)?;
    let width = u32::from(u16::from_le_bytes([header[6], header[7]]));
    let height = u32::from(u16::from_le_bytes([header[8], header[9]]));
    // RGBA canvas, and once more for a first frame that does not fill it, and its indices.
    Ok(Claim { width, height, memory: u64::from(width) * u64::from(height) * 10 })
}

fn sniff(file: &[u8]) -> Result<Format, Rejection> {
    let is = |at: usize, magic: &[u8]| file.get(at..).is_some_and(|rest| rest.starts_with(magic));
    if is(0, &[0xFF, 0xD8, 0xFF]) {
        return Ok(Format::Jpeg);
    }
    if is(0, b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if is(0, b"GIF87a") || is(0, b"GIF89a") {
        return Ok(Format::Gif);
    }
    if is(0, b"RIFF") && is(8, b"WEBP") {
        return Ok(Format::WebP);
    }
    Err(other_kind(is).map_or(Rejection::NotAnImage, Rejection::Unsupported))
}

/// Kinds that people do send, so that the refusal can name them.
fn other_kind(is: impl Fn(usize, &[u8]) -> bool) -> Option<&'static str> {
    let kinds: [(usize, &[u8], &str); 16] = [
        (4, b"ftypheic", "HEIC (iPhone)"),
        (4, b"ftypheix", "HEIC (iPhone)"),
        (4, b"ftyphevc", "HEIC (iPhone)"),
        (4, b"ftypmif1", "HEIC (iPhone)"),
        (4, b"ftypavif", "AVIF"),
        (4, b"ftypavis", "AVIF"),
        (4, b"ftypcrx ", "raw camera"),
        (4, b"ftyp", "video"),
        (0, b"\x1A\x45\xDF\xA3", "video"),
        (0, b"II*\0", "TIFF and raw camera"),
        (0, b"MM\0*", "TIFF and raw camera"),
        (0, b"BM", "BMP"),
        (0, b"8BPS", "Photoshop"),
        (0, b"%PDF", "PDF"),
        (0, b"\xFF\x0A", "JPEG XL"),
        (0, b"\0\0\0\x0CJXL ", "JPEG XL"),
    ];
    kinds.into_iter().find(|(at, magic, _)| is(*at, magic)).map(|(_, _, name)| name)
}
