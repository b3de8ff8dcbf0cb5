//! The promise of a constant quality, measured independently of how it was searched.

use image::{DynamicImage, RgbImage};

use super::corpus;
use super::subject::{Crop, LOWEST_QUALITY, Limits, SSIM_FLOOR, byte_cap, render};

/// Mean SSIM of the luma over all 8 x 8 windows of two pictures.
fn ssim(left: &RgbImage, right: &RgbImage) -> f64 {
    let luma = |picture: &RgbImage| -> Vec<f64> {
        picture.pixels().map(|p| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2])).collect()
    };
    let (a, b) = (luma(left), luma(right));
    let side = left.width() as usize;
    let (c1, c2) = (6.5025, 58.5225);
    let mut sum = 0.0;
    let mut windows = 0.0;
    for y in (0..=side - 8).step_by(3) {
        for x in (0..=side - 8).step_by(3) {
            let mean = |values: &dyn Fn(usize) -> f64| {
                (0..64).map(|at| values((y + at / 8) * side + x + at % 8)).sum::<f64>() / 64.0
            };
            let (mean_a, mean_b) = (mean(&|at| a[at]), mean(&|at| b[at]));
            let var_a = mean(&|at| (a[at] - mean_a).powi(2));
            let var_b = mean(&|at| (b[at] - mean_b).powi(2));
            let covariance = mean(&|at| (a[at] - mean_a) * (b[at] - mean_b));
            sum += (2.0 * mean_a * mean_b + c1) * (2.0 * covariance + c2)
                / ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2));
            windows += 1.0;
        }
    }
    sum / windows
}

#[test]
fn every_rendition_keeps_the_promised_similarity_within_its_byte_cap() {
    for seed in [1, 2, 3] {
        let picture = corpus::photo(1280, 1280, seed);
        let file = corpus::png(&DynamicImage::ImageRgb8(picture.clone()), None);
        let renditions = render(&file, Crop::CENTRE, &Limits::default()).unwrap();
        for image in &renditions.images {
            assert!(image.jpeg.len() <= byte_cap(image.size), "{} px: {} bytes", image.size, image.jpeg.len());
        }
        // Only the largest has an unencoded original to compare with: the source itself. A sample
        // chose its quality, hence the hundredth.
        let largest = renditions.images.last().unwrap();
        let measured = ssim(&picture, &corpus::open(&largest.jpeg));
        assert!(measured >= f64::from(SSIM_FLOOR) - 0.01, "{seed}: {measured} at {}", largest.quality);
        assert!((measured - f64::from(largest.ssim)).abs() < 0.01, "{measured} is not {}", largest.ssim);
    }
}

#[test]
fn small_photos_are_held_to_the_floor_exactly() {
    for (side, seed) in [(160, 4), (320, 5)] {
        let picture = corpus::photo(side, side, seed);
        let file = corpus::png(&DynamicImage::ImageRgb8(picture.clone()), None);
        let renditions = render(&file, Crop::CENTRE, &Limits::default()).unwrap();
        let measured = ssim(&picture, &corpus::open(&renditions.images.last().unwrap().jpeg));
        assert!(measured >= f64::from(SSIM_FLOOR) - 0.003, "{side}: {measured}");
    }
}

#[test]
fn noise_is_held_to_the_byte_cap() {
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(640, 640, |_, _| {
        image::Rgb([0; 3].map(|_: u8| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        }))
    });
    let file = corpus::png(&DynamicImage::ImageRgb8(noise), None);
    let renditions = render(&file, Crop::CENTRE, &Limits::default()).unwrap();
    for image in renditions.images {
        assert!(image.jpeg.len() <= byte_cap(image.size) || image.quality == LOWEST_QUALITY, "{} px", image.size);
    }
}
