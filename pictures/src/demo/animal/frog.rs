//! The frog: a wide mouth, and eyes on top of the head.

use super::torso::Torso;
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, circle, ellipse, even};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (66.0, -62.0, 42.0),
        mouth: (36.0, 140.0),
        snout: Snout::Wide,
        nose: 2.0,
        crown: (-48.0, 52.0),
        neck: 70.0,
        oval: (-8.0, 100.0, 124.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        let thigh = blob(&[(80.0, 130.0), (150.0, 110.0), (190.0, 170.0), (176.0, 226.0), (120.0, 240.0)]);
        c.draw(&thigh, Ink::ball(140.0, 170.0, 80.0, coat.base));
        coat::pattern(c, look, 12, &thigh, (140.0, 170.0), 60.0, 60.0);
        toes(c, look, 168.0, 250.0);
    });
    let trunk = even(&[(0.0, 40.0), (96.0, 70.0), (122.0, 160.0), (90.0, 240.0), (0.0, 256.0)]);
    Torso { top: 40.0, shoulder: 100.0, hip: 120.0, bottom: 256.0, legs: 40.0, leg_width: 30.0 }
        .filled(c, look, &trunk);
    c.both_sides(|c, _| {
        let arm = blob(&[(60.0, 120.0), (92.0, 130.0), (84.0, 200.0), (66.0, 258.0), (42.0, 256.0), (52.0, 190.0)]);
        c.draw(&arm, Ink::ball(66.0, 180.0, 80.0, coat.base));
        toes(c, look, 54.0, 262.0);
    });
}

fn toes(c: &mut Canvas, look: &Look, x: f32, y: f32) {
    let pads = [-26.0, 0.0, 26.0].map(|dx: f32| circle(x + dx, y + 4.0 - dx * dx * 0.012, 14.0));
    let web = ellipse(x, y - 4.0, 30.0, 14.0);
    c.union(&[&pads[0], &pads[1], &pads[2], &web], look.traits.coat.base.lit(12));
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let skull = even(&[(0.0, -44.0), (76.0, -52.0), (138.0, 4.0), (140.0, 44.0), (84.0, 88.0), (0.0, 98.0)]);
    let bumps = [circle(66.0, -58.0, 54.0), circle(-66.0, -58.0, 54.0)];
    c.union(&[&skull, &bumps[0], &bumps[1]], Ink::ball(0.0, 0.0, 150.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -10.0), 136.0, 60.0);
    c.clipped(&skull, |c| {
        let jaw = even(&[(0.0, 34.0), (70.0, 30.0), (150.0, 14.0), (150.0, 110.0), (0.0, 120.0)]);
        c.fill(&jaw, coat.light);
        c.soft((0.0, 100.0), 120.0, 30.0, coat.base.alpha(150));
    });
    c.both_sides(|c, _| c.soft((102.0, 26.0), 30.0, 22.0, coat.skin.alpha(170)));
    c.soft((-40.0, -30.0), 60.0, 16.0, WHITE.alpha(80));
}

fn front(c: &mut Canvas, _: &Look) {
    c.both_sides(|c, _| c.fill(&ellipse(10.0, 2.0, 4.5, 3.5), OUTLINE));
}
