//! Files that stray from their format as those of real programs do, and that browsers show all the same.

use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::corpus::{self, BLUE, GREEN, Jpeg, RED, YELLOW};
use super::editing::{place_of, png_with, png_with_at_end, restarts, webp_chunks, webp_of};
use super::lossy_webp::LOSSY_WEBP;
use super::pictures::{assert_corners, largest, rendered};
use super::subject::{Crop, Limits, check, render};

/// As it is shown, after the form has looked at it.
fn shown(file: &[u8], what: &str) -> RgbImage {
    check(file, &Limits::default()).unwrap_or_else(|rejection| panic!("{what} at the form: {rejection:?}"));
    largest(&rendered(file, Crop::CENTRE))
}

fn mean_error(left: &RgbImage, right: &RgbImage) -> f64 {
    assert_eq!(left.dimensions(), right.dimensions());
    left.iter().zip(right.iter()).map(|(&a, &b)| f64::from(a.abs_diff(b))).sum::<f64>() / left.len() as f64
}

#[test]
fn exif_with_the_head_that_it_has_in_a_jpeg_turns_a_webp_and_a_png_upright() {
    let upright = corpus::quarters(320, 320);
    for orientation in [3, 6, 8] {
        let stored = DynamicImage::ImageRgb8(corpus::stored_as(&upright, orientation));
        let exif = [&b"Exif\0\0"[..], &corpus::exif(orientation)].concat();
        let mut chunks = webp_chunks(&corpus::webp(&stored, Some(1)));
        chunks.iter_mut().find(|(name, _)| name == b"EXIF").unwrap().1 = exif.clone();
        let png = corpus::png(&stored, None);
        for (what, file) in [
            ("WebP", webp_of(&chunks)),
            ("PNG", png_with(&png, &[(b"eXIf", &exif)])),
            ("PNG, behind the pixels", png_with_at_end(&png, b"eXIf", &corpus::exif(orientation))),
        ] {
            assert_corners(&shown(&file, what), [RED, GREEN, BLUE, YELLOW], 12, &format!("{what} {orientation}"));
        }
    }
}

#[test]
fn a_webp_is_shown_whatever_its_flags_promise() {
    let still = corpus::webp(&DynamicImage::ImageRgb8(corpus::quarters(320, 320)), Some(1));
    let bare: Vec<_> = webp_chunks(&still).into_iter().filter(|(name, _)| name != b"EXIF").collect();
    let lossy: Vec<_> = webp_chunks(&LOSSY_WEBP).into_iter().filter(|(name, _)| name != b"EXIF").collect();
    for (flags, what) in
        [(0x20, "ICC"), (0x10, "alpha"), (0x08, "EXIF"), (0x04, "XMP"), (0x02, "animation"), (0x3E, "all")]
    {
        let mut chunks = bare.clone();
        chunks[0].1[0] = flags;
        assert_corners(&shown(&webp_of(&chunks), what), [RED, GREEN, BLUE, YELLOW], 12, what);
        let mut chunks = lossy.clone();
        chunks[0].1[0] = flags;
        let orange = shown(&webp_of(&chunks), what).get_pixel(48, 48).0;
        assert!(orange[0] > 200 && orange[2] < 90, "{what}: {orange:?}");
    }
}

#[test]
fn a_first_frame_that_leaves_some_of_its_canvas_free_lies_on_the_background() {
    let mut chunks = webp_chunks(&super::animations::animated_webp(&[corpus::quarters(200, 200)]));
    // A canvas of 300 x 300, and the frame in its corner.
    chunks[0].1[4..10].copy_from_slice(&[0x2B, 1, 0, 0x2B, 1, 0]);
    let picture = shown(&webp_of(&chunks), "frame");
    let far = picture.width() - 5;
    assert!(picture.get_pixel(far, far).0.iter().all(|&value| value > 220), "{:?}", picture.get_pixel(far, far));
}

#[test]
fn a_png_without_its_end_or_with_a_wrong_checksum_of_what_is_no_pixel_is_shown() {
    let file = corpus::png(&DynamicImage::ImageRgb8(corpus::quarters(320, 320)), None);
    let mut text = png_with(&file, &[(b"tEXt", b"Comment\0none"), (b"iCCP", b"broken\0\0broken")]);
    text[33 + 8] ^= 1;
    for (what, file) in [("no end", file[..file.len() - 12].to_vec()), ("wrong checksum", text)] {
        assert_corners(&shown(&file, what), [RED, GREEN, BLUE, YELLOW], 6, what);
    }
}

