//! Eyes of different sizes that look in different directions.

use super::{Face, Look};
use crate::demo::colour::{Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{circle, curve, ellipse, rect, slab};
use crate::demo::traits::Eyes;

/// One eye: size and pupil relative to the plain one, where it looks (-1 to 1 each way), and how far it is closed (0 to 1).
struct Eye {
    size: f32,
    pupil: f32,
    gaze: (f32, f32),
    lid: f32,
}

pub fn draw(c: &mut Canvas, look: &Look, face: &Face) {
    let (x, y, r) = face.eye;
    let swapped = look.random(1).sign();
    for side in [-1.0, 1.0] {
        let eye = eye(look.traits.eyes, side, side * swapped);
        c.moved((x * side, y), eye.size, |c| one(c, look, face, &eye, side, r));
    }
}

/// `side` is -1 for the eye on the left of the picture; `odd` is -1 for the one with the oddity.
fn eye(eyes: Eyes, side: f32, odd: f32) -> Eye {
    let plain = Eye { size: 1.0, pupil: 0.5, gaze: (0.0, 0.0), lid: 0.0 };
    let first = odd < 0.0;
    match eyes {
        Eyes::Crossed => Eye { gaze: (-side * 0.95, 0.15 + odd * 0.12), ..plain },
        Eyes::Walled => Eye { gaze: (side * 0.95, odd * 0.2), ..plain },
        Eyes::UpAndDown => Eye { gaze: (odd * 0.35, odd * 0.9), ..plain },
        Eyes::OddSizes if first => Eye { size: 1.38, pupil: 0.3, gaze: (-side * 0.4, 0.3), ..plain },
        Eyes::OddSizes => Eye { size: 0.78, pupil: 0.62, gaze: (side * 0.5, -0.5), ..plain },
        Eyes::HalfClosed => Eye { lid: if first { 0.62 } else { 0.4 }, gaze: (side * 0.3, 0.55), ..plain },
        Eyes::Startled => Eye { size: 1.22, pupil: 0.22, gaze: (side * 0.15, odd * 0.12), ..plain },
        Eyes::Winking if first => Eye { lid: 1.0, ..plain },
        Eyes::Winking => Eye { size: 1.2, pupil: 0.6, gaze: (-side * 0.5, -0.4), ..plain },
        Eyes::RolledUp => Eye { pupil: 0.45, gaze: (-side * 0.3 + odd * 0.25, -0.95), ..plain },
    }
}

fn one(c: &mut Canvas, look: &Look, face: &Face, eye: &Eye, side: f32, r: f32) {
    if eye.lid >= 1.0 {
        let squint = [(-r * 0.8 * side, -r * 0.45), (r * 0.55 * side, 0.0), (-r * 0.8 * side, r * 0.45)];
        // On a dark coat the squint would be lost.
        c.soft((0.0, 0.0), r * 1.3, r * 1.1, look.traits.coat.light.alpha(200));
        c.line(&curve(&squint[..2]), 8.0, OUTLINE);
        return c.line(&curve(&squint[1..]), 8.0, OUTLINE);
    }
    let ball = circle(0.0, 0.0, r);
    c.soft((0.0, r * 0.25), r * 1.35, r * 1.3, OUTLINE.alpha(60));
    c.draw(&ball, Ink::Radial((-r * 0.2, -r * 0.3, r * 1.5), [WHITE, rgb(0xFFFDF6), rgb(0xD9CFC6)]));
    let pupil = r * eye.pupil;
    let reach = r - pupil * 0.92;
    // Corner gazes stay inside the ball.
    let length = libm::sqrtf(eye.gaze.0 * eye.gaze.0 + eye.gaze.1 * eye.gaze.1).max(1.0);
    let (px, py) = (eye.gaze.0 / length * reach, eye.gaze.1 / length * reach);
    c.clipped(&ball, |c| {
        if face.slit_pupils {
            c.fill(&circle(px, py, pupil * 1.35), look.traits.coat.iris);
            c.fill(&slab(px - pupil * 1.1, py - pupil * 0.4, pupil * 2.2, pupil * 0.8, pupil * 0.3), rgb(0x1E1512));
        } else {
            c.fill(&circle(px, py, pupil), rgb(0x1E1512));
        }
        c.fill(&circle(px - pupil * 0.3, py - pupil * 0.38, pupil * 0.3), WHITE);
        c.fill(&circle(px + pupil * 0.35, py + pupil * 0.35, pupil * 0.14), WHITE.alpha(200));
        if eye.lid > 0.0 {
            let edge = -r + 2.0 * r * eye.lid;
            c.fill(&rect(-r * 1.1, -r * 1.1, r * 2.2, edge + r * 1.1), look.traits.coat.base.shaded(14));
            c.line(&curve(&[(-r, edge - 2.0), (0.0, edge + 3.0), (r, edge - 2.0)]), 6.0, OUTLINE);
        } else {
            c.fill(&ellipse(0.0, -r * 1.05, r * 1.1, r * 0.3), OUTLINE.alpha(40));
        }
    });
}
