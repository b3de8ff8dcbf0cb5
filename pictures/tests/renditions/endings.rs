//! Files that end early: told at the form, in the same words for every format.

use image::{DynamicImage, RgbImage};

use super::corpus::{self, Jpeg};
use super::editing::{place_of, webp_chunks, webp_of};
use super::subject::{Limits, Rejection, check};
use super::{animations, traps};

fn checked(file: &[u8]) -> Result<(), Rejection> {
    check(file, &Limits::default()).map(drop)
}

/// Photos large enough that a hundredth of them is more than an end marker.
fn photos() -> Vec<(&'static str, Vec<u8>)> {
    let picture = corpus::photo(300, 200, 5);
    let dynamic = DynamicImage::ImageRgb8(picture.clone());
    let progressive = Jpeg { progressive: true, orientation: Some(6), ..Jpeg::default() };
    vec![
        ("JPEG", corpus::jpeg(&picture, Jpeg::default())),
        ("progressive JPEG", corpus::jpeg(&picture, progressive)),
        ("PNG", corpus::png(&dynamic, Some(3))),
        ("16-bit PNG", corpus::png(&DynamicImage::ImageRgba16(dynamic.to_rgba16()), None)),
        ("WebP", corpus::webp(&dynamic, None)),
        ("WebP with EXIF", corpus::webp(&dynamic, Some(6))),
        ("GIF", animations::animated_gif(std::slice::from_ref(&picture))),
        ("animated WebP", animations::animated_webp(&[picture])),
    ]
}

#[test]
fn a_photo_that_is_cut_anywhere_is_told_so_at_the_form_in_every_format() {
    for (what, file) in photos() {
        assert_eq!(checked(&file), Ok(()), "{what}");
        for percent in (1..100).step_by(7).chain([90, 98]) {
            let cut = &file[..(file.len() * percent / 100).max(16)];
            assert_eq!(checked(cut), Err(Rejection::Truncated), "{what} cut at {percent} %");
        }
    }
    let words = Rejection::Truncated.to_string();
    assert!(words.starts_with("The file ends before the photo does"), "{words}");
}

#[test]
fn a_photo_that_ends_within_its_first_bytes_is_told_the_same() {
    for (what, file) in photos() {
        let signature = if what.contains("WebP") {
            12
        } else if what.contains("JPEG") {
            3
        } else {
            6
        };
        for length in 2..=signature {
            assert_eq!(checked(&file[..length]), Err(Rejection::Truncated), "{what} cut at {length}");
        }
    }
    let text = b"\x89PNG\n\x1A\n\0\0\0\x0DIHDR";
    assert_eq!(checked(text).map_err(|rejection| rejection.code()), Err("damaged"), "sent as a text");
}

#[test]
fn a_photo_whose_rest_was_never_written_is_told_the_same() {
    // Copied onto a full disk, or downloaded in part: the file has its length, and zeros in it.
    for (what, file) in photos() {
        if what.contains("WebP") {
            continue; // of which only the structure is read
        }
        let mut zeros = file.clone();
        zeros[file.len() / 2..].fill(0);
        let rejection = checked(&zeros).expect_err(what);
        assert!(["truncated", "damaged"].contains(&rejection.code()), "{what}: {rejection:?}");
    }
}

#[test]
fn a_jpeg_that_was_closed_after_a_cut_is_told_the_same() {
    let file = corpus::jpeg(&corpus::photo(300, 200, 5), Jpeg::default());
    for percent in [40, 70, 90] {
        let closed = [&file[..file.len() * percent / 100], &[0xFF, 0xD9]].concat();
        assert_eq!(checked(&closed), Err(Rejection::Truncated), "{percent} %");
    }
    assert_eq!(checked(&traps::jpeg_claiming(3000, 3000)), Err(Rejection::Truncated));
}

#[test]
fn a_webp_whose_parts_are_longer_than_it_is_told_the_same() {
    let file = webp_of(&webp_chunks(&corpus::webp(&DynamicImage::ImageRgb8(RgbImage::new(100, 100)), Some(1))));
    let mut longer = file.clone();
    let at = place_of(&file, b"VP8L") + 4;
    longer[at..at + 4].copy_from_slice(&100_000_u32.to_le_bytes());
    assert_eq!(checked(&longer), Err(Rejection::Truncated));
    let mut chunks = webp_chunks(&super::lossy_webp::LOSSY_WEBP);
    chunks[1].1.truncate(40);
    assert_eq!(checked(&webp_of(&chunks)), Err(Rejection::Truncated));
}

#[test]
fn a_png_with_too_few_or_spoilt_pixels_is_refused_at_the_form() {
    let short = traps::png_claiming(3000, 3000, &traps::zeros(1));
    let mut spoilt = corpus::png(&DynamicImage::ImageRgb8(corpus::photo(300, 200, 5)), None);
    let middle = spoilt.len() / 2;
    spoilt[middle] ^= 0x55;
    for (what, file) in [("short", short), ("spoilt", spoilt)] {
        assert_eq!(checked(&file).expect_err(what).code(), "damaged");
    }
    assert_eq!(checked(&traps::png_claiming(3000, 3000, &[])[..40]), Err(Rejection::Truncated));
}

#[test]
fn a_gif_that_ends_behind_its_first_frame_is_whole_enough() {
    let frames = [corpus::photo(300, 200, 5), corpus::photo(300, 200, 6)];
    let first = animations::animated_gif(&frames[..1]);
    let both = animations::animated_gif(&frames);
    assert_eq!(checked(&first[..first.len() - 1]), Ok(()), "without its trailer");
    assert_eq!(checked(&both[..both.len() * 3 / 4]), Ok(()), "in the second frame");
    assert_eq!(checked(&both[..both.len() / 3]), Err(Rejection::Truncated), "in the first frame");
}
