//! What people see of the photos they sent.

use image::{DynamicImage, Rgb, RgbImage};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::animations;
use super::corpus::{self, BLUE, GREEN, Jpeg, RED, YELLOW};
use super::subject::{Crop, Limits, Renditions, SIZES, inspect, render};

pub fn rendered(file: &[u8], crop: Crop) -> Renditions {
    render(file, crop, &Limits::default()).unwrap_or_else(|rejection| panic!("{rejection:?}"))
}

pub fn largest(renditions: &Renditions) -> RgbImage {
    corpus::open(&renditions.images.last().unwrap().jpeg)
}

fn close(pixel: Rgb<u8>, wanted: [u8; 3], tolerance: u8) -> bool {
    pixel.0.iter().zip(wanted).all(|(&a, b)| a.abs_diff(b) <= tolerance)
}

pub fn assert_corners(picture: &RgbImage, corners: [[u8; 3]; 4], tolerance: u8, what: &str) {
    let far = picture.width() - 1 - picture.width() / 8;
    let near = picture.width() / 8;
    for ((x, y), wanted) in [(near, near), (far, near), (near, far), (far, far)].into_iter().zip(corners) {
        let pixel = *picture.get_pixel(x, y);
        assert!(close(pixel, wanted, tolerance), "{what}: {pixel:?} at {x},{y}, not {wanted:?}");
    }
}

#[test]
fn every_exif_orientation_lands_upright_in_every_format() {
    let upright = corpus::quarters(320, 320);
    for orientation in 1..=8 {
        let stored = corpus::stored_as(&upright, orientation);
        let dynamic = DynamicImage::ImageRgb8(stored.clone());
        let jpeg = Jpeg { orientation: Some(orientation), ..Jpeg::default() };
        for (what, file, tolerance) in [
            // The JPEG carries a Display P3 profile, so that its colours move a little.
            ("JPEG", corpus::jpeg(&stored, jpeg), 45),
            ("PNG", corpus::png(&dynamic, Some(orientation)), 12),
            ("WebP", corpus::webp(&dynamic, Some(orientation)), 12),
        ] {
            let picture = largest(&rendered(&file, Crop::Auto));
            assert_corners(&picture, [RED, GREEN, BLUE, YELLOW], tolerance, &format!("{what} {orientation}"));
        }
    }
}

#[test]
fn nothing_is_upscaled() {
    for (width, height, sizes) in [
        (64, 90, vec![64]),
        (159, 400, vec![159]),
        (160, 160, vec![160]),
        (500, 700, vec![160, 320]),
        (1279, 1300, vec![160, 320, 640]),
        (1280, 1280, SIZES.to_vec()),
        (3000, 2600, SIZES.to_vec()),
    ] {
        let file = corpus::jpeg(&corpus::quarters(width, height), Jpeg::default());
        let renditions = rendered(&file, Crop::CENTRE);
        let got: Vec<u32> = renditions.images.iter().map(|image| image.size).collect();
        assert_eq!(got, sizes, "{width} x {height}");
        for image in &renditions.images {
            assert_eq!(corpus::open(&image.jpeg).dimensions(), (image.size, image.size));
        }
    }
}

#[test]
fn transparency_becomes_the_warm_background_and_half_of_it_a_mixture() {
    let file = corpus::png(&DynamicImage::ImageRgba8(corpus::disc(400)), None);
    let picture = largest(&rendered(&file, Crop::Auto));
    assert!(close(*picture.get_pixel(4, 4), [0xFB, 0xF6, 0xEC], 6), "{:?}", picture.get_pixel(4, 4));
    let mixed = [0, 1, 2].map(|at| RED[at].midpoint([0xFB, 0xF6, 0xEC][at]));
    let middle = *picture.get_pixel(picture.width() / 2, picture.height() / 2);
    assert!(close(middle, mixed, 6), "{middle:?}, not {mixed:?}");
    // No green fringe from the colours under the transparent pixels.
    assert!(picture.pixels().all(|p| p[1] <= p[0].saturating_add(40)));
}

#[test]
fn palettes_and_their_transparency_are_understood() {
    let picture = largest(&rendered(&corpus::palette_png(320, 320), Crop::Auto));
    let background = [0xFB, 0xF6, 0xEC];
    assert_corners(&picture, [RED, RED, background, background], 12, "palette");
}

#[test]
fn cmyk_and_ycck_photos_keep_their_colours() {
    let quarters = corpus::quarters(320, 320);
    let inks: Vec<u8> = quarters.pixels().flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect();
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let how = Jpeg { sampling: SamplingFactor::R_4_4_4, ..Jpeg::default() };
        let file = corpus::jpeg_of(&inks, 320, 320, color, how);
        let picture = largest(&rendered(&file, Crop::Auto));
        assert_corners(&picture, [RED, GREEN, BLUE, YELLOW], 14, &format!("{color:?}"));
    }
}

