//! What the demo's photos promise.
#![allow(clippy::unwrap_used, reason = "a test may fail by it")]

use std::collections::HashSet;
use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader};

use super::animal::{self, Species, coats};
use super::encoding::{Encoding, Format};
use super::scene::Frame;
use super::shape::{At, on_ellipse};
use super::traits::{Ears, Extra, Eyes, Finish, Mouth, Pattern, Traits};
use super::{DEFAULT_COUNT, DEFAULT_SEED, derp, names, picture, thumbnail};

/// Bits of 256 in which the difference hashes of any two default derps differ at least.
const DISTANCE: u32 = 48;
/// Two species' silhouettes share at most this percentage of the area that they cover together.
const SHARED_SILHOUETTE: u32 = 85;

/// The square crop and the traits of every default derp, without drawing it in full size.
fn traits() -> Vec<Traits> {
    (0..DEFAULT_COUNT).map(|i| Traits::dealt(DEFAULT_SEED, i, Encoding::dealt(DEFAULT_SEED, i).finish)).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (once, again) = (derp(7, 3), derp(7, 3));
    assert_eq!(once.title, again.title);
    assert_eq!(once.alt_text, again.alt_text);
    assert!(once.file == again.file, "the files differ");
}

#[test]
fn another_seed_gives_other_derps() {
    assert!((0..6).all(|i| thumbnail(7, i, 64) != thumbnail(8, i, 64)));
}

#[test]
fn a_demo_has_many_species_and_every_trait() {
    let all = traits();
    assert!(all.len() >= 60);
    let kinds = |of: &dyn Fn(&Traits) -> String| all.iter().map(of).collect::<HashSet<_>>().len();
    assert_eq!(kinds(&|t| format!("{:?}", t.species)), Species::ALL.len());
    assert!(Species::ALL.len() >= 8);
    assert_eq!(kinds(&|t| format!("{:?}", t.eyes)), 8);
    assert_eq!(kinds(&|t| format!("{:?}", t.mouth)), 6);
    assert_eq!(kinds(&|t| format!("{:?}", t.ears)), 3);
    assert_eq!(kinds(&|t| format!("{:?}", t.pattern)), 4);
    assert_eq!(kinds(&|t| format!("{:?}", t.extra)), 12);
    assert_eq!(kinds(&|t| format!("{:?}", t.place)), 10);
    assert_eq!(kinds(&|t| format!("{:?}", t.pose)), 6);
}

#[test]
fn a_demo_has_every_format_orientation_and_shape() {
    let encodings: Vec<_> = (0..DEFAULT_COUNT).map(|i| Encoding::dealt(DEFAULT_SEED, i)).collect();
    for format in [Format::Jpeg, Format::Png, Format::WebP] {
        assert!(encodings.iter().any(|p| p.format == format), "no {format:?}");
    }
    let turns: HashSet<_> =
        encodings.iter().filter(|p| p.format == Format::Jpeg).map(|p| p.orientation.to_exif()).collect();
    assert_eq!(turns, HashSet::from([1, 3, 6, 8]));
    assert!(encodings.iter().any(|p| p.width > p.height));
    assert!(encodings.iter().any(|p| p.width < p.height));
    assert!(encodings.iter().any(|p| p.width == p.height));
    assert!(encodings.iter().all(|p| (900..=2400).contains(&p.width.max(p.height))));
}

#[test]
fn a_viewer_that_follows_the_orientation_sees_every_file_upright() {
    let mut seen = HashSet::new();
    for index in 0..DEFAULT_COUNT {
        let encoding = Encoding::dealt(DEFAULT_SEED, index);
        if encoding.width.max(encoding.height) > 1100
            || !seen.insert((encoding.format.extension(), encoding.orientation.to_exif()))
        {
            continue;
        }
        let derp = derp(DEFAULT_SEED, index);
        let mut decoder =
            ImageReader::new(Cursor::new(&derp.file)).with_guessed_format().unwrap().into_decoder().unwrap();
        assert_eq!(decoder.orientation().unwrap(), encoding.orientation);
        let mut shown = DynamicImage::from_decoder(decoder).unwrap();
        shown.apply_orientation(encoding.orientation);
        assert_eq!((shown.width(), shown.height()), (encoding.width, encoding.height));
        let side = encoding.width.min(encoding.height);
        let square = shown.crop_imm((encoding.width - side) / 2, (encoding.height - side) / 2, side, side);
        assert!(
            distance(&hash(&square), &hash(&thumbnail(DEFAULT_SEED, index, 150))) < DISTANCE / 2,
            "{} is not upright",
            derp.title
        );
        assert_eq!(
            derp.format == Format::Png,
            shown.to_rgba8().pixels().any(|p| p.0[3] == 0),
            "see-through parts of {}",
            derp.title
        );
    }
    assert_eq!(seen.len(), 6, "not every format and orientation has a small picture");
}

