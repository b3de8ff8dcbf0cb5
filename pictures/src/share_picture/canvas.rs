//! A picture to draw boxes and round strokes on.

use super::Colour;

/// Opaque pixels, three bytes each.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    pub fn new(width: u32, height: u32, colour: Colour) -> Self {
        Canvas { width, height, pixels: colour.repeat((width * height) as usize) }
    }

    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Puts a square of this side into the upper left corner.
    pub fn put(&mut self, square: &[u8], side: u32) {
        let (own, row) = (self.width as usize * 3, side as usize * 3);
        for (from, to) in square.chunks_exact(row).zip(self.pixels.chunks_exact_mut(own)) {
            to[..row].copy_from_slice(from);
        }
    }

    /// Fills a box.
    pub fn fill(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour) {
        self.shade(from, to, colour, |x, y| {
            let across = (x + 0.5 - from.0).min(to.0 - x + 0.5).clamp(0.0, 1.0);
            across * (y + 0.5 - from.1).min(to.1 - y + 0.5).clamp(0.0, 1.0)
        });
    }

    /// Draws a line through points with round ends, as wide as twice `radius`; a single point is a dot.
    pub fn stroke(&mut self, points: &[(f32, f32)], radius: f32, colour: Colour) {
        let Some(&first) = points.first() else { return };
        let around = |pick: fn(&(f32, f32)) -> f32| {
            let all = || points.iter().map(pick);
            (all().fold(f32::MAX, f32::min) - radius - 1.0, all().fold(f32::MIN, f32::max) + radius + 1.0)
        };
        let ((left, right), (top, bottom)) = (around(|point| point.0), around(|point| point.1));
        // Where a stroke crosses itself it is as dark as elsewhere: the nearest of its lines counts.
        self.shade((left, top), (right, bottom), colour, |x, y| {
            let lines = points.windows(2).map(|ends| distance((x, y), ends[0], ends[1]));
            let nearest = lines.fold(distance((x, y), first, first), f32::min);
            (radius + 0.5 - nearest).clamp(0.0, 1.0)
        });
    }

    /// Mixes a colour into the pixels of a box, as much as is said of each pixel's middle.
    fn shade(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour, cover: impl Fn(f32, f32) -> f32) {
        let within = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
        for y in within(from.1.floor(), self.height)..within(to.1.ceil(), self.height) {
            for x in within(from.0.floor(), self.width)..within(to.0.ceil(), self.width) {
                let share = cover(x as f32 + 0.5, y as f32 + 0.5);
                if share > 0.0 {
                    let at = (y * self.width + x) as usize * 3;
                    for (value, wanted) in self.pixels[at..at + 3].iter_mut().zip(colour) {
                        let mixed = f32::from(*value) * (1.0 - share) + f32::from(wanted) * share;
                        *value = mixed.round() as u8;
                    }
                }
            }
        }
    }
}

/// From a point to a line between two points.
fn distance(point: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (px - dx * along).hypot(py - dy * along)
}
