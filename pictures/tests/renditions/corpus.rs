//! Files as people and attackers send them, all made here: nothing binary is committed.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::animations;
use super::lossy_webp::LOSSY_WEBP;

pub const RED: [u8; 3] = [200, 30, 30];
pub const GREEN: [u8; 3] = [30, 160, 40];
pub const BLUE: [u8; 3] = [30, 50, 200];
pub const YELLOW: [u8; 3] = [220, 200, 40];

/// A picture whose quarters are red and green above blue and yellow.
pub fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => YELLOW,
        })
    })
}

/// Something like a photo: a sky, a lawn, a furry animal with eyes, and a sensor's noise.
pub fn photo(width: u32, height: u32, seed: u32) -> RgbImage {
    let random = |x: u32, y: u32, salt: u32| {
        let mut h = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ (seed + salt).wrapping_mul(0xC2B2_AE3D);
        h ^= h >> 15;
        h = h.wrapping_mul(0x2C1B_3C6D);
        h ^= h >> 12;
        h = h.wrapping_mul(0x297A_2D39);
        f64::from(h ^ (h >> 15)) / f64::from(u32::MAX) - 0.5
    };
    // Noise at three scales, smooth at the two coarser ones.
    let smooth = |x: u32, y: u32, cell: u32, salt: u32| {
        let (left, top) = (x / cell, y / cell);
        let (across, down) = (f64::from(x % cell) / f64::from(cell), f64::from(y % cell) / f64::from(cell));
        let row = |top: u32| random(left, top, salt) * (1.0 - across) + random(left + 1, top, salt) * across;
        row(top) * (1.0 - down) + row(top + 1) * down
    };
    let (w, h) = (f64::from(width), f64::from(height));
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (f64::from(x) / w - 0.5, f64::from(y) / h - 0.5);
        let animal = (u * 2.2).powi(2) + (v * 2.6).powi(2) < 0.5;
        let eye = [-0.12, 0.13].into_iter().any(|at| (u - at).hypot((v + 0.08) * h / w) < 0.04);
        let base = match (eye, animal, v < 0.1) {
            (true, ..) => [20.0, 18.0, 15.0],
            (_, true, _) => [190.0, 130.0, 70.0],
            (_, _, true) => [120.0 + 80.0 * v, 170.0 + 60.0 * v, 230.0],
            _ => [70.0, 130.0, 50.0],
        };
        let texture = if animal || v >= 0.1 { 40.0 } else { 6.0 };
        let light = smooth(x, y, 64, 1) * 40.0 + smooth(x, y, 7, 2) * texture + random(x, y, 3) * 9.0;
        Rgb(base.map(|value: f64| (value + light).clamp(0.0, 255.0) as u8))
    })
}

/// EXIF with an orientation and a GPS position, as a phone writes it (big endian).
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    tiff.extend(2_u16.to_be_bytes());
    let mut entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        tiff.extend(tag.to_be_bytes());
        tiff.extend(kind.to_be_bytes());
        tiff.extend(count.to_be_bytes());
        tiff.extend(value);
    };
    entry(0x0112, 3, 1, [0, orientation, 0, 0]);
    entry(0x8825, 4, 1, 38_u32.to_be_bytes());
    tiff.extend([0; 4]);
    // The GPS directory: latitude reference "N".
    tiff.extend(1_u16.to_be_bytes());
    tiff.extend([0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

/// How a JPEG is written.
#[derive(Clone, Copy)]
pub struct Jpeg {
    pub quality: u8,
    pub progressive: bool,
    pub sampling: SamplingFactor,
    pub orientation: Option<u8>,
}

impl Default for Jpeg {
    fn default() -> Self {
        Self { quality: 90, progressive: false, sampling: SamplingFactor::R_4_2_0, orientation: None }
    }
}

pub fn jpeg(picture: &RgbImage, how: Jpeg) -> Vec<u8> {
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    jpeg_of(picture.as_raw(), width, height, ColorType::Rgb, how)
}

pub fn jpeg_of(bytes: &[u8], width: u16, height: u16, color: ColorType, how: Jpeg) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, how.quality);
    encoder.set_progressive(how.progressive);
    encoder.set_sampling_factor(how.sampling);
    if let Some(orientation) = how.orientation {
        encoder.add_exif_metadata(&exif(orientation)).unwrap();
        encoder.add_icc_profile(&icc()).unwrap();
    }
    encoder.encode(bytes, width, height, color).unwrap();
    file
}

