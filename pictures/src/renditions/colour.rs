//! Any colours to opaque sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::decode::Channels;
use super::resize::Picture;

/// What shows through a transparent picture: the warm off-white of the site's cards.
pub const BACKGROUND: [u8; 3] = [0xFB, 0xF6, 0xEC];

pub(super) fn to_srgb(mut picture: Picture, channels: Channels, profile: Option<&[u8]>) -> Picture {
    match profile.and_then(|profile| by_profile(&picture.rgba, channels, profile)) {
        Some(rgba) => picture.rgba = rgba,
        None if channels == Channels::Cmyk => plain_inks(&mut picture.rgba),
        None => {}
    }
    if channels == Channels::Rgba {
        flatten(&mut picture.rgba);
    }
    picture
}

/// By the embedded profile. `None` if it cannot be used: a bad profile is no reason to refuse a
/// photo, and grey ones are as good as sRGB's curve.
fn by_profile(bytes: &[u8], channels: Channels, profile: &[u8]) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let space = if channels == Channels::Cmyk { DataColorSpace::Cmyk } else { DataColorSpace::Rgb };
    if profile.color_space != space {
        return None;
    }
    // moxcms has no name for CMYK's four bytes; it takes RGBA's.
    let transform = profile
        .create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgba, TransformOptions::default())
        .ok()?;
    let mut rgba = vec![255; bytes.len()];
    transform.transform(bytes, &mut rgba).ok()?;
    Some(rgba)
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
