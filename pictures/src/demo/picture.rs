//! Composes a photo: place, animal, pose, light.

use tiny_skia::Pixmap;

use super::animal;
use super::colour::{Ink, OUTLINE, WHITE, rgb};
use super::paint::Canvas;
use super::random::Random;
use super::scene::{self, Frame};
use super::shape::{At, rect, slab};
use super::traits::{Finish, Pose, Traits};

/// Where the animal is: the middle of its head, its size (1 = a head's radius is half the shorter side of the picture),
/// how it is turned in degrees, and the y below which the foreground covers it.
pub struct Camera {
    pub head: At,
    pub size: f32,
    pub turn: f32,
    edge: f32,
}

/// Draws the photo upright, in pixels.
pub fn draw(seed: u64, traits: &Traits, width: u32, height: u32) -> Pixmap {
    let mut canvas = Canvas::new(width, height);
    let middle = (width as f32 / 2.0, height as f32 / 2.0);
    let scale = width.min(height) as f32 / 200.0;
    let frame = Frame::new(width, height);
    canvas.moved(middle, scale, |c| match traits.finish {
        Finish::Photo => photo(c, seed, traits, frame),
        Finish::Polaroid => polaroid(c, seed, traits, frame),
        Finish::Sticker => sticker(c, seed, traits),
    });
    canvas.finish()
}

/// The animal alone, its head straight, around a quarter of the picture wide: for stickers and for comparing silhouettes.
pub fn cut_out(seed: u64, traits: &Traits, side: u32) -> Pixmap {
    let mut canvas = Canvas::new(side, side);
    let side = side as f32;
    canvas.moved((side * 0.5, side * 0.4), side / 800.0, |c| animal::draw(c, seed, traits));
    canvas.finish()
}

fn photo(c: &mut Canvas, seed: u64, traits: &Traits, frame: Frame) {
    let mut random = Random::new(seed, traits.detail + (1 << 60));
    let camera = camera(seed, traits, frame);
    scene::behind(c, traits.place, frame, &mut random);
    if traits.pose == Pose::Sitting {
        c.soft((camera.head.0, camera.edge + 6.0), 75.0, 16.0, OUTLINE.alpha(120));
    }
    c.moved(camera.head, camera.size, |c| {
        c.turned(camera.turn, (0.0, 0.0), |c| animal::draw(c, seed, traits));
    });
    if traits.pose != Pose::TooClose {
        scene::before(c, traits.place, frame, camera.edge, &mut random);
    }
    if traits.pose == Pose::Peeking {
        c.moved((camera.head.0, camera.edge), camera.size, |c| animal::paws(c, traits));
    }
    light(c, frame, camera.head);
}

/// A print with a white border, laid down askew; around it is nothing.
fn polaroid(c: &mut Canvas, seed: u64, traits: &Traits, frame: Frame) {
    let (w, h) = (frame.half_width * 0.9, frame.half_height * 0.9);
    let lean = 2.5 * Random::new(seed, traits.detail + (1 << 61)).sign();
    c.turned(lean, (0.0, 0.0), |c| {
        c.fill(&slab(-w, -h, w * 2.0, h * 2.0, 2.0), rgb(0xFFFCF4));
        let (side, foot) = (8.0, 24.0);
        c.clipped(&rect(side - w, side - h, (w - side) * 2.0, h * 2.0 - side - foot), |c| {
            c.moved((0.0, (side - foot) / 2.0), 0.88, |c| photo(c, seed, traits, frame));
        });
    });
}

/// The animal cut out with a white edge; around it is nothing.
fn sticker(c: &mut Canvas, seed: u64, traits: &Traits) {
    const PROBE: u32 = 160;
    let probe = cut_out(seed, traits, PROBE);
    let inked = |(i, pixel): (usize, &tiny_skia::PremultipliedColorU8)| (pixel.alpha() > 0).then_some(i as u32);
    let (mut left, mut right, mut top, mut bottom) = (PROBE, 0, PROBE, 0);
    for at in probe.pixels().iter().enumerate().filter_map(inked) {
        let (x, y) = (at % PROBE, at / PROBE);
        (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
    }
    let unit = 800.0 / PROBE as f32;
    let (x, y) = ((left + right + 1) as f32 * unit / 2.0 - 400.0, (top + bottom + 1) as f32 * unit / 2.0 - 320.0);
    let size = 176.0 / ((right + 1).saturating_sub(left).max((bottom + 1).saturating_sub(top)).max(1) as f32 * unit);
    c.moved((-x * size, -y * size), size, |c| {
        c.edging(5.0 / size, WHITE, |c| animal::draw(c, seed, traits));
        animal::draw(c, seed, traits);
    });
}

/// Where the pose puts the animal.
pub fn camera(seed: u64, traits: &Traits, frame: Frame) -> Camera {
    let mut random = Random::new(seed, traits.detail + (1 << 62));
    let (x, y) = (random.between(-9.0, 9.0), random.between(-4.0, 4.0));
    let floor = frame.half_height;
    let face = animal::face(traits.species);
    // From the head's middle to the middle of eyes and mouth.
    let features = (face.eye.1 + face.mouth.0) * 0.5;
    match traits.pose {
        Pose::Sitting => Camera { head: (x, -26.0 + y), size: 0.33, turn: 0.0, edge: (78.0 + y).min(floor) },
        Pose::Portrait => Camera { head: (x, -4.0 + y), size: 0.5, turn: 0.0, edge: floor - 14.0 },
        Pose::TooClose => {
            Camera { head: (x, 4.0 + y - features * 0.84), size: 0.84, turn: random.between(-8.0, 8.0), edge: floor }
        }
        Pose::Peeking => Camera { head: (x * 2.0, 8.0), size: 0.55, turn: 0.0, edge: 67.0 },
        Pose::Sideways => {
            let side = random.sign();
            Camera { head: (20.0 * side, 4.0 + y), size: 0.52, turn: -62.0 * side, edge: floor - 10.0 }
        }
        Pose::UpsideDown => Camera {
            head: (x, 2.0 + y + features * 0.3),
            size: 0.5,
            turn: 180.0 + random.between(-12.0, 12.0),
            edge: floor - 10.0,
        },
    }
}

/// Warm light on the face and dark corners, as in a snapshot.
fn light(c: &mut Canvas, frame: Frame, face: At) {
    let (w, h) = (frame.half_width + 1.0, frame.half_height + 1.0);
    let far = libm::sqrtf(w * w + h * h);
    let clear = rgb(0x2A1420).alpha(0);
    let corners = Ink::Radial((face.0 * 0.5, face.1 * 0.5, far * 1.1), [clear, clear, rgb(0x2A1420).alpha(75)]);
    c.fill(&rect(-w, -h, w * 2.0, h * 2.0), corners);
    c.soft((-w * 0.8, -h * 0.9), w * 1.2, h * 1.2, rgb(0xFFE9B8).alpha(42));
}