#[test]
fn an_interlaced_png_of_every_size_looks_like_the_same_one_that_is_not() {
    // Sizes at which some of the seven passes end early.
    for (side, deep) in [(64, false), (65, true), (69, false), (100, true)] {
        let picture = DynamicImage::ImageRgb8(corpus::photo(side, side, side));
        let picture = if deep { DynamicImage::ImageRgb16(picture.to_rgb16()) } else { picture };
        let plain = corpus::png(&picture, None);
        let interlaced = interlaced(&picture, deep);
        let error = mean_error(&shown(&plain, "plain"), &shown(&interlaced, "interlaced"));
        assert!(error < 0.01, "{side}: {error}");
    }
}

/// No encoder at hand interlaces: the rows of the seven passes, without filters.
fn interlaced(picture: &DynamicImage, deep: bool) -> Vec<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let bytes: Vec<u8> = if deep {
        picture.to_rgb16().iter().flat_map(|value| value.to_be_bytes()).collect()
    } else {
        picture.to_rgb8().into_raw()
    };
    let size = if deep { 6 } else { 3 };
    let mut rows = vec![];
    for (x, y, right, down) in
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    {
        for row in (y..height).step_by(down) {
            rows.push(0);
            for column in (x..width).step_by(right) {
                rows.extend(&bytes[(row * width + column) * size..][..size]);
            }
        }
    }
    let mut zlib = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut zlib, &rows).unwrap();
    let mut file = super::traps::png_claiming(width as u32, height as u32, &zlib.finish().unwrap());
    file[24] = if deep { 16 } else { 8 };
    file[28] = 1;
    let header = super::traps::chunk(b"IHDR", &file[16..29]);
    file[8..33].copy_from_slice(&header);
    file
}

/// With a restart marker after every eight MCUs, of which each row has twenty.
fn restarting(progressive: bool) -> Vec<u8> {
    let mut file = vec![];
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.set_restart_interval(8);
    encoder.set_progressive(progressive);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(corpus::photo(320, 320, 3).as_raw(), 320, 320, ColorType::Rgb).unwrap();
    file
}

#[test]
fn restart_markers_of_any_number_mean_their_order() {
    for progressive in [false, true] {
        let file = restarting(progressive);
        let right = shown(&file, "untouched");
        let places = restarts(&file);
        assert!(places.len() >= 49, "{}", places.len());
        for by in 1..8 {
            let mut wrong = file.clone();
            let at = places[3 * by as usize] + 1;
            wrong[at] = 0xD0 + (wrong[at] - 0xD0 + by) % 8;
            let error = mean_error(&right, &shown(&wrong, "one marker"));
            assert!(error < 0.01, "{progressive} {by}: {error}");
        }
        let mut shifted = file.clone();
        for &at in &places {
            shifted[at + 1] = 0xD0 + (shifted[at + 1] - 0xD0 + 5) % 8;
        }
        let error = mean_error(&right, &shown(&shifted, "all markers"));
        assert!(error < 0.01, "{progressive}: {error}");
    }
}

#[test]
fn a_scratch_in_a_jpeg_with_restart_markers_stays_a_scratch() {
    let file = restarting(false);
    let right = shown(&file, "untouched");
    let places = restarts(&file);
    let (from, end) = (places[20] + 2, places[21]);
    let cut = |from: usize, end: usize, new: &[u8]| [&file[..from], new, &file[end..]].concat();
    for (what, scratched) in [
        ("a marker is gone", cut(places[20], places[20] + 2, &[])),
        ("a piece is gone", cut(places[20], places[21], &[])),
        ("a piece is there twice", cut(end, end, &file[places[20]..end])),
        ("there are zeros before a marker", cut(end, end, &[0; 40])),
        ("a piece is spoilt", cut(from + 4, end, &[0xFE; 60])),
        ("a piece is short", cut(from + 4, end, &[])),
    ] {
        let error = mean_error(&right, &shown(&scratched, what));
        assert!(error < 3.0, "{what}: {error}");
    }
}

#[test]
fn a_jpeg_of_which_more_than_a_scratch_is_lost_is_refused_at_the_form() {
    let file = restarting(false);
    let places = restarts(&file);
    let gone = [&file[..places[10]], &file[places[13]..]].concat();
    let mut spoilt = corpus::jpeg(&corpus::photo(320, 320, 3), Jpeg::default());
    let middle = spoilt.len() / 2;
    spoilt[middle..middle + 300].fill(0xFE);
    for (what, file) in [("pieces are gone", gone), ("no marker to begin again at", spoilt)] {
        let rejection = check(&file, &Limits::default()).expect_err(what);
        assert!(["damaged", "truncated"].contains(&rejection.code()), "{what}: {rejection:?}");
    }
}

