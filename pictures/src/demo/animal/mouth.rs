//! Mouths, with tongues and teeth.

use super::{Face, Look, Snout};
use crate::demo::colour::{Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{At, Shape, blob, curve, slab};
use crate::demo::traits::Mouth;

const INSIDE: u32 = 0x7A2433;

pub fn draw(c: &mut Canvas, look: &Look, face: &Face) {
    let (y, width) = face.mouth;
    let side = look.random(2).sign();
    c.moved((0.0, y), 1.0, |c| match look.traits.mouth {
        Mouth::TongueOut => {
            c.line(&lips(face.snout, width), 7.0, OUTLINE);
            tongue(c, (width * 0.1 * side, 6.0), (width * 0.62).max(36.0), width.clamp(56.0, 90.0), -6.0 * side);
        }
        Mouth::TongueAside => {
            c.line(&lips(face.snout, width), 7.0, OUTLINE);
            tongue(c, (width * 0.34 * side, 5.0), (width * 0.5).max(32.0), width.clamp(52.0, 90.0), -30.0 * side);
        }
        Mouth::Underbite => underbite(c, width, side),
        Mouth::BuckTeeth => {
            c.line(&lips(face.snout, width), 7.0, OUTLINE);
            let tooth = width * 0.27;
            c.draw(&slab(-tooth - 1.0, 2.0, tooth, tooth * 1.5, 6.0), Ink::down(0.0, 60.0, [WHITE, rgb(0xE8DDC4)]));
            c.draw(
                &slab(1.0, 2.0, tooth, tooth * (1.5 + 0.25 * side), 6.0),
                Ink::down(0.0, 60.0, [WHITE, rgb(0xE8DDC4)]),
            );
        }
        Mouth::Grin => grin(c, width, side),
        Mouth::Wobbly => {
            let w = width * 0.6;
            let wave = [
                (-w, 6.0),
                (-w * 0.66, -5.0),
                (-w * 0.3, 7.0),
                (0.0, -4.0),
                (w * 0.33, 8.0),
                (w * 0.7, -4.0),
                (w, 5.0),
            ];
            c.line(&curve(&wave), 7.0, OUTLINE);
            drool(c, (w * 0.7 * side, 6.0));
        }
    });
}

fn lips(snout: Snout, width: f32) -> Shape {
    let w = width * 0.5;
    match snout {
        Snout::Muzzle => curve(&[
            (-w, -8.0),
            (-w * 0.55, 10.0),
            (-w * 0.1, 4.0),
            (0.0, -12.0),
            (w * 0.1, 4.0),
            (w * 0.55, 10.0),
            (w, -8.0),
        ]),
        Snout::Wide => curve(&[(-w * 1.1, -16.0), (-w * 0.9, -4.0), (0.0, 10.0), (w * 0.9, -4.0), (w * 1.1, -16.0)]),
        Snout::Beak | Snout::Bill => curve(&[(-w, -6.0), (0.0, 4.0), (w, -6.0)]),
    }
}

fn tongue(c: &mut Canvas, (x, y): At, width: f32, length: f32, lean: f32) {
    let w = width * 0.5;
    c.turned(lean, (x, y), |c| {
        c.moved((x, y), 1.0, |c| {
            let shape = blob(&[
                (-w * 0.8, -4.0),
                (0.0, -8.0),
                (w * 0.8, -4.0),
                (w, length * 0.55),
                (w * 0.5, length),
                (-w * 0.5, length),
                (-w, length * 0.55),
            ]);
            c.draw(&shape, Ink::down(-10.0, length, [rgb(0xE0607A), rgb(0xFF9DAE)]));
            c.line(&curve(&[(0.0, 4.0), (2.0, length * 0.4), (0.0, length * 0.68)]), 4.0, rgb(0xB8405C));
            c.line(&curve(&[(w * 0.5, length * 0.55), (w * 0.4, length * 0.8)]), 5.0, WHITE.alpha(150));
        });
    });
}

fn underbite(c: &mut Canvas, width: f32, side: f32) {
    let w = width * 0.5;
    let jaw = [(-w, 4.0), (-w * 0.4, -8.0), (w * 0.4, -8.0), (w, 4.0)];
    for (x, height) in [(-w * 0.72, 24.0 + 6.0 * side), (w * 0.38, 24.0 - 6.0 * side)] {
        c.draw(
            &blob(&[(x, 2.0), (x + w * 0.14, -height), (x + w * 0.34, 2.0)]),
            Ink::down(-30.0, 0.0, [WHITE, rgb(0xEADFC8)]),
        );
    }
    c.line(&curve(&jaw), 7.0, OUTLINE);
    c.line(&curve(&[(-w * 0.35, 17.0), (0.0, 21.0), (w * 0.35, 17.0)]), 5.0, OUTLINE.alpha(150));
}

fn grin(c: &mut Canvas, width: f32, side: f32) {
    let w = width * 0.56;
    let open = blob(&[
        (-w, -12.0),
        (-w * 0.5, -6.0),
        (0.0, -8.0),
        (w * 0.5, -6.0),
        (w, -12.0),
        (w * 0.78, 22.0),
        (0.0, w * 0.85),
        (-w * 0.78, 22.0),
    ]);
    c.draw(&open, rgb(INSIDE));
    c.clipped(&open, |c| {
        c.fill(&blob(&[(-w * 0.5, w * 0.8), (0.0, w * 0.32), (w * 0.5, w * 0.8), (0.0, w * 1.2)]), rgb(0xF07F93));
        for (x, size) in [(-0.62, 0.3), (-0.16, 0.24), (0.42, 0.32)] {
            let size = size * w;
            c.draw(&slab(x * w * side - size * 0.5, -16.0, size, size * 0.75 + 10.0, 5.0), WHITE);
        }
    });
    c.line(&open, 3.0, OUTLINE);
}

fn drool(c: &mut Canvas, (x, y): At) {
    let drop = blob(&[(x, y), (x + 7.0, y + 20.0), (x, y + 30.0), (x - 7.0, y + 20.0)]);
    c.line(&drop, 5.0, rgb(0x4F9EC4));
    c.fill(&drop, rgb(0xBFE8F7));
}
