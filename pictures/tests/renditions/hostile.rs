//! Files that are not what they say. Each is refused in plain words, or harmless.

use image::DynamicImage;
use proptest::prelude::*;

use super::animations;
use super::bombs;
use super::corpus::{self, Jpeg};
use super::subject::{Crop, Kind, Limits, Rejection, Renditions, SIZES, inspect, render};
use super::traps;

fn rendered(file: &[u8]) -> Result<Renditions, Rejection> {
    render(file, Crop::Auto, &Limits::default())
}

fn rejection(file: &[u8]) -> Rejection {
    rendered(file).expect_err("should be refused")
}

#[test]
fn an_empty_file_is_told_so() {
    assert_eq!(rejection(b""), Rejection::Empty);
}

#[test]
fn text_svg_and_html_are_no_photos_whatever_their_name() {
    for file in [
        &b"hello, this is a text"[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"\xEF\xBB\xBF<?xml version='1.0'?><svg/>",
        b"PK\x03\x04 an archive",
        b"\xFF\xD8 nearly",
        b"RIFF\0\0\0\0WAVE",
        b"GIF88a",
    ] {
        assert_eq!(rejection(file), Rejection::NotAnImage, "{}", String::from_utf8_lossy(file));
    }
}

#[test]
fn pictures_that_we_do_not_read_are_named_with_what_to_do() {
    let heic = rejection(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").to_string();
    assert!(heic.contains("HEIC") && heic.contains("JPEG"), "{heic}");
    for (file, name) in [(&b"BM\x36\0\0\0"[..], "BMP"), (b"II*\0\x08\0", "TIFF"), (b"%PDF-1.7", "PDF")] {
        assert!(rejection(file).to_string().contains(name));
    }
}

#[test]
fn one_pixel_and_one_line_are_too_small() {
    for (width, height) in [(1, 1), (20_000, 1), (1, 20_000), (63, 500)] {
        let picture = corpus::quarters(width, height);
        for file in [corpus::jpeg(&picture, Jpeg::default()), corpus::png(&picture.into(), None)] {
            assert_eq!(rejection(&file), Rejection::TooSmall { width, height, limit: 64 });
        }
    }
}

#[test]
fn zero_sides_are_refused() {
    for (width, height) in [(0, 0), (0, 500), (500, 0)] {
        let png = traps::png_claiming(width, height, &traps::zeros(1));
        assert_eq!(rejection(&png).code(), "too-small");
        let jpeg = traps::jpeg_claiming(width as u16, height as u16);
        assert_eq!(rejection(&jpeg).code(), "too-small");
    }
}

#[test]
fn fifty_thousand_by_fifty_thousand_is_refused_by_its_header_alone() {
    let png = traps::png_claiming(50_000, 50_000, &traps::zeros(1));
    // The first 33 bytes are enough: nothing of the content is looked at.
    for file in [&png[..], &png[..33], &traps::jpeg_claiming(50_000, 50_000)] {
        let rejection = rejection(file);
        assert!(matches!(rejection, Rejection::TooManyPixels { width: 50_000, height: 50_000, .. }));
        assert!(rejection.to_string().contains("50000 x 50000"), "{rejection}");
    }
}

#[test]
fn headers_that_lie_about_the_size_do_no_harm() {
    // More zeros than any memory is set aside for, in a small picture.
    let bomb = traps::png_claiming(100, 100, &traps::zeros(300));
    assert!(bomb.len() < 1 << 20);
    let _ = rendered(&bomb);
    // Far fewer than claimed.
    assert_eq!(rejection(&traps::png_claiming(8000, 8000, &traps::zeros(1))).code(), "damaged");
    let larger = traps::jpeg_claiming(8000, 8000);
    let _ = rendered(&larger);
    let mut webp = animations::animated_webp(&[corpus::quarters(200, 200)]);
    // A canvas of 100 x 100 around a frame of 200 x 200.
    webp[24..30].copy_from_slice(&[99, 0, 0, 99, 0, 0]);
    assert_eq!(rejection(&webp).code(), "damaged");
}

#[test]
fn small_files_that_become_large_are_plain_pictures_or_damaged() {
    for (what, file) in bombs::bombs() {
        assert!(file.len() < 3 << 20, "{what}: {} bytes", file.len());
        match rendered(&file) {
            Ok(renditions) => assert!([8000, 200].contains(&renditions.width), "{what}"),
            Err(rejection) => assert_eq!(rejection.code(), "damaged", "{what}: {rejection:?}"),
        }
    }
}

#[test]
fn what_claims_more_than_we_take_is_refused_in_every_format() {
    for (what, file) in bombs::beyond() {
        assert_eq!(rejection(&file).code(), "too-many-pixels", "{what}");
    }
    // A frame that does not fit its canvas.
    assert_eq!(rejection(&bombs::plain_gif((100, 100), (8000, 8000))).code(), "damaged");
}

#[test]
fn a_header_cut_anywhere_is_refused() {
    for (what, file) in corpus::valid_files() {
        for length in 0..64 {
            assert!(rendered(&file[..length]).is_err(), "{what} cut at {length}");
        }
    }
}

#[test]
fn what_else_a_picture_is_never_passed_on() {
    for (what, file) in bombs::polyglots() {
        let renditions = rendered(&file).unwrap_or_else(|rejection| panic!("{what}: {rejection:?}"));
        for image in renditions.images {
            assert!(!image.jpeg.windows(6).any(|part| part == b"script"), "{what}");
        }
    }
    let picture = corpus::jpeg(&corpus::quarters(200, 160), Jpeg::default());
    for before in [&b"<html><script>alert(1)</script>"[..], b"%PDF-1.7\n", b"PK\x03\x04", b"#!/bin/sh\n", b"\n"] {
        let rejection = rejection(&[before, &picture].concat());
        assert!(matches!(rejection, Rejection::NotAnImage | Rejection::Unsupported(Kind::Pdf)), "{rejection:?}");
    }
}

#[test]
fn thousands_of_scans_are_a_trap_and_refused() {
    assert!(rendered(&traps::jpeg_of_many_scans(1)).is_ok());
    assert_eq!(rejection(&traps::jpeg_of_many_scans(5000)).code(), "damaged");
}

#[test]
fn too_many_bytes_are_refused_with_the_limit() {
    let limits = Limits { max_bytes: 10_000_000, ..Limits::default() };
    let rejection = render(&vec![0; 10_000_001], Crop::Auto, &limits).unwrap_err();
    assert!(rejection.to_string().contains("up to 10 MB"), "{rejection}");
}

#[test]
fn a_photo_whose_end_is_missing_is_refused_wherever_it_was_cut() {
    for (what, file) in corpus::valid_files() {
        for percent in [1, 5, 20, 40, 60, 80, 95] {
            let cut = &file[..file.len() * percent / 100];
            if let Ok(renditions) = rendered(cut) {
                // An animation's first frame may be whole; and of a PNG of 120 bytes only the end marker is missing.
                let whole = (what == "animated GIF" && percent >= 40) || (what == "palette PNG" && percent >= 95);
                assert!(whole, "{what} cut at {percent} %");
                assert!([160, 200].contains(&renditions.width), "{what}");
            }
        }
    }
}

#[test]
fn a_jpeg_cut_anywhere_says_that_part_is_missing() {
    let file = corpus::jpeg(&corpus::photo(200, 200, 2), Jpeg { progressive: true, ..Jpeg::default() });
    for length in (3..file.len()).step_by(97) {
        assert_eq!(rejection(&file[..length]), Rejection::Truncated, "cut at {length}");
    }
}

#[test]
fn what_follows_the_picture_is_ignored_and_never_passed_on() {
    for (what, mut file) in corpus::valid_files() {
        file.extend(b"PK\x03\x04<script>alert(document.cookie)</script>");
        let renditions = rendered(&file).unwrap_or_else(|rejection| panic!("{what}: {rejection:?}"));
        for image in renditions.images {
            assert!(!image.jpeg.windows(7).any(|part| part == b"<script"), "{what}");
        }
    }
}

#[test]
fn words_for_people_say_what_to_do_and_hide_the_decoder() {
    let words = Rejection::Damaged("invalid huffman code at 0x1234".into()).to_string();
    assert!(words.contains("save it again") && !words.contains("huffman"));
}

#[test]
fn a_picture_without_colours_or_detail_is_still_a_picture() {
    let black = DynamicImage::new_luma8(300, 200);
    assert!(rendered(&corpus::png(&black, None)).is_ok());
}

/// Every promise that holds for any bytes at all.
fn assert_promises(file: &[u8]) {
    // Outside the guard that turns a decoder's panic into a rejection.
    let _ = inspect(file, &Limits::default());
    if let Ok(renditions) = rendered(file) {
        let side = renditions.width.min(renditions.height);
        assert!(u64::from(renditions.width) * u64::from(renditions.height) <= Limits::default().max_pixels);
        for image in &renditions.images {
            assert!(image.size <= side && (SIZES.contains(&image.size) || image.size == side));
            assert!(image.jpeg.starts_with(&[0xFF, 0xD8]) && image.jpeg.ends_with(&[0xFF, 0xD9]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_end_no_thread(
        magic in prop::sample::select(vec![&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8X"]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        assert_promises(&[magic, &tail].concat());
    }

    #[test]
    fn damaged_photos_keep_every_promise(
        which in 0_usize..15,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let (_, mut file) = FILES.with(|files| files[which].clone());
        for (at, value) in changes {
            // Headers are short: half of the changes should hit them.
            let range = if value % 2 == 0 { file.len() } else { file.len().min(700) };
            let at = at.index(range);
            file[at] = value;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        assert_promises(&file);
    }
}

thread_local! {
    static FILES: Vec<(&'static str, Vec<u8>)> = corpus::valid_files();
}
