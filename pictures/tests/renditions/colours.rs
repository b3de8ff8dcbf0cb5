//! What a file says about its colours, and in which order that counts.

use image::{DynamicImage, ImageBuffer, Luma, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use moxcms::ColorProfile;

use super::corpus::{self, BLUE, GREEN, RED, YELLOW};
use super::editing::png_with;
use super::pictures::{assert_corners, largest, rendered};
use super::subject::Crop;

fn light(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The quarters as they are stored with a gamma, in one of two depths.
fn with_gamma(gamma: f64, deep: bool) -> Vec<u8> {
    let stored = |value: u8| light(value).powf(gamma);
    let quarters = corpus::quarters(320, 320);
    let picture = if deep {
        let of = |x, y| Rgb(quarters.get_pixel(x, y).0.map(|value| (stored(value) * 65535.0).round() as u16));
        DynamicImage::ImageRgb16(ImageBuffer::from_fn(320, 320, of))
    } else {
        let of = |x, y| Rgb(quarters.get_pixel(x, y).0.map(|value| (stored(value) * 255.0).round() as u8));
        DynamicImage::ImageRgb8(RgbImage::from_fn(320, 320, of))
    };
    corpus::png(&picture, None)
}

fn gama(gamma: f64) -> [u8; 4] {
    ((gamma * 100_000.0).round() as u32).to_be_bytes()
}

/// White, red, green and blue of sRGB.
const SRGB: [u32; 8] = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
/// Those of Display P3.
const P3: [u32; 8] = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];

fn chrm(places: [u32; 8]) -> Vec<u8> {
    places.iter().flat_map(|place| place.to_be_bytes()).collect()
}

fn iccp(profile: &ColorProfile) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(b"profile\0\0".to_vec(), flate2::Compression::fast());
    std::io::Write::write_all(&mut zlib, &profile.encode().unwrap()).unwrap();
    zlib.finish().unwrap()
}

fn shown(file: &[u8]) -> RgbImage {
    largest(&rendered(file, Crop::CENTRE))
}

const QUARTERS: [[u8; 3]; 4] = [RED, GREEN, BLUE, YELLOW];

#[test]
fn a_gamma_without_a_profile_is_applied_in_both_depths() {
    // What is nearly sRGB's gamma means sRGB, whose curve is not quite a power.
    for (gamma, deep, tolerance) in
        [(1.0, true, 4), (1.0, false, 8), (0.55556, true, 4), (0.55556, false, 5), (0.45455, false, 9), (0.3, true, 4)]
    {
        let file = png_with(&with_gamma(gamma, deep), &[(b"gAMA", &gama(gamma))]);
        assert_corners(&shown(&file), QUARTERS, tolerance, &format!("{gamma} {deep}"));
        let file = png_with(&with_gamma(gamma, deep), &[(b"gAMA", &gama(gamma)), (b"cHRM", &chrm(SRGB))]);
        assert_corners(&shown(&file), QUARTERS, tolerance, &format!("{gamma} {deep} with primaries"));
    }
}

#[test]
fn sixteen_bits_of_linear_light_keep_the_shadows_apart() {
    // Neighbouring shades of the darkest tenth, which eight bits of linear light throw together.
    let shade = |x: u32| (x / 16) as u8;
    let of = |x, _| Luma([(light(shade(x)) * 65535.0).round() as u16]);
    let picture = DynamicImage::ImageLuma16(ImageBuffer::from_fn(320, 320, of));
    let linear = ColorProfile::new_gray_with_gamma(1.0);
    for (what, chunk) in [("gAMA", (b"gAMA", gama(1.0).to_vec())), ("iCCP", (b"iCCP", iccp(&linear)))] {
        let picture = shown(&png_with(&corpus::png(&picture, None), &[(chunk.0, &chunk.1)]));
        for x in (8..320).step_by(16) {
            let pixel = picture.get_pixel(x, 160)[0];
            assert!(pixel.abs_diff(shade(x)) <= 2, "{what} at {x}: {pixel}");
        }
    }
}

#[test]
fn primaries_count_with_a_gamma_and_not_without() {
    let plain = corpus::png(&DynamicImage::ImageRgb8(RgbImage::from_pixel(200, 200, Rgb(RED))), None);
    let p3 = chrm(P3);
    let both = shown(&png_with(&plain, &[(b"gAMA", &gama(0.45455)), (b"cHRM", &p3)]));
    // Display P3's (200, 30, 30) is a stronger red than sRGB's.
    let pixel = both.get_pixel(100, 100);
    assert!(pixel[0] >= 212 && pixel[1] <= 20, "{pixel:?}");
    assert_corners(&shown(&png_with(&plain, &[(b"cHRM", &p3)])), [RED; 4], 6, "alone");
}

