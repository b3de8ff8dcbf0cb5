//! The hamster: full cheeks, and a seed in its paws.

use super::torso::{Torso, ears};
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, circle, curve, ellipse, even, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (46.0, -24.0, 31.0),
        mouth: (34.0, 50.0),
        snout: Snout::Muzzle,
        nose: 18.0,
        crown: (-84.0, 54.0),
        neck: 70.0,
        oval: (4.0, 84.0, 98.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        c.draw(&ellipse(62.0, 262.0, 36.0, 17.0), coat.skin);
    });
    let round = woolly(&[(0.0, 10.0), (110.0, 50.0), (148.0, 150.0), (116.0, 240.0), (0.0, 264.0)], 40, -6.0);
    Torso { top: 30.0, shoulder: 120.0, hip: 146.0, bottom: 264.0, legs: 0.0, leg_width: 0.0 }.filled(c, look, &round);
    let seed = blob(&[(0.0, 116.0), (22.0, 150.0), (14.0, 178.0), (-14.0, 178.0), (-22.0, 150.0)]);
    c.draw(&seed, rgb(0x5A5258));
    c.line(&curve(&[(-6.0, 132.0), (-10.0, 166.0)]), 4.0, rgb(0xE8E2D6));
    c.line(&curve(&[(6.0, 132.0), (10.0, 166.0)]), 4.0, rgb(0xE8E2D6));
    c.both_sides(|c, _| {
        let arm = blob(&[(78.0, 124.0), (92.0, 146.0), (48.0, 176.0), (20.0, 176.0), (22.0, 156.0), (50.0, 140.0)]);
        c.draw(&arm, Ink::ball(50.0, 150.0, 50.0, coat.base));
        c.draw(&ellipse(24.0, 166.0, 15.0, 13.0), coat.skin);
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    ears(c, look, (68.0, -66.0), 50.0, 30.0, |c| {
        c.draw(&circle(76.0, -88.0, 32.0), Ink::ball(76.0, -88.0, 34.0, coat.base));
        c.fill(&circle(76.0, -86.0, 20.0), coat.skin);
    });
    let skull =
        woolly(&[(0.0, -90.0), (58.0, -82.0), (96.0, -38.0), (142.0, 36.0), (96.0, 84.0), (0.0, 88.0)], 34, -6.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 130.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -20.0), 100.0, 76.0);
    coat::fur(c, look, 21, &skull, (0.0, 6.0), 116.0, 84.0);
    c.clipped(&skull, |c| {
        c.fill(
            &even(&[(0.0, -4.0), (30.0, 8.0), (84.0, 14.0), (128.0, 46.0), (90.0, 100.0), (0.0, 104.0)]),
            coat.light,
        );
    });
    c.both_sides(|c, _| c.soft((94.0, 42.0), 32.0, 24.0, coat.skin.alpha(200)));
}

fn front(c: &mut Canvas, look: &Look) {
    c.draw(&ellipse(0.0, 16.0, 13.0, 9.0), look.traits.coat.skin);
    c.fill(&ellipse(-4.0, 13.0, 4.0, 2.5), WHITE.alpha(180));
    c.both_sides(|c, _| {
        for (y, end) in [(30.0, 18.0), (38.0, 42.0)] {
            c.line(&curve(&[(40.0, y), (84.0, (y + end) * 0.5 - 4.0), (124.0, end)]), 3.0, OUTLINE.alpha(150));
        }
    });
}
