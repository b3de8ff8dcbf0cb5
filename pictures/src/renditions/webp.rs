//! WebP: what its chunks claim, checked before the decoder believes them, and what they promise and do not have.

use std::borrow::Cow;

use super::Rejection;
use super::header::Claim;

/// The pixels, an RGBA frame of an animation, the planes of a lossy frame, alpha: see `image-webp`.
const BYTES_PER_PIXEL: u64 = 12;

/// Where the flags of a `VP8X` chunk are, which comes first if it is there.
const FLAGS: usize = 20;

const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;
const ANIMATION: u8 = 0x02;

/// Reads the canvas and the pictures in it.
///
/// The decoder allocates by the picture's own size before it compares that with the canvas, so a
/// small canvas around a huge picture is refused here; and so is a file shorter than it says.
pub(super) fn claim(file: &[u8]) -> Result<Claim, Rejection> {
    let length = little_endian(file, 4, 4)?;
    if file.len() < (length + 8) & !1 {
        return Err(Rejection::Truncated);
    }
    let mut found = Found::default();
    for chunk in Chunks::of(file) {
        found.add(&chunk?)?;
    }
    found.check()?;
    let (width, height) = found.canvas;
    let mut memory = width as u64 * height as u64 * BYTES_PER_PIXEL;
    if true_flags(file).is_some() {
        memory += file.len() as u64;
    }
    Ok(Claim { width: width as u32, height: height as u32, memory })
}

/// What the chunks of a file have shown so far.
#[derive(Default)]
struct Found {
    /// Width and height in pixels; nothing as long as it is not known.
    canvas: (usize, usize),
    /// The flags of a `VP8X` chunk.
    flags: Option<u8>,
    /// Pictures outside of an animation.
    stills: usize,
    /// Frames of an animation.
    frames: usize,
    /// There is an `ANIM` chunk.
    animation: bool,
}

impl Found {
    fn add(&mut self, chunk: &Chunk) -> Result<(), Rejection> {
        match &chunk.name {
            b"VP8X" if self.canvas == (0, 0) => {
                self.flags = chunk.body.first().copied();
                self.canvas = (little_endian(chunk.body, 4, 3)? + 1, little_endian(chunk.body, 7, 3)? + 1);
            }
            b"VP8 " | b"VP8L" => {
                let size = picture(chunk)?;
                if self.canvas == (0, 0) {
                    self.canvas = size;
                }
                within(size, self.canvas)?;
                if self.stills == 0 && size != self.canvas {
                    return Err(Rejection::Damaged("WebP picture smaller than its canvas".into()));
                }
                self.stills += 1;
            }
            // Without a canvas the picture comes first.
            _ if self.canvas == (0, 0) => return Err(Rejection::Damaged("WebP without a canvas".into())),
            b"ANIM" => self.animation = true,
            // An animation's frame: its place, then chunks of its own.
            b"ANMF" => {
                for inner in Chunks(chunk.body.get(16..).unwrap_or_default()) {
                    let inner = inner?;
                    if matches!(&inner.name, b"VP8 " | b"VP8L") {
                        within(picture(&inner)?, self.canvas)?;
                        self.frames += 1;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether there is one still picture, or an animation with all that belongs to it.
    fn check(&self) -> Result<(), Rejection> {
        let whole = match self.flags {
            Some(flags) if flags & ANIMATION != 0 && self.frames > 0 => self.animation,
            Some(_) => self.stills == 1,
            None => self.stills > 0,
        };
        if whole { Ok(()) } else { Err(Rejection::Damaged("WebP without a picture".into())) }
    }
}

/// The file as our decoder takes it: it insists that what the flags promise is there. Programs that strip metadata
/// leave the flags as they were, and libwebp and browsers show such files.
pub(super) fn with_true_flags(file: &[u8]) -> Cow<'_, [u8]> {
    match true_flags(file) {
        Some(flags) => {
            let mut file = file.to_vec();
            file[FLAGS] = flags;
            file.into()
        }
        None => file.into(),
    }
}

/// The flags that a `VP8X` chunk should have; nothing when it has them, or when there is no such chunk.
fn true_flags(file: &[u8]) -> Option<u8> {
    let flags = *file.get(FLAGS).filter(|_| file[12..].starts_with(b"VP8X"))?;
    let names: Vec<[u8; 4]> = Chunks::of(file).map_while(Result::ok).map(|chunk| chunk.name).collect();
    let has = |name: &[u8; 4]| names.contains(name);
    let mut kept = flags;
    if !has(b"EXIF") {
        kept &= !EXIF;
    }
    if !has(b"XMP ") {
        kept &= !XMP;
    }
    if !has(b"ANMF") {
        kept &= !ANIMATION;
    }
    // A lossless picture has its transparency in itself, and so have the frames of an animation.
    if has(b"VP8 ") && !has(b"ALPH") {
        kept &= !ALPHA;
    }
    // A first frame may leave some of the canvas free.
    if kept & ANIMATION != 0 {
        kept |= ALPHA;
    }
    (kept != flags).then_some(kept)
}

fn within(picture: (usize, usize), canvas: (usize, usize)) -> Result<(), Rejection> {
    if picture.0 > canvas.0 || picture.1 > canvas.1 {
        return Err(Rejection::Damaged("WebP picture larger than its canvas".into()));
    }
    Ok(())
}

/// Width and height in pixels of a `VP8 ` or `VP8L` chunk.
fn picture(chunk: &Chunk) -> Result<(usize, usize), Rejection> {
    if &chunk.name == b"VP8L" {
        let bits = little_endian(chunk.body, 1, 4)?;
        return Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1));
    }
    // Behind the ten bytes of its head comes a first part, of a length that the head tells.
    if chunk.body.len() < 10 + (little_endian(chunk.body, 0, 3)? >> 5) {
        return Err(Rejection::Truncated);
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

/// RIFF chunks: name, length, content, padded to an even length. A cut one ends them with [`Rejection::Truncated`],
/// unless it is none that we know: what follows a picture may be anything.
struct Chunks<'a>(&'a [u8]);

/// The names of a WebP's chunks.
const NAMES: [&[u8; 4]; 9] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "];

impl<'a> Chunks<'a> {
    /// Those of a whole file, as far as it says that it goes.
    fn of(file: &'a [u8]) -> Self {
        let length = little_endian(file, 4, 4).unwrap_or_default().saturating_add(8);
        Self(file.get(12..length.clamp(12, file.len().max(12))).unwrap_or_default())
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, Rejection>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&name, rest) = std::mem::take(&mut self.0).split_first_chunk()?;
        let (&length, rest) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(length) as usize;
        let Some(body) = rest.get(..length) else {
            return NAMES.contains(&&name).then_some(Err(Rejection::Truncated));
        };
        self.0 = rest.get(length + length % 2..).unwrap_or_default();
        Some(Ok(Chunk { name, body }))
    }
}
