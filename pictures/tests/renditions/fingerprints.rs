//! Finding the same picture again.

use image::{DynamicImage, Rgb, RgbImage, imageops};

use super::corpus::{self, GREEN, Jpeg};
use super::pictures::rendered;
use super::subject::{Crop, Fingerprint, NEAR};

fn of(file: &[u8]) -> Fingerprint {
    rendered(file, Crop::Auto).fingerprint.expect("not plain")
}

#[test]
fn a_copy_that_was_scaled_turned_saved_again_or_brightened_is_near() {
    let picture = corpus::photo(900, 600, 11);
    let original = of(&corpus::jpeg(&picture, Jpeg::default()));
    let smaller = imageops::resize(&picture, 450, 300, imageops::FilterType::Triangle);
    let brighter = imageops::brighten(&picture, 12);
    let lying = corpus::stored_as(&picture, 6);
    for (what, file) in [
        ("another format", corpus::png(&DynamicImage::ImageRgb8(picture.clone()), None)),
        ("half the size", corpus::jpeg(&smaller, Jpeg::default())),
        ("a poor quality", corpus::jpeg(&picture, Jpeg { quality: 25, ..Jpeg::default() })),
        ("brighter", corpus::jpeg(&brighter, Jpeg::default())),
        ("stored on its side", corpus::jpeg(&lying, Jpeg { orientation: Some(6), ..Jpeg::default() })),
    ] {
        let distance = original.distance(of(&file));
        assert!(distance <= NEAR, "{what}: {distance} bits differ");
    }
}

#[test]
fn different_pictures_are_not_near() {
    let mut all = vec![of(&corpus::png(&DynamicImage::ImageRgb8(corpus::quarters(300, 300)), None))];
    all.push(of(&corpus::png(&DynamicImage::ImageRgb8(corpus::photo(300, 300, 1)), None)));
    all.push(of(&corpus::png(&DynamicImage::ImageRgb8(imageops::flip_horizontal(&corpus::quarters(300, 300))), None)));
    all.push(of(&corpus::png(&DynamicImage::ImageRgb8(imageops::flip_vertical(&corpus::photo(300, 300, 1))), None)));
    for (at, one) in all.iter().enumerate() {
        for other in &all[..at] {
            assert!(one.distance(*other) > NEAR + 5, "{one:?} {other:?}");
        }
    }
}

#[test]
fn plain_pictures_have_none() {
    let plain = DynamicImage::ImageRgb8(RgbImage::from_pixel(200, 150, Rgb(GREEN)));
    assert_eq!(rendered(&corpus::png(&plain, None), Crop::Auto).fingerprint, None);
}

#[test]
fn there_is_a_preview_of_every_place_of_the_crop_and_none_when_there_is_but_one() {
    let wide = corpus::quarters(900, 300);
    let previews =
        rendered(&corpus::jpeg(&wide, Jpeg { orientation: Some(3), ..Jpeg::default() }), Crop::Auto).previews;
    // The file is stored upside down, so what is seen is yellow and blue above green and red.
    let corners: Vec<[u8; 3]> = previews.iter().map(|preview| corpus::open(&preview.jpeg).get_pixel(8, 8).0).collect();
    let close = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 60);
    assert_eq!(corners.len(), 3);
    assert!(close(corners[0], corpus::YELLOW) && close(corners[2], corpus::BLUE), "{corners:?}");
    let square = corpus::jpeg(&corpus::quarters(300, 300), Jpeg::default());
    assert!(rendered(&square, Crop::Auto).previews.is_empty());
}