#[test]
fn of_several_statements_the_first_in_rank_counts() {
    let linear = with_gamma(1.0, true);
    let p3_red = corpus::png(&DynamicImage::ImageRgb8(RgbImage::from_pixel(200, 200, Rgb(RED))), None);
    let (p3, wrong) = (iccp(&ColorProfile::new_display_p3()), gama(0.2));
    let strong = |file: &[u8], what: &str| {
        let picture = shown(file);
        let pixel = picture.get_pixel(100, 100);
        assert!(pixel[0] >= 212 && pixel[1] <= 20, "{what}: {pixel:?}");
    };
    strong(&png_with(&p3_red, &[(b"gAMA", &wrong), (b"iCCP", &p3)]), "a profile before a gamma");
    strong(
        &png_with(&p3_red, &[(b"cICP", &[12, 13, 0, 1]), (b"iCCP", &iccp(&ColorProfile::new_srgb()))]),
        "a code first",
    );
    strong(&png_with(&p3_red, &[(b"cICP", &[2, 2, 0, 1]), (b"iCCP", &p3)]), "a code that leaves it open");
    let quarters = corpus::png(&DynamicImage::ImageRgb8(corpus::quarters(320, 320)), None);
    let srgb = png_with(&quarters, &[(b"sRGB", &[0]), (b"gAMA", &wrong), (b"cHRM", &chrm(P3))]);
    assert_corners(&shown(&srgb), QUARTERS, 6, "sRGB before a gamma");
    let coded = png_with(&linear, &[(b"cICP", &[1, 8, 0, 1]), (b"gAMA", &wrong), (b"sRGB", &[0])]);
    assert_corners(&shown(&coded), QUARTERS, 4, "linear by code");
    // A profile that cannot be read, or is for another kind of picture, is as good as none.
    for (what, profile) in
        [("broken", b"broken\0\0broken".to_vec()), ("grey", iccp(&ColorProfile::new_gray_with_gamma(1.0)))]
    {
        let file = png_with(&linear, &[(b"iCCP", &profile), (b"gAMA", &gama(1.0))]);
        assert_corners(&shown(&file), QUARTERS, 4, what);
    }
    for (what, gamma) in [("none", 0), ("absurd", u32::MAX >> 1)] {
        let file = png_with(&quarters, &[(b"gAMA", &gamma.to_be_bytes())]);
        assert_corners(&shown(&file), QUARTERS, 6, what);
    }
}

#[test]
fn white_of_high_dynamic_range_is_white() {
    // 203 cd/m2 in PQ and in HLG.
    for (transfer, white) in [(16, 0.5807), (18, 0.75)] {
        for deep in [false, true] {
            let file = if deep {
                let white = (white * 65535.0_f64).round() as u16;
                corpus::png(&DynamicImage::ImageRgb16(ImageBuffer::from_pixel(100, 100, Rgb([white; 3]))), None)
            } else {
                let white = (white * 255.0_f64).round() as u8;
                corpus::png(&DynamicImage::ImageRgb8(RgbImage::from_pixel(100, 100, Rgb([white; 3]))), None)
            };
            let picture = shown(&png_with(&file, &[(b"cICP", &[9, transfer, 0, 1])]));
            let pixel = picture.get_pixel(50, 50).0;
            assert!(pixel.iter().all(|&value| value >= 246), "{transfer}: {pixel:?}");
        }
    }
}

#[test]
fn grey_profiles_are_applied_to_grey_pictures_in_every_format() {
    let linear = ColorProfile::new_gray_with_gamma(1.0);
    let shades = [40, 90, 160, 230];
    let of = |x: u32, y: u32| shades[usize::from(x >= 160) + 2 * usize::from(y >= 160)];
    let stored = |x, y| Luma([(light(of(x, y)) * 255.0).round() as u8]);
    let picture = DynamicImage::ImageLuma8(ImageBuffer::from_fn(320, 320, stored));
    let mut jpeg = vec![];
    let mut encoder = Encoder::new(&mut jpeg, 95);
    encoder.add_icc_profile(&linear.encode().unwrap()).unwrap();
    encoder.encode(picture.as_bytes(), 320, 320, ColorType::Luma).unwrap();
    let png = corpus::png(&picture, None);
    let alpha = corpus::png(&DynamicImage::ImageLumaA8(picture.to_luma_alpha8()), None);
    let chunk = iccp(&linear);
    for (what, file) in [
        ("JPEG", jpeg),
        ("PNG", png_with(&png, &[(b"iCCP", &chunk)])),
        ("PNG with alpha", png_with(&alpha, &[(b"iCCP", &chunk)])),
    ] {
        assert_corners(&shown(&file), shades.map(|shade| [shade; 3]), 5, what);
    }
}

#[test]
fn a_profile_for_colours_is_applied_to_sixteen_bits_and_to_a_webp() {
    let red = DynamicImage::ImageRgb8(RgbImage::from_pixel(200, 200, Rgb(RED)));
    let p3 = ColorProfile::new_display_p3();
    let deep = corpus::png(&DynamicImage::ImageRgb16(red.to_rgb16()), None);
    let mut webp = vec![];
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    image::ImageEncoder::set_icc_profile(&mut encoder, p3.encode().unwrap()).unwrap();
    red.write_with_encoder(encoder).unwrap();
    for (what, file) in [("PNG", png_with(&deep, &[(b"iCCP", &iccp(&p3))])), ("WebP", webp)] {
        let picture = shown(&file);
        let pixel = picture.get_pixel(100, 100);
        assert!(pixel[0] >= 212 && pixel[1] <= 20, "{what}: {pixel:?}");
    }
}
