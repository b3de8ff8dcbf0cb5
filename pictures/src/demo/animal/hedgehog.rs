//! The hedgehog: spines around a pointed nose.

use super::torso::ears;
use super::{Face, Look, Rig, Snout};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{At, blob, circle, curve, ellipse, even, on_ellipse, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (42.0, -10.0, 30.0),
        mouth: (58.0, 46.0),
        snout: Snout::Muzzle,
        nose: 34.0,
        crown: (-104.0, 50.0),
        neck: 70.0,
        oval: (10.0, 80.0, 82.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| c.draw(&ellipse(60.0, 256.0, 36.0, 16.0), coat.skin));
    let trunk = woolly(&[(0.0, 0.0), (120.0, 40.0), (168.0, 140.0), (140.0, 230.0), (0.0, 258.0)], 32, -30.0);
    c.draw(&trunk, Ink::ball(0.0, 130.0, 190.0, coat.base));
    quills(c, look, 11, (0.0, 130.0), 150.0, 120.0);
    let belly = even(&[(0.0, 60.0), (72.0, 92.0), (100.0, 170.0), (74.0, 236.0), (0.0, 252.0)]);
    c.fill(&belly, Ink::ball(0.0, 150.0, 130.0, coat.light));
    c.clipped(&belly, |c| c.soft((0.0, 86.0), 110.0, 46.0, coat.base.shaded(50).alpha(170)));
    c.both_sides(|c, _| {
        let arm = blob(&[(64.0, 128.0), (92.0, 140.0), (70.0, 182.0), (42.0, 188.0), (44.0, 164.0)]);
        c.draw(&arm, coat.light.shaded(14));
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let crown =
        woolly(&[(0.0, -118.0), (86.0, -100.0), (132.0, -24.0), (120.0, 56.0), (56.0, 96.0), (0.0, 98.0)], 30, -30.0);
    c.draw(&crown, Ink::ball(0.0, -10.0, 150.0, coat.base));
    quills(c, look, 21, (0.0, -10.0), 124.0, 106.0);
    ears(c, look, (72.0, -48.0), 40.0, 24.0, |c| {
        c.draw(&circle(82.0, -58.0, 25.0), coat.light.shaded(20));
        c.fill(&circle(82.0, -56.0, 14.0), coat.skin);
    });
    let face = even(&[(0.0, -46.0), (40.0, -66.0), (88.0, -30.0), (92.0, 30.0), (52.0, 80.0), (0.0, 92.0)]);
    c.draw(&face, Ink::ball(0.0, 10.0, 110.0, coat.light));
    let snout = even(&[(0.0, 6.0), (28.0, 20.0), (38.0, 50.0), (20.0, 66.0), (0.0, 70.0)]);
    c.fill(&snout, coat.light.lit(40));
    c.both_sides(|c, _| c.soft((64.0, 38.0), 24.0, 18.0, coat.skin.alpha(190)));
}

/// Short strokes that stand out from (x, y).
fn quills(c: &mut Canvas, look: &Look, part: u64, middle: At, rx: f32, ry: f32) {
    let coat = look.traits.coat;
    let mut random = look.random(part);
    for i in 0..90 {
        let (angle, out) = (random.between(0.0, 360.0), random.between(0.35, 0.95));
        let from = on_ellipse(middle, rx * out, ry * out, angle);
        let to = on_ellipse(middle, rx * (out + 0.17), ry * (out + 0.17), angle + 3.0);
        c.line(&curve(&[from, to]), 5.0, if i % 3 == 0 { coat.light } else { coat.dark });
    }
}

fn front(c: &mut Canvas, look: &Look) {
    let _ = look;
    c.draw(&ellipse(0.0, 30.0, 19.0, 15.0), Ink::ball(0.0, 28.0, 20.0, OUTLINE));
    c.fill(&ellipse(-6.0, 24.0, 6.0, 4.0), WHITE.alpha(200));
}
