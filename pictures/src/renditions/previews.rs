//! Small squares from which the owner chooses where the crop should sit.

use super::decode::Decoded;
use super::resize::{self, Picture};
use super::{Band, Crop, Rejection, colour, crop, quality};

/// Side of a preview in pixels.
pub const PREVIEW: u32 = 160;

/// Of previews: looking for the lowest that suffices would cost more than all else about them.
const QUALITY: u8 = 60;

/// One place of the square along the long side.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Where its square is along the long side.
    pub band: Band,
    /// A small JPEG without metadata.
    pub jpeg: Vec<u8>,
}

/// One for each place, unless all places are the same. Their colours are settled together: reading a profile costs more than
/// using it on so few pixels.
pub(super) fn of(decoded: &Decoded, width: u32, height: u32) -> Result<Vec<Preview>, Rejection> {
    if width == height {
        return Ok(vec![]);
    }
    let bands = [Band::Start, Band::Middle, Band::End];
    let mut places = Vec::new();
    for band in bands {
        places.push(crop::place(Crop::At { across: band, down: band }, decoded, width, height)?.stored);
    }
    let jpegs = squares(decoded, &places)?;
    Ok(bands.into_iter().zip(jpegs).map(|(band, jpeg)| Preview { band, jpeg }).collect())
}

/// The square that begins at this fraction of the spare length, as it is stored.
pub(super) fn one(decoded: &Decoded, from_start: f64) -> Result<Vec<u8>, Rejection> {
    squares(decoded, &[from_start])?.pop().ok_or_else(|| Rejection::Damaged("no preview was made".into()))
}

/// Good enough to choose by, and cheap: a few source pixels are looked at for each of their own.
fn squares(decoded: &Decoded, places: &[f64]) -> Result<Vec<Vec<u8>>, Rejection> {
    let side = PREVIEW.min(decoded.width).min(decoded.height);
    let mut rgba = Vec::new();
    for &from_start in places {
        rgba.extend(resize::roughly(decoded, Some(from_start), (side, side))?);
    }
    let all = colour::to_srgb(Picture { rgba, side }, decoded.channels, &decoded.colours);
    let square = |rgba: &[u8]| {
        let square = Picture { rgba: rgba.to_vec(), side }.oriented(decoded.orientation)?;
        quality::to_jpeg(&square, QUALITY)
    };
    all.rgba.chunks_exact(side as usize * side as usize * 4).map(square).collect()
}
