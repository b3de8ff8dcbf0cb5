//! PNG: its chunks before decoding, and its rows one by one.

use std::io::{Cursor, ErrorKind};

use png::{ColorType, Decoder, DecodingError, Reader, Transformations};

use super::Rejection;
use super::decode::{Channels, Decoded, orientation_of};
use super::header::{Claim, Header};
use super::tone::{Tones, high_byte};

/// Signature, chunk length and "IHDR", then width, height, bit depth and colour type.
pub(super) fn claim(file: &[u8]) -> Result<Claim, Rejection> {
    let header = file.get(..26).ok_or(Rejection::Truncated)?;
    if &header[12..16] != b"IHDR" {
        return Err(Rejection::Damaged("PNG without IHDR".into()));
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (width, height) = (number(16), number(20));
    // Four bytes a pixel, and rows of up to four samples of two bytes in the decoder.
    let rows = u64::from(width).saturating_mul(8 * ROWS);
    let memory = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(4).saturating_add(rows);
    Ok(Claim { width, height, memory })
}

/// Rows that the decoder holds: before and after filters, and as they are handed out.
const ROWS: u64 = 4;

/// What a profile may take beside the pixels, and what else a decoder allocates by chunks, in bytes.
const ANCILLARY: usize = 16 << 20;

/// Whether the pixels have begun when the file ends: whether all of them are there only shows by reading them.
pub(super) fn check_begun(file: &[u8]) -> Result<(), Rejection> {
    if chunks(file).any(|(name, _)| &name == b"IDAT") { Ok(()) } else { Err(missing(file)) }
}

/// Why a file has no pixels.
fn missing(file: &[u8]) -> Rejection {
    let ended = chunks(file).any(|(name, _)| &name == b"IEND");
    if ended { Rejection::Damaged("PNG without pixels".into()) } else { Rejection::Truncated }
}

/// Reads every row and keeps none. Other than for decoding, the checksum behind the pixels has to be right: of a file whose
/// rest was never written the zeros may look like pixels.
pub(super) fn check(file: &[u8]) -> Result<(), Rejection> {
    let mut reader = open(file)?;
    each_row(&mut reader, |_, _| Ok(()))?;
    match reader.next_interlaced_row().map_err(Rejection::from) {
        Err(Rejection::Truncated) | Ok(_) => Ok(()),
        Err(rejection) => Err(rejection),
    }
}

/// All pixels, whatever comes behind them: some programs leave out the end, and all decoders show such a file.
pub(super) fn decode(file: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    let mut reader = open(file)?;
    let (width, height) = reader.info().size();
    if (width, height) != (header.width, header.height) {
        return Err(Rejection::Damaged("header and content disagree about the size".into()));
    }
    let (color, depth) = reader.output_color_type();
    let (channels, grey) = match color {
        ColorType::Grayscale => (Channels::Opaque, true),
        ColorType::GrayscaleAlpha => (Channels::Rgba, true),
        ColorType::Rgba => (Channels::Rgba, false),
        ColorType::Rgb | ColorType::Indexed => (Channels::Opaque, false),
    };
    let tones = Tones::of(reader.info(), channels, grey);
    let deep = depth == png::BitDepth::Sixteen;
    let samples = color.samples();
    let mut bytes = vec![0; width as usize * height as usize * 4];
    each_row(&mut reader, |place, row| {
        let from = (place.row as usize * width as usize + place.column as usize) * 4;
        // Every pixel of the row begins a piece of the picture; what lies between belongs to later passes.
        let pieces = bytes[from..].chunks_mut(place.step as usize * 4);
        let size = samples * if deep { 2 } else { 1 };
        if row.len() / size < place.count as usize {
            return Err(Rejection::Damaged("a row of a PNG is short".into()));
        }
        for (piece, pixel) in pieces.zip(row.chunks_exact(size)).take(place.count as usize) {
            piece[..4].copy_from_slice(&if deep { deep_pixel(pixel, &tones) } else { pixel_of(pixel) });
        }
        Ok(())
    })?;
    // It may stand before the pixels or behind them.
    let exif = chunks(file).find(|(name, _)| name == b"eXIf").map(|(_, body)| body);
    let orientation = orientation_of(exif);
    Ok(Decoded { bytes, width, height, channels, orientation, colours: tones.colours })
}

type PngReader<'a> = Reader<Cursor<&'a [u8]>>;

fn open(file: &[u8]) -> Result<PngReader<'_>, Rejection> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), png::Limits { bytes: ANCILLARY });
    decoder.set_ignore_text_chunk(true);
    // Palettes and small depths to bytes, and a transparent colour to opacity.
    decoder.set_transformations(Transformations::EXPAND);
    Ok(decoder.read_info()?)
}

/// Where the pixels of a row belong.
struct Place {
    row: u32,
    /// Column of the first pixel.
    column: u32,
    /// From one pixel to the next.
    step: u32,
    count: u32,
}

/// The seven passes of an interlaced PNG: first column and row, and the steps from one to the next.
const PASSES: [(u32, u32, u32, u32); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

fn each_row(
    reader: &mut PngReader,
    mut seen: impl FnMut(Place, &[u8]) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let (width, height) = reader.info().size();
    let passes = if reader.info().interlaced { &PASSES[..] } else { &[(0, 0, 1, 1)] };
    for &(column, first, step, down) in passes {
        let count = width.saturating_sub(column).div_ceil(step);
        let rows = if count == 0 { 0 } else { height.saturating_sub(first).div_ceil(down) };
        for row in 0..rows {
            let read = reader.next_interlaced_row()?;
            let read = read.ok_or_else(|| Rejection::Damaged("a PNG has too few rows".into()))?;
            seen(Place { row: first + row * down, column, step, count }, read.data())?;
        }
    }
    Ok(())
}

fn pixel_of(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [grey] => [grey, grey, grey, 255],
        [grey, alpha] => [grey, grey, grey, alpha],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => [0; 4],
    }
}

fn deep_pixel(pixel: &[u8], tones: &Tones) -> [u8; 4] {
    let sample = |at: usize| [pixel[2 * at], pixel[2 * at + 1]];
    let alpha = |at: usize| high_byte(u16::from_be_bytes(sample(at)));
    let colours = |places: [usize; 3]| [0, 1, 2].map(|colour| tones.byte(colour, sample(places[colour])));
    let samples = pixel.len() / 2;
    let [red, green, blue] = if samples < 3 { colours([0; 3]) } else { colours([0, 1, 2]) };
    [red, green, blue, if samples.is_multiple_of(2) { alpha(samples - 1) } else { 255 }]
}

/// Names and contents of chunks: a length, a name, the content, a checksum. A cut one has what is left of it.
fn chunks(file: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = file.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&length, behind) = rest.split_first_chunk()?;
        let (&name, behind) = behind.split_first_chunk()?;
        let length = u32::from_be_bytes(length) as usize;
        rest = behind.get(length.saturating_add(4)..).unwrap_or_default();
        Some((name, &behind[..length.min(behind.len())]))
    })
}

impl From<DecodingError> for Rejection {
    fn from(error: DecodingError) -> Self {
        match &error {
            DecodingError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Damaged(error.to_string()),
        }
    }
}
