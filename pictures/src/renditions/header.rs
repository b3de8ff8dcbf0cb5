//! What a file claims to be, read and judged before anything is allocated for its pixels.

use std::panic::catch_unwind;

use super::{Limits, Rejection, gif, jpeg, kinds, png, webp};

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
    /// Judged by the content of the file alone.
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

/// Reads and judges a header and the structure of what follows: microseconds, and no allocation that the file can choose.
/// Only a JPEG without its end is read as by [`check`].
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
        Format::Png => png::claim(file),
        Format::WebP => webp::claim(file),
        Format::Gif => gif::claim(file),
    }?;
    let Claim { width, height, memory } = claim;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.max_pixels || width.max(height) > limits.max_side {
        return Err(Rejection::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    if width.min(height) < limits.min_side {
        return Err(Rejection::TooSmall { width, height, limit: limits.min_side });
    }
    match format {
        Format::Jpeg => jpeg::check_complete(file)?,
        Format::Png => png::check_begun(file)?,
        Format::Gif => gif::check_first_frame(file)?,
        Format::WebP => {}
    }
    Ok(Header { format, width, height, peak_memory: FIXED_MEMORY.saturating_add(memory) })
}

/// Most bytes that [`check`] takes beside the file: a bit for every coefficient of a progressive JPEG.
pub const CHECK_MEMORY: u64 = 64 << 20;

/// As [`inspect`], and then reads the whole file once without keeping pixels, for the form: what a decoder would stumble
/// over is told before it costs an upload. Takes up to [`CHECK_MEMORY`] beside the file, and as long as
/// decoding it.
///
/// Of a WebP only the structure is looked at: its damage shows in no other way than by decoding it into memory.
///
/// # Errors
/// Every [`Rejection`].
pub fn check(file: &[u8], limits: &Limits) -> Result<Header, Rejection> {
    let header = inspect(file, limits)?;
    let checked = catch_unwind(|| match header.format {
        Format::Jpeg => jpeg::check(file),
        Format::WebP => Ok(()),
        Format::Png => png::check(file),
        Format::Gif => gif::check(file, header.width, header.height),
    });
    checked.unwrap_or_else(|panic| Err(Rejection::from_panic(panic.as_ref())))?;
    Ok(header)
}

/// What a header says, not yet judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub width: u32,
    pub height: u32,
    /// Upper bound in bytes of what decoding takes.
    pub memory: u64,
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
    // Sent as a text, in which line ends were changed.
    if is(0, b"\x89PNG\n") || is(0, b"\x89PNG\r\x0A\x1A\r") || is(0, b"\x89PNG\r\r") {
        return Err(Rejection::Damaged("PNG that was sent as a text".into()));
    }
    let cut = |signature: &[u8]| file.len() > 1 && signature.starts_with(file);
    let cut_webp = cut(b"RIFF") || is(0, b"RIFF") && (file.len() < 8 || b"WEBP".starts_with(&file[8..]));
    if cut(&[0xFF, 0xD8, 0xFF]) || cut(b"\x89PNG\r\n\x1a\n") || cut(b"GIF87a") || cut(b"GIF89a") || cut_webp {
        return Err(Rejection::Truncated);
    }
    Err(kinds::of(file).map_or(Rejection::NotAnImage, Rejection::Unsupported))
}
