//! Any colours to opaque sRGB.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

use super::decode::Channels;
use super::resize::Picture;

/// What shows through a transparent picture: the warm off-white of the site's cards.
pub const BACKGROUND: [u8; 3] = [0xFB, 0xF6, 0xEC];

/// How stored values become sRGB.
#[derive(Clone, Default)]
pub(super) enum Colours {
    /// They are sRGB, or inks without a profile.
    #[default]
    Plain,
    /// By a profile for the four bytes of a pixel.
    Profile(Arc<Transform8BitExecutor>),
    /// By a profile for grey, whose value stands three times in a pixel.
    Grey(Arc<Transform8BitExecutor>),
}

impl Colours {
    /// By an embedded ICC profile. Nothing if it cannot be used: a bad profile is no reason to refuse a photo.
    pub fn embedded(profile: &[u8], channels: Channels, grey: bool) -> Option<Self> {
        Self::by(&ColorProfile::new_from_slice(profile).ok()?, channels, grey)
    }

    /// By a profile that has been read; nothing if it is for another kind of picture.
    pub fn by(profile: &ColorProfile, channels: Channels, grey: bool) -> Option<Self> {
        let to_srgb = |layout| {
            let options = TransformOptions::default();
            profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgba, options).ok()
        };
        match profile.color_space {
            // moxcms has no name for CMYK's four bytes; it takes RGBA's.
            DataColorSpace::Cmyk if channels == Channels::Cmyk => to_srgb(Layout::Rgba).map(Self::Profile),
            DataColorSpace::Rgb if channels != Channels::Cmyk => to_srgb(Layout::Rgba).map(Self::Profile),
            DataColorSpace::Gray if grey => to_srgb(Layout::GrayAlpha).map(Self::Grey),
            _ => None,
        }
    }

    /// The same pixels in sRGB; nothing if that is what they are, or cannot be.
    fn applied(&self, rgba: &[u8]) -> Option<Vec<u8>> {
        let mut converted = vec![255; rgba.len()];
        match self {
            Self::Plain => return None,
            Self::Profile(transform) => transform.transform(rgba, &mut converted),
            Self::Grey(transform) => {
                let grey: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[3]]).collect();
                transform.transform(&grey, &mut converted)
            }
        }
        .ok()?;
        Some(converted)
    }
}

/// Converts colours, and lays what is transparent over [`BACKGROUND`].
pub(super) fn to_srgb(mut picture: Picture, channels: Channels, colours: &Colours) -> Picture {
    match colours.applied(&picture.rgba) {
        Some(rgba) => picture.rgba = rgba,
        None if channels == Channels::Cmyk => plain_inks(&mut picture.rgba),
        None => {}
    }
    if channels == Channels::Rgba {
        flatten(&mut picture.rgba);
    }
    picture
}

/// CMYK without a profile, as if inks were perfect.
fn plain_inks(bytes: &mut [u8]) {
    for pixel in bytes.chunks_exact_mut(4) {
        let key = 255 - pixel[3];
        pixel.iter_mut().for_each(|ink| *ink = blend(255 - *ink, 0, key));
        pixel[3] = 255;
    }
}

fn flatten(rgba: &mut [u8]) {
    for pixel in rgba.chunks_exact_mut(4) {
        let alpha = pixel[3];
        for (value, background) in pixel.iter_mut().zip(BACKGROUND) {
            *value = blend(*value, background, alpha);
        }
        pixel[3] = 255;
    }
}

fn blend(over: u8, under: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(over) * alpha + u32::from(under) * (255 - alpha) + 127) / 255) as u8
}