#[test]
fn a_jpeg_without_its_end_marker_is_shown_if_nothing_else_is_missing() {
    for progressive in [false, true] {
        let file = corpus::jpeg(&corpus::quarters(320, 320), Jpeg { progressive, ..Jpeg::default() });
        assert_corners(&shown(&file[..file.len() - 2], "no end"), [RED, GREEN, BLUE, YELLOW], 14, "no end");
        let half = [&file[..file.len() - 2], &[0xFF]].concat();
        assert_corners(&shown(&half, "half an end"), [RED, GREEN, BLUE, YELLOW], 14, "half an end");
    }
}

#[test]
fn bytes_between_segments_and_odd_segments_do_no_harm() {
    let file = corpus::jpeg(&corpus::quarters(320, 320), Jpeg::default());
    let adobe = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\x07";
    for (what, added) in [
        ("zeros", &[0; 9][..]),
        ("filling", &[0xFF; 9]),
        ("Adobe's segment with an unknown transform", adobe),
        ("short Adobe's segment", b"\xFF\xEE\0\x07Adobe"),
        ("empty EXIF", b"\xFF\xE1\0\x08Exif\0\0"),
    ] {
        let tables = place_of(&file, &[0xFF, 0xDB]);
        let changed = [&file[..tables], added, &file[tables..]].concat();
        assert_corners(&shown(&changed, what), [RED, GREEN, BLUE, YELLOW], 14, what);
    }
}

#[test]
fn a_frame_of_a_film_without_huffman_tables_is_shown_by_the_usual_ones() {
    // The encoder writes the tables of the standard, whose segments go.
    let mut file = corpus::jpeg(&corpus::quarters(320, 320), Jpeg::default());
    while let Some(at) = file.windows(2).position(|pair| pair == [0xFF, 0xC4]) {
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        file.drain(at..at + 2 + length);
    }
    assert!(place_of(&file, &[0xFF, 0xDA]) > 0);
    assert_corners(&shown(&file, "film"), [RED, GREEN, BLUE, YELLOW], 14, "film");
}

#[test]
fn what_the_form_takes_is_shown_and_what_is_shown_the_form_takes() {
    for (what, file) in corpus::valid_files() {
        assert!(check(&file, &Limits::default()).is_ok(), "{what}");
        assert!(render(&file, Crop::Auto, &Limits::default()).is_ok(), "{what}");
    }
}

#[test]
fn segments_that_libjpeg_passes_over_are_passed_over() {
    let file = corpus::jpeg(&corpus::quarters(320, 320), Jpeg::default());
    let (scan, frame) = (place_of(&file, &[0xFF, 0xDA]), place_of(&file, &[0xFF, 0xC0]));
    let end = file.len() - 2;
    for (what, at, added) in [
        ("a number of lines that is known", end, &b"\xFF\xDC\0\x04\x01\x40"[..]),
        ("parameters of arithmetic codes", scan, b"\xFF\xCC\0\x04\0\x10"),
        ("a restart marker before the frame", frame, b"\xFF\xD3"),
        ("a marker for the encoder itself", scan, b"\xFF\x01"),
        ("a restart marker at the end", end, b"\xFF\xD0"),
    ] {
        let changed = [&file[..at], added, &file[at..]].concat();
        assert_corners(&shown(&changed, what), [RED, GREEN, BLUE, YELLOW], 14, what);
    }
}

#[test]
fn a_baseline_jpeg_may_have_its_tables_in_the_third_and_fourth_place() {
    let mut file = corpus::jpeg(&corpus::quarters(320, 320), Jpeg::default());
    let scan = place_of(&file, &[0xFF, 0xDA]);
    // Three colours, each an id and the places of its two tables.
    for colour in 0..3 {
        file[scan + 6 + 2 * colour] += 0x22;
    }
    let mut at = 0;
    while let Some(next) = file[at..scan].windows(2).position(|pair| pair == [0xFF, 0xC4]) {
        at += next + 4;
        file[at] += 2;
    }
    assert_corners(&shown(&file, "third place"), [RED, GREEN, BLUE, YELLOW], 14, "third place");
}
