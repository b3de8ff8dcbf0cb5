//! Digits as strokes: a font would be a file of somebody else's for ten signs.

use std::f32::consts::PI;

/// A line through points, in a box of [`WIDTH`] by [`HEIGHT`].
pub type Stroke = Vec<(f32, f32)>;

/// How wide a digit's box is.
pub const WIDTH: f32 = 100.0;
/// How high.
pub const HEIGHT: f32 = 140.0;

/// Points along a curve.
const STEPS: u16 = 20;

/// A digit, a point or a slash; nothing for other signs.
pub fn strokes(sign: char) -> Vec<Stroke> {
    match sign {
        '0' => vec![arc((50.0, 70.0), (41.0, 63.0), 0.0, 2.0)],
        '1' => vec![vec![(24.0, 32.0), (58.0, 7.0), (58.0, 133.0)]],
        '2' => vec![join(arc((49.0, 46.0), (38.0, 39.0), -1.0, 0.2), &[(12.0, 133.0), (90.0, 133.0)])],
        '3' => vec![arc((47.0, 39.0), (35.0, 32.0), -0.85, 0.5), arc((47.0, 102.0), (40.0, 31.0), -0.5, 0.85)],
        '4' => vec![vec![(70.0, 133.0), (70.0, 7.0), (9.0, 96.0), (93.0, 96.0)]],
        '5' => vec![vec![(83.0, 7.0), (26.0, 7.0), (20.0, 62.0)], arc((46.0, 92.0), (41.0, 41.0), -0.72, 0.78)],
        '6' => six(),
        '7' => vec![vec![(10.0, 7.0), (90.0, 7.0), (40.0, 133.0)]],
        '8' => vec![arc((50.0, 37.0), (33.0, 30.0), 0.0, 2.0), arc((50.0, 100.0), (40.0, 33.0), 0.0, 2.0)],
        '9' => {
            six().into_iter().map(|stroke| stroke.into_iter().map(|(x, y)| (WIDTH - x, HEIGHT - y)).collect()).collect()
        }
        '.' => vec![vec![(14.0, 131.0), (14.0, 131.0)]],
        '/' => vec![vec![(70.0, 7.0), (30.0, 133.0)]],
        _ => vec![],
    }
}

/// How much room a sign takes.
pub fn advance(sign: char) -> f32 {
    match sign {
        '.' => 44.0,
        _ => WIDTH + 22.0,
    }
}

fn six() -> Vec<Stroke> {
    let stem = (0..=STEPS).map(|step| {
        let t = f32::from(step) / f32::from(STEPS);
        let bend = |from: f32, by: f32, to: f32| (1.0 - t).powi(2) * from + 2.0 * t * (1.0 - t) * by + t * t * to;
        (bend(72.0, 12.0, 10.0), bend(9.0, 30.0, 92.0))
    });
    vec![stem.collect(), arc((50.0, 93.0), (40.0, 40.0), 0.0, 2.0)]
}

/// Part of an ellipse; angles in half turns, clockwise from the right.
fn arc(centre: (f32, f32), radius: (f32, f32), from: f32, to: f32) -> Stroke {
    let point = |step: u16| {
        let angle = (from + (to - from) * f32::from(step) / f32::from(2 * STEPS)) * PI;
        (centre.0 + radius.0 * angle.cos(), centre.1 + radius.1 * angle.sin())
    };
    (0..=2 * STEPS).map(point).collect()
}

fn join(mut stroke: Stroke, more: &[(f32, f32)]) -> Stroke {
    stroke.extend(more);
    stroke
}
