//! The files of the pictures' own tests, for the form.

#[path = "../../../pictures/tests/renditions/animations.rs"]
mod animations;
#[path = "../../../pictures/tests/renditions/bombs.rs"]
mod bombs;
#[expect(dead_code, reason = "the form's tests need not all of it")]
#[path = "../../../pictures/tests/renditions/corpus.rs"]
mod corpus;
#[path = "../../../pictures/tests/renditions/lossy_webp.rs"]
mod lossy_webp;
#[path = "../../../pictures/tests/renditions/traps.rs"]
mod traps;

use image::RgbImage;

pub use corpus::valid_files;
use corpus::{Jpeg, jpeg, photo, png, quarters, stored_as};

/// 12 megapixels, held upright, as a phone stores them: on their side, with EXIF, a GPS position and a wide-gamut profile.
pub fn phone_photo() -> Vec<u8> {
    let tile = photo(504, 378, 5);
    let (width, height) = (4032, 3024);
    let mut lying = RgbImage::new(width, height);
    for y in 0..height {
        // Whole rows of the tile one after the other: this is not optimised.
        let row = &tile.as_raw()[(y % 378) as usize * 504 * 3..][..504 * 3];
        let start = y as usize * width as usize * 3;
        lying.as_flat_samples_mut().samples[start..start + width as usize * 3]
            .chunks_exact_mut(504 * 3)
            .for_each(|part| part.copy_from_slice(row));
    }
    jpeg(&lying, Jpeg { orientation: Some(6), ..Jpeg::default() })
}

/// A good photo, another one for each seed: twice as wide as high.
pub fn good_photo(seed: u32) -> Vec<u8> {
    jpeg(&photo(400, 200, seed), Jpeg::default())
}

/// A good photo that is square.
pub fn square_photo() -> Vec<u8> {
    jpeg(&photo(300, 300, 9), Jpeg::default())
}

/// The same photo, saved at another quality: another file each.
pub fn similar_photo(quality: u8) -> Vec<u8> {
    jpeg(&photo(400, 300, 3), Jpeg { quality, ..Jpeg::default() })
}

/// Small files that become 64 megapixels, and pictures that are something else, too. What comes of them is harmless.
pub fn strange_files() -> Vec<(&'static str, Vec<u8>)> {
    [bombs::bombs(), bombs::polyglots()].concat()
}

/// Files that no photo comes of, with a word that says why; without a word it shows only when they are looked at closely.
pub fn hostile_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let beyond = bombs::beyond().into_iter().map(|(what, file)| (what, file, "megapixels"));
    plain_hostile_files().into_iter().chain(beyond).collect()
}

fn plain_hostile_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = jpeg(&quarters(200, 160), Jpeg::default());
    let dynamic = |width, height| image::DynamicImage::ImageRgb8(RgbImage::new(width, height));
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    vec![
        ("nothing", vec![], "empty"),
        ("text", b"Dear diary".to_vec(), "not a photo"),
        ("SVG", svg.to_vec(), "not a photo"),
        ("HTML", b"<!doctype html><script>alert(1)</script>".to_vec(), "not a photo"),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "HEIC"),
        ("a JPEG cut short", good[..good.len() / 2].to_vec(), "part of it is missing"),
        ("1 x 1", png(&dynamic(1, 1), None), "at least 64 pixels"),
        ("20,000 x 1", png(&dynamic(20_000, 1), None), "at least 64 pixels"),
        ("more than it says", traps::png_claiming(100, 100, &traps::zeros(300)), ""),
        ("a header alone", traps::png_claiming(3000, 3000, &[])[..40].to_vec(), "part of it is missing"),
        ("HTML before a photo", [b"<html><script>alert(1)</script>", &good[..]].concat(), "not a photo"),
        ("PDF before a photo", [b"%PDF-1.7\n", &good[..]].concat(), "PDF"),
        ("a frame beyond its canvas", bombs::plain_gif((100, 100), (8000, 8000)), "damaged"),
        ("a short PNG", traps::png_claiming(3000, 3000, &traps::zeros(1)), "damaged"),
        ("a short JPEG", traps::jpeg_claiming(3000, 3000), "part of it is missing"),
        ("a spoilt WebP", spoilt_webp(1), ""),
        ("another", spoilt_webp(2), ""),
        ("a third", spoilt_webp(3), ""),
        ("too many scans", traps::jpeg_of_many_scans(5000), "damaged"),
        ("on its side", stored_as(&quarters(200, 160), 6).into_raw(), "not a photo"),
    ]
}

/// A lossless WebP with half of its bits under a head that knows of no more: it shows only when it is decoded.
fn spoilt_webp(seed: u32) -> Vec<u8> {
    let whole = corpus::webp(&photo(200, 160, seed).into(), None);
    let bits = &whole[20..whole.len() / 4 * 2];
    let length = |bytes: usize| (bytes as u32).to_le_bytes();
    [&b"RIFF"[..], &length(bits.len() + 12), b"WEBPVP8L", &length(bits.len()), bits].concat()
}