#[test]
fn sixteen_bits_grey_and_every_kind_of_jpeg_look_the_same() {
    let quarters = DynamicImage::ImageRgb8(corpus::quarters(320, 320));
    let corners = [RED, GREEN, BLUE, YELLOW];
    let deep = corpus::png(&DynamicImage::ImageRgb16(quarters.to_rgb16()), None);
    assert_corners(&largest(&rendered(&deep, Crop::Auto)), corners, 12, "16 bits");
    for progressive in [false, true] {
        for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_2, SamplingFactor::R_4_2_0] {
            let how = Jpeg { progressive, sampling, ..Jpeg::default() };
            let file = corpus::jpeg(&quarters.to_rgb8(), how);
            assert_corners(&largest(&rendered(&file, Crop::Auto)), corners, 14, &format!("{progressive} {sampling:?}"));
        }
    }
    let grey = corpus::png(&DynamicImage::ImageLuma16(quarters.to_luma16()), None);
    let shades = quarters.to_luma8();
    let corner = |x, y| [shades.get_pixel(x, y)[0]; 3];
    let corners = [corner(0, 0), corner(319, 0), corner(0, 319), corner(319, 319)];
    assert_corners(&largest(&rendered(&grey, Crop::Auto)), corners, 6, "grey");
}

#[test]
fn an_animation_shows_its_first_frame() {
    let frames = [corpus::quarters(320, 320), RgbImage::new(320, 320)];
    for (what, file) in [("GIF", animations::animated_gif(&frames)), ("WebP", animations::animated_webp(&frames))] {
        let picture = largest(&rendered(&file, Crop::Auto));
        assert_corners(&picture, [RED, GREEN, BLUE, YELLOW], 14, what);
    }
}

#[test]
fn a_wide_gamut_profile_is_converted_to_srgb() {
    // Display P3's (200, 30, 30) is a stronger red than sRGB's.
    let red = RgbImage::from_pixel(200, 200, Rgb([200, 30, 30]));
    let how = Jpeg { orientation: Some(1), quality: 95, ..Jpeg::default() };
    let picture = largest(&rendered(&corpus::jpeg(&red, how), Crop::Auto));
    let pixel = picture.get_pixel(100, 100);
    assert!(pixel[0] >= 212 && pixel[1] <= 20, "{pixel:?}");
}

#[test]
fn nothing_that_came_with_the_file_is_in_a_rendition() {
    for (what, file) in corpus::valid_files() {
        for image in rendered(&file, Crop::Auto).images {
            let markers = markers(&image.jpeg);
            assert!(markers.iter().all(|marker| !matches!(marker, 0xE1..=0xEF | 0xFE)), "{what}: {markers:X?}");
            for word in [&b"Exif"[..], b"ICC_PROFILE", b"GPS", b"http", b"Adobe"] {
                assert!(!image.jpeg.windows(word.len()).any(|part| part == word), "{what}");
            }
            assert!(markers.contains(&0xC2), "{what} is not progressive");
        }
    }
}

/// The markers before the first scan.
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let mut markers = Vec::new();
    let mut at = 2;
    while jpeg[at + 1] != 0xDA {
        markers.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    markers
}

#[test]
fn a_large_photo_is_scaled_while_it_is_decoded_and_looks_as_if_it_were_not() {
    let picture = corpus::photo(2700, 2600, 3);
    let how = Jpeg { quality: 95, sampling: SamplingFactor::R_4_4_4, ..Jpeg::default() };
    // PNG is decoded in full.
    let scaled = largest(&rendered(&corpus::jpeg(&picture, how), Crop::CENTRE));
    let full = largest(&rendered(&corpus::png(&DynamicImage::ImageRgb8(picture), None), Crop::CENTRE));
    let squares: f64 = scaled.iter().zip(full.iter()).map(|(&a, &b)| f64::from(a.abs_diff(b)).powi(2)).sum();
    let rms = (squares / scaled.len() as f64).sqrt();
    assert!(rms < 6.0, "root mean square difference {rms}");
}

#[test]
fn equal_bytes_give_equal_renditions() {
    let file = corpus::jpeg(&corpus::photo(800, 700, 1), Jpeg::default());
    let [one, two] = [0, 1].map(|_| rendered(&file, Crop::Auto).images);
    assert!(one.iter().zip(&two).all(|(a, b)| a.jpeg == b.jpeg));
}

#[test]
fn the_header_tells_size_and_memory_before_decoding() {
    let header = inspect(&corpus::jpeg(&corpus::quarters(400, 300), Jpeg::default()), &Limits::default()).unwrap();
    assert_eq!((header.width, header.height), (400, 300));
    assert!(header.peak_memory < 64 << 20);
}
