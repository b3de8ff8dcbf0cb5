//! WebP: what its chunks claim, checked before the decoder believes them.

use super::Rejection;
use super::header::Claim;

/// The pixels, an RGBA frame of an animation, the planes of a lossy frame, alpha: see `image-webp`.
const BYTES_PER_PIXEL: u64 = 12;

/// Reads the canvas and the first picture in it.
///
/// The decoder allocates by the picture's own size before it compares that with the canvas, so a
/// small canvas around a huge picture is refused here; and so is a file shorter than it says.
pub(super) fn claim(file: &[u8]) -> Result<Claim, Rejection> {
    let length = little_endian(file, 4, 4)?;
    if file.len() < (length + 8) & !1 {
        return Err(Rejection::Truncated);
    }
    let (mut width, mut height) = (0, 0);
    for chunk in Chunks(file.get(12..).unwrap_or_default()) {
        match &chunk.name {
            b"VP8X" => {
                width = little_endian(chunk.body, 4, 3)? + 1;
                height = little_endian(chunk.body, 7, 3)? + 1;
            }
            b"VP8 " | b"VP8L" => {
                let picture = picture(&chunk)?;
                if width == 0 {
                    (width, height) = picture;
                }
                within(picture, (width, height))?;
            }
            // An animation's frame: its place, then chunks of its own.
            b"ANMF" => {
                for inner in Chunks(chunk.body.get(16..).unwrap_or_default()) {
                    if matches!(&inner.name, b"VP8 " | b"VP8L") {
                        within(picture(&inner)?, (width, height))?;
                    }
                }
            }
            _ => {}
        }
    }
    if width == 0 {
        return Err(Rejection::Damaged("WebP without a picture".into()));
    }
    let memory = width as u64 * height as u64 * BYTES_PER_PIXEL;
    Ok(Claim { width: width as u32, height: height as u32, memory })
}

fn within(picture: (usize, usize), canvas: (usize, usize)) -> Result<(), Rejection> {
    if picture.0 > canvas.0 || picture.1 > canvas.1 {
        return Err(Rejection::Damaged("WebP picture larger than its canvas".into()));
    }
    Ok(())
}

fn picture(chunk: &Chunk) -> Result<(usize, usize), Rejection> {
    if &chunk.name == b"VP8L" {
        let bits = little_endian(chunk.body, 1, 4)?;
        return Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1));
    }
    Ok((little_endian(chunk.body, 6, 2)? & 0x3FFF, little_endian(chunk.body, 8, 2)? & 0x3FFF))
}

fn little_endian(bytes: &[u8], at: usize, length: usize) -> Result<usize, Rejection> {
    let bytes = bytes.get(at..at + length).ok_or(Rejection::Truncated)?;
    Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

struct Chunk<'a> {
    name: [u8; 4],
    body: &'a [u8],
}

/// RIFF chunks: name, length, content, padded to an even length. Ends at the first cut one.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&name, rest) = self.0.split_first_chunk()?;
        let (&length, rest) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(length) as usize;
        let body = rest.get(..length)?;
        self.0 = rest.get(length + length % 2..).unwrap_or_default();
        Some(Chunk { name, body })
    }
}
