//! Which square of a photo is kept.

use image::metadata::Orientation;

use super::Rejection;
use super::decode::Decoded;
use super::resize;

/// Which square of the upright photo is kept. It always has the photo's shorter side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crop {
    /// Where the detail is, with a leaning to the middle.
    #[default]
    Auto,
    /// One of three by three places; in a landscape photo only `across` matters, in a portrait `down`.
    At {
        /// Where the square is from left to right.
        across: Band,
        /// Where the square is from top to bottom.
        down: Band,
    },
}

impl Crop {
    /// The square in the middle.
    pub const CENTRE: Self = Self::At { across: Band::Middle, down: Band::Middle };
}

/// One of three places of the square along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// At the left or top edge.
    Start,
    /// Halfway between the edges.
    Middle,
    /// At the right or bottom edge.
    End,
}

/// A square part of a picture, in pixels from its upper left corner.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Square {
    pub left: u32,
    pub top: u32,
    pub side: u32,
}

/// One square, in the two coordinate systems that are needed.
pub(super) struct Placed {
    /// In pixels of the upright source.
    pub square: Square,
    /// Fraction (0..=1) of the spare length that lies before the square, along the stored long axis.
    pub stored: f64,
}

/// Places the square on an upright source of `width` x `height` pixels.
pub(super) fn place(crop: Crop, decoded: &Decoded, width: u32, height: u32) -> Result<Placed, Rejection> {
    let landscape = width > height;
    let mirrored = is_mirrored(decoded.orientation, landscape);
    let from_start = match crop {
        Crop::Auto => {
            let stored = busiest(decoded)?;
            if mirrored { 1.0 - stored } else { stored }
        }
        Crop::At { across, down } => match if landscape { across } else { down } {
            Band::Start => 0.0,
            Band::Middle => 0.5,
            Band::End => 1.0,
        },
    };
    let side = width.min(height);
    let offset = (f64::from(width.max(height) - side) * from_start).round() as u32;
    let (left, top) = if landscape { (offset, 0) } else { (0, offset) };
    let stored = if mirrored { 1.0 - from_start } else { from_start };
    Ok(Placed { square: Square { left, top, side }, stored })
}

/// Whether turning upright reverses the direction of what becomes the long axis.
fn is_mirrored(orientation: Orientation, landscape: bool) -> bool {
    // The long axis is upright x in a landscape photo, y otherwise.
    match orientation {
        Orientation::NoTransforms | Orientation::Rotate90FlipH => false,
        Orientation::Rotate180 | Orientation::Rotate270FlipH => true,
        Orientation::FlipHorizontal | Orientation::Rotate90 => landscape,
        Orientation::FlipVertical | Orientation::Rotate270 => !landscape,
    }
}

/// How much less a place at the very edge counts than one in the middle.
const EDGE_DISCOUNT: f64 = 0.25;

/// The fraction of the spare length, along the stored long axis, before the most detailed square.
///
/// A subject in focus has more edges than the sky, lawn or sofa around it. Costs some milliseconds
/// on a small copy.
fn busiest(decoded: &Decoded) -> Result<f64, Rejection> {
    let (long, short) = (decoded.width.max(decoded.height), decoded.width.min(decoded.height));
    if long == short {
        return Ok(0.5);
    }
    let thumbnail = resize::thumbnail(decoded)?;
    let energy = thumbnail.energy_along_long_side();
    let window = (energy.len() as u64 * u64::from(short) / u64::from(long)).max(1) as usize;
    let spare = energy.len() - window;
    let value = |start: usize| {
        let off_centre = if spare == 0 { 0.0 } else { (start as f64 / spare as f64 - 0.5) * 2.0 };
        energy[start..start + window].iter().sum::<f64>() * (1.0 - EDGE_DISCOUNT * off_centre * off_centre)
    };
    let middle = spare / 2;
    // Ties (a plain picture) go to the middle.
    let best = (0..=spare).fold(middle, |best, start| if value(start) > value(best) { start } else { best });
    Ok(if best == middle { 0.5 } else { best as f64 / spare as f64 })
}
