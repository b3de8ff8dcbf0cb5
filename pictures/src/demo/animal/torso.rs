//! Bodies and ears that several animals share.

use super::{Look, coat};
use crate::demo::colour::{Colour, Ink, OUTLINE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{At, Shape, curve, ellipse, even, slab, woolly};
use crate::demo::traits::Ears;

/// A seated body from the front: half widths at shoulder and hip, and how far apart the front legs are.
pub struct Torso {
    pub top: f32,
    pub shoulder: f32,
    pub hip: f32,
    pub bottom: f32,
    pub legs: f32,
    pub leg_width: f32,
}

impl Torso {
    fn outline(&self) -> [At; 5] {
        let Self { top, shoulder, hip, bottom, .. } = *self;
        [(0.0, top), (shoulder, top + 40.0), (hip, bottom - 95.0), (hip * 0.92, bottom - 8.0), (0.0, bottom)]
    }

    /// Draws it with belly, pattern, fur, hind feet and front legs.
    pub fn draw(&self, c: &mut Canvas, look: &Look) {
        let coat = look.traits.coat;
        let right = self.outline();
        let tufts = ((self.bottom - self.top + self.hip) / 13.0) as u32;
        self.filled(c, look, &woolly(&right, tufts, -7.0));
        let (hip, bottom) = (self.hip, self.bottom);
        c.both_sides(|c, _| {
            c.draw(
                &ellipse(hip * 0.78, bottom - 6.0, 46.0, 24.0),
                Ink::ball(hip * 0.78, bottom - 6.0, 44.0, coat.base),
            );
        });
        self.front_legs(c, coat.base);
    }

    /// Draws another outline with this body's belly, pattern and fur.
    pub fn filled(&self, c: &mut Canvas, look: &Look, shape: &Shape) {
        let coat = look.traits.coat;
        let middle = (self.top + self.bottom) * 0.5;
        let half = (self.bottom - self.top) * 0.5;
        c.draw(shape, Ink::ball(0.0, middle, self.hip * 1.25, coat.base));
        coat::pattern(c, look, 10, shape, (0.0, middle + half * 0.15), self.hip, half * 0.85);
        c.clipped(shape, |c| {
            let belly = even(&[
                (0.0, self.top - 10.0),
                (self.shoulder * 0.62, self.top + 60.0),
                (self.hip * 0.55, self.bottom - 60.0),
                (0.0, self.bottom + 20.0),
            ]);
            c.fill(&belly, coat.light.alpha(225));
            // The head's shadow.
            c.soft((0.0, self.top + 22.0), self.shoulder * 1.5, 85.0, coat.base.shaded(70).alpha(150));
        });
        coat::fur(c, look, 11, shape, (0.0, middle), self.hip, half);
    }

    fn front_legs(&self, c: &mut Canvas, colour: Colour) {
        let Self { bottom, legs, leg_width: w, top, .. } = *self;
        let start = top + (bottom - top) * 0.42;
        c.both_sides(|c, _| {
            let leg = slab(legs - w * 0.5, start, w, bottom - start, w * 0.4);
            let paw = ellipse(legs, bottom - 2.0, w * 0.68, w * 0.42);
            c.clipped(&slab(legs - w * 2.0, start + 46.0, w * 4.0, 900.0, 1.0), |c| {
                c.union(&[&leg, &paw], Ink::down(start, bottom + 20.0, [colour, colour.lit(18)]));
            });
            c.fill(&ellipse(legs, start + 46.0, w * 0.5, 26.0), colour);
            for toe in [-0.24, 0.24] {
                c.line(&curve(&[(legs + w * toe, bottom), (legs + w * toe * 1.1, bottom + w * 0.3)]), 4.5, OUTLINE);
            }
        });
    }
}

/// Draws both ears from a drawing of the right one, turned around its root as the trait says: by `flop` degrees if it
/// alone has flopped, by `wide` if both stand out like wings.
pub fn ears(c: &mut Canvas, look: &Look, root: At, flop: f32, wide: f32, ear: impl Fn(&mut Canvas)) {
    let flopped = look.random(3).sign();
    c.both_sides(|c, side| {
        let degrees = match look.traits.ears {
            Ears::Neat => 0.0,
            Ears::OneFlopped if side == flopped => flop,
            Ears::OneFlopped => -4.0,
            Ears::Aeroplane => wide,
        };
        c.turned(degrees, root, &ear);
    });
}
