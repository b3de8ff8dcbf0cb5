//! GIF: the blocks up to the end of its first frame, which is the one that we show.

use gif::{DecodeOptions, DecodingError};

use super::Rejection;
use super::header::Claim;

pub(super) fn claim(file: &[u8]) -> Result<Claim, Rejection> {
    let header = file.get(..10).ok_or(Rejection::Truncated)?;
    let width = u32::from(u16::from_le_bytes([header[6], header[7]]));
    let height = u32::from(u16::from_le_bytes([header[8], header[9]]));
    // RGBA canvas, and once more for a first frame that does not fill it, and its indices.
    Ok(Claim { width, height, memory: u64::from(width) * u64::from(height) * 10 })
}

/// Whether the file goes on to the end of its first frame. Later frames, and the end of the file, may be missing.
pub(super) fn check_first_frame(file: &[u8]) -> Result<(), Rejection> {
    let mut blocks = Blocks { rest: file };
    blocks.take(10)?;
    let flags = blocks.byte()?;
    blocks.take(2)?;
    blocks.palette(flags)?;
    loop {
        match blocks.byte()? {
            EXTENSION => {
                blocks.byte()?;
                blocks.skip_data()?;
            }
            FRAME => {
                blocks.take(8)?;
                let flags = blocks.byte()?;
                blocks.palette(flags)?;
                blocks.byte()?;
                return blocks.skip_data();
            }
            TRAILER => return Err(Rejection::Damaged("GIF without a frame".into())),
            // The decoder says what it makes of it.
            _ => return Ok(()),
        }
    }
}

const EXTENSION: u8 = 0x21;
const FRAME: u8 = 0x2C;
const TRAILER: u8 = 0x3B;

/// What is left of a file. Every method answers [`Rejection::Truncated`] when it ends first.
struct Blocks<'a> {
    rest: &'a [u8],
}

impl Blocks<'_> {
    fn take(&mut self, length: usize) -> Result<(), Rejection> {
        self.rest = self.rest.get(length..).ok_or(Rejection::Truncated)?;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Rejection> {
        let (&byte, rest) = self.rest.split_first().ok_or(Rejection::Truncated)?;
        self.rest = rest;
        Ok(byte)
    }

    /// Three bytes a colour, of which there is a power of two, if the flags say that there are any.
    fn palette(&mut self, flags: u8) -> Result<(), Rejection> {
        if flags & 0x80 == 0 { Ok(()) } else { self.take(3 << ((flags & 7) + 1)) }
    }

    /// Blocks of up to 255 bytes, behind each its length, until an empty one.
    fn skip_data(&mut self) -> Result<(), Rejection> {
        loop {
            match self.byte()? {
                0 => return Ok(()),
                length => self.take(length.into())?,
            }
        }
    }
}

/// Pixels that are looked at in one go.
const PIECE: usize = 64 << 10;

/// Reads every pixel of the first frame and keeps none.
pub(super) fn check(file: &[u8], width: u32, height: u32) -> Result<(), Rejection> {
    let mut decoder = DecodeOptions::new().read_info(file)?;
    let frame = decoder.next_frame_info()?;
    let frame = frame.ok_or_else(|| Rejection::Damaged("GIF without a frame".into()))?;
    let right = u32::from(frame.left) + u32::from(frame.width);
    let bottom = u32::from(frame.top) + u32::from(frame.height);
    if right > width || bottom > height {
        return Err(Rejection::Damaged("GIF frame beyond its canvas".into()));
    }
    let mut left = usize::from(frame.width) * usize::from(frame.height);
    let mut piece = vec![0; PIECE.min(left)];
    while left > 0 {
        let length = left.min(PIECE);
        if !decoder.fill_buffer(&mut piece[..length])? {
            return Err(Rejection::Truncated);
        }
        left -= length;
    }
    Ok(())
}

impl From<DecodingError> for Rejection {
    fn from(error: DecodingError) -> Self {
        match &error {
            DecodingError::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Damaged(error.to_string()),
        }
    }
}
