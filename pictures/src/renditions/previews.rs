//! Small squares from which the owner chooses where the crop should sit.

use super::decode::Decoded;
use super::resize::{self, Picture};
use super::{Band, Crop, Rejection, colour, crop, quality};

/// Side of a preview in pixels.
pub const PREVIEW: u32 = 160;

/// One place of the square along the long side.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Which place.
    pub band: Band,
    /// A small JPEG without metadata.
    pub jpeg: Vec<u8>,
}

/// One for each place, unless all places are the same.
pub(super) fn of(decoded: &Decoded, width: u32, height: u32) -> Result<Vec<Preview>, Rejection> {
    if width == height {
        return Ok(vec![]);
    }
    let preview = |band| {
        let placed = crop::place(Crop::At { across: band, down: band }, decoded, width, height)?;
        Ok(Preview { band, jpeg: one(decoded, placed.stored)? })
    };
    [Band::Start, Band::Middle, Band::End].into_iter().map(preview).collect()
}

/// The square that begins at this fraction of the spare length, as it is stored. Good enough to choose by, and cheap: a few
/// source pixels are looked at for each of its own.
pub(super) fn one(decoded: &Decoded, from_start: f64) -> Result<Vec<u8>, Rejection> {
    let side = PREVIEW.min(decoded.width).min(decoded.height);
    let square = Picture { rgba: resize::roughly(decoded, Some(from_start), (side, side))?, side };
    let square = colour::to_srgb(square, decoded.channels, decoded.profile.as_deref()).oriented(decoded.orientation)?;
    let encoded = quality::encode_all(square, &[side])?;
    encoded.into_iter().next().map(|image| image.jpeg).ok_or_else(|| Rejection::Damaged("no preview was made".into()))
}