#[test]
fn the_square_middle_of_every_picture_has_the_face_in_it() {
    for (index, traits) in (0..).zip(traits()) {
        let encoding = Encoding::dealt(DEFAULT_SEED, index);
        let frame = Frame::new(encoding.width, encoding.height);
        let camera = picture::camera(DEFAULT_SEED, &traits, frame);
        let face = animal::face(traits.species);
        let (x, y, _) = face.eye;
        for (x, y) in [(x, y), (-x, y), (0.0, face.mouth.0)] {
            let (x, y) = turned((x, y - face.neck), traits.tilt);
            let (x, y) = turned((x, y + face.neck), camera.turn);
            let (x, y) = (camera.head.0 + x * camera.size, camera.head.1 + y * camera.size);
            // The square reaches from -100 to 100.
            assert!(x.abs() < 92.0 && y.abs() < 92.0, "{index} at {x}, {y}: {traits:?}");
        }
    }
}

#[test]
fn no_two_derps_share_a_title() {
    let titles: HashSet<_> = (0..500).map(|i| names::name(DEFAULT_SEED, i)).collect();
    assert_eq!(titles.len(), 500);
    assert!(titles.iter().all(|t| !t.is_empty() && t.chars().count() <= 40));
}

#[test]
fn an_alt_text_says_what_is_to_be_seen() {
    for (index, traits) in (0..).zip(traits()) {
        let text = super::caption::caption(&traits);
        assert!(text.contains(traits.species.name()), "{text}");
        assert!(text.to_lowercase().starts_with(traits.coat.name), "{text}");
        assert!(!text.contains(&names::name(DEFAULT_SEED, index)), "{text}");
        assert!((40..=250).contains(&text.chars().count()), "{text}");
    }
}

#[test]
fn no_two_derps_look_alike() {
    let hashes: Vec<_> = (0..DEFAULT_COUNT).map(|i| hash(&thumbnail(DEFAULT_SEED, i, 136))).collect();
    let closest = pairs(hashes.len()).map(|(i, j)| (distance(&hashes[i], &hashes[j]), i, j)).min().unwrap();
    assert!(closest.0 >= DISTANCE, "derps {} and {} differ in {} bits of 256 only", closest.1, closest.2, closest.0);
}

#[test]
fn every_species_has_a_silhouette_of_its_own() {
    let masks: Vec<_> = Species::ALL.iter().map(|&species| (species, silhouette(species))).collect();
    let (shared, one, other) = pairs(masks.len())
        .map(|(i, j)| {
            let both = masks[i].1.iter().zip(&masks[j].1);
            let (all, shared) =
                both.fold((0, 0), |(all, shared), (&a, &b)| (all + u32::from(a || b), shared + u32::from(a && b)));
            (shared * 100 / all, masks[i].0, masks[j].0)
        })
        .max_by_key(|closest| closest.0)
        .unwrap();
    assert!(shared <= SHARED_SILHOUETTE, "{} and {} share {shared} %", one.name(), other.name());
}

fn turned((x, y): At, degrees: f32) -> At {
    let (cos, sin) = on_ellipse((0.0, 0.0), 1.0, 1.0, degrees);
    (x * cos - y * sin, x * sin + y * cos)
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |j| (0..j).map(move |i| (i, j)))
}

/// Which pixels a plain animal with a straight head covers.
fn silhouette(species: Species) -> Vec<bool> {
    let plain = Traits {
        species,
        coat: coats(species)[0],
        pattern: Pattern::Plain,
        eyes: Eyes::Crossed,
        mouth: Mouth::BuckTeeth,
        ears: Ears::Neat,
        tilt: 0.0,
        extra: Extra::Nothing,
        finish: Finish::Sticker,
        ..Traits::dealt(DEFAULT_SEED, 0, Finish::Sticker)
    };
    picture::cut_out(DEFAULT_SEED, &plain, 160).pixels().iter().map(|p| p.alpha() > 127).collect()
}

/// A difference hash: for each of 16 x 16 places, whether it is brighter than its right neighbour.
fn hash(image: &DynamicImage) -> [bool; 256] {
    let grey = image.resize_exact(17, 16, image::imageops::FilterType::Triangle).to_luma8();
    std::array::from_fn(|i| {
        let (x, y) = ((i % 16) as u32, (i / 16) as u32);
        grey.get_pixel(x, y).0 > grey.get_pixel(x + 1, y).0
    })
}

fn distance(one: &[bool; 256], other: &[bool; 256]) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a != b)).sum()
}