/// The Display P3 profile, which most phones embed.
pub fn icc() -> Vec<u8> {
    moxcms::ColorProfile::new_display_p3().encode().unwrap()
}

pub fn png(picture: &DynamicImage, orientation: Option<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    if let Some(orientation) = orientation {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
    }
    picture.write_with_encoder(encoder).unwrap();
    file
}

/// A PNG with four palette colours, the last one transparent.
pub fn palette_png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Two);
    encoder.set_palette([RED, GREEN, BLUE, [0, 0, 0]].concat());
    encoder.set_trns(vec![255, 255, 255, 0]);
    let row = (width as usize).div_ceil(4);
    let pixels: Vec<u8> =
        (0..row * height as usize).map(|at| if at / row < height as usize / 2 { 0 } else { 0xFF }).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}

pub fn webp(picture: &DynamicImage, orientation: Option<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut file);
    if let Some(orientation) = orientation {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
    }
    picture.write_with_encoder(encoder).unwrap();
    file
}

/// A half-transparent disc of red on nothing.
pub fn disc(side: u32) -> RgbaImage {
    let half = f64::from(side) / 2.0;
    RgbaImage::from_fn(side, side, |x, y| {
        let inside = (f64::from(x) - half).hypot(f64::from(y) - half) < half * 0.6;
        // Colours under full transparency are garbage in real files, too.
        if inside { Rgba([RED[0], RED[1], RED[2], 128]) } else { Rgba([0, 255, 0, 0]) }
    })
}

/// The file that shows `upright` once a viewer applies the EXIF orientation.
pub fn stored_as(upright: &RgbImage, exif_orientation: u8) -> RgbImage {
    let inverse = match exif_orientation {
        6 => 8,
        8 => 6,
        same => same,
    };
    let mut picture = DynamicImage::ImageRgb8(upright.clone());
    picture.apply_orientation(Orientation::from_exif(inverse).unwrap());
    picture.into_rgb8()
}

/// Every kind of valid file, small, by a name for messages.
pub fn valid_files() -> Vec<(&'static str, Vec<u8>)> {
    let picture = photo(200, 170, 7);
    let dynamic = DynamicImage::ImageRgb8(picture.clone());
    let how = Jpeg::default();
    let progressive = Jpeg { progressive: true, orientation: Some(6), ..how };
    let grey = dynamic.to_luma8();
    let cmyk: Vec<u8> = picture.pixels().flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect();
    let interlaced = {
        let mut file = Vec::new();
        let encoder = WebPEncoder::new_lossless(&mut file);
        encoder.encode(&disc(180), 180, 180, ExtendedColorType::Rgba8).unwrap();
        file
    };
    vec![
        ("baseline JPEG", jpeg(&picture, how)),
        ("progressive JPEG", jpeg(&picture, progressive)),
        ("grey JPEG", jpeg_of(&grey, 200, 170, ColorType::Luma, how)),
        ("CMYK JPEG", jpeg_of(&cmyk, 200, 170, ColorType::Cmyk, how)),
        ("YCCK JPEG", jpeg_of(&cmyk, 200, 170, ColorType::CmykAsYcck, how)),
        ("PNG", png(&dynamic, Some(3))),
        ("16-bit PNG", png(&DynamicImage::ImageRgb16(dynamic.to_rgb16()), None)),
        ("grey 16-bit PNG with alpha", png(&DynamicImage::ImageLumaA16(dynamic.to_luma_alpha16()), None)),
        ("palette PNG", palette_png(160, 120)),
        ("PNG with alpha", png(&DynamicImage::ImageRgba8(disc(170)), None)),
        ("lossless WebP", webp(&dynamic, Some(8))),
        ("WebP with alpha", interlaced),
        ("lossy WebP", LOSSY_WEBP.to_vec()),
        ("animated WebP", animations::animated_webp(&[picture.clone(), quarters(200, 170)])),
        ("animated GIF", animations::animated_gif(&[picture, quarters(200, 170)])),
    ]
}

/// Decodes one of our own JPEGs.
pub fn open(jpeg: &[u8]) -> RgbImage {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(jpeg));
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    RgbImage::from_raw(info.width.into(), info.height.into(), pixels).unwrap()
}
