//! Where the square sits, as the person who chose it sees the photo.

use image::{DynamicImage, Rgb, RgbImage};

use super::corpus::{self, BLUE, GREEN, RED};
use super::pictures::{assert_corners, largest, rendered};
use super::subject::{Band, Crop, Square};

#[test]
fn the_chosen_place_of_the_crop_is_meant_as_the_photo_is_seen() {
    // Three bands along the long side: red, green, blue.
    let bands = [RED, GREEN, BLUE];
    for (landscape, orientation) in [true, false].into_iter().flat_map(|way| (1..=8).map(move |o| (way, o))) {
        let (width, height) = if landscape { (600, 200) } else { (200, 600) };
        let upright = RgbImage::from_fn(width, height, |x, y| Rgb(bands[(x.max(y) / 200).min(2) as usize]));
        let stored = DynamicImage::ImageRgb8(corpus::stored_as(
            &RgbImage::from_fn(width, height, |x, y| Rgb(bands[(if landscape { x } else { y } / 200) as usize])),
            orientation,
        ));
        let file = corpus::png(&stored, Some(orientation));
        for (at, band) in [Band::Start, Band::Middle, Band::End].into_iter().enumerate() {
            let crop = if landscape {
                Crop::At { across: band, down: Band::Middle }
            } else {
                Crop::At { across: Band::Middle, down: band }
            };
            let renditions = rendered(&file, crop);
            assert_eq!((renditions.width, renditions.height), upright.dimensions());
            let offset = at as u32 * 200;
            let (left, top) = if landscape { (offset, 0) } else { (0, offset) };
            assert_eq!(renditions.square, Square { left, top, side: 200 });
            assert_corners(&largest(&renditions), [bands[at]; 4], 12, &format!("{crop:?} of {orientation}"));
        }
    }
}

#[test]
fn the_automatic_crop_finds_an_animal_at_the_edge_of_a_lawn() {
    let animal = corpus::photo(200, 200, 5);
    let mut lawn = RgbImage::from_pixel(800, 200, Rgb([90, 140, 60]));
    image::imageops::replace(&mut lawn, &animal, 560, 0);
    let square = rendered(&corpus::png(&DynamicImage::ImageRgb8(lawn), None), Crop::Auto).square;
    assert!(square.left.abs_diff(560) <= 40, "{square:?}");
}

#[test]
fn a_plain_picture_is_cropped_in_the_middle() {
    let plain = DynamicImage::ImageRgb8(RgbImage::from_pixel(500, 200, Rgb(GREEN)));
    let renditions = rendered(&corpus::png(&plain, None), Crop::Auto);
    assert_eq!(renditions.square, Square { left: 150, top: 0, side: 200 });
}
