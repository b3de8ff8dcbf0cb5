//! The sloth: a long-haired body with both arms up.

use super::torso::Torso;
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (48.0, -6.0, 32.0),
        mouth: (54.0, 84.0),
        snout: Snout::Wide,
        nose: 30.0,
        crown: (-82.0, 58.0),
        neck: 70.0,
        oval: (6.0, 80.0, 98.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        for x in [150.0, 170.0, 190.0] {
            let claw = curve(&[(x, -128.0), (x + 4.0, -166.0), (x - 16.0, -188.0)]);
            c.line(&claw, 18.0, OUTLINE);
            c.line(&claw, 8.0, rgb(0xEFE3CC));
        }
        let arm = curve(&[(70.0, 150.0), (150.0, 120.0), (186.0, 20.0), (170.0, -120.0)]);
        c.line(&arm, 76.0, OUTLINE);
        c.line(&arm, 62.0, coat.base);
        for (x, y) in [(180.0, -90.0), (190.0, -40.0), (184.0, 10.0), (168.0, -60.0), (172.0, 50.0), (150.0, 90.0)] {
            c.line(&curve(&[(x - 6.0, y), (x - 2.0, y + 26.0)]), 4.0, coat.base.shaded(40));
        }
    });
    let trunk = woolly(&[(0.0, 30.0), (92.0, 80.0), (116.0, 200.0), (96.0, 300.0), (0.0, 324.0)], 34, -10.0);
    Torso { top: 30.0, shoulder: 96.0, hip: 116.0, bottom: 324.0, legs: 0.0, leg_width: 0.0 }.filled(c, look, &trunk);
    c.both_sides(|c, _| {
        let foot = blob(&[(52.0, 290.0), (104.0, 286.0), (124.0, 320.0), (88.0, 338.0), (52.0, 326.0)]);
        c.draw(&foot, Ink::ball(86.0, 310.0, 44.0, coat.base));
        for x in [68.0, 86.0, 104.0] {
            c.line(&curve(&[(x, 326.0), (x + 2.0, 346.0)]), 11.0, OUTLINE);
            c.line(&curve(&[(x, 326.0), (x + 2.0, 344.0)]), 5.0, rgb(0xEFE3CC));
        }
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let skull =
        woolly(&[(0.0, -88.0), (70.0, -80.0), (116.0, -20.0), (108.0, 44.0), (64.0, 84.0), (0.0, 94.0)], 36, -8.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 122.0, coat.base));
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 110.0, 88.0);
    let face = even(&[(0.0, -48.0), (54.0, -52.0), (92.0, -8.0), (82.0, 44.0), (44.0, 78.0), (0.0, 86.0)]);
    c.fill(&face, Ink::ball(0.0, 10.0, 105.0, coat.light));
    c.both_sides(|c, _| {
        let stripe = blob(&[(14.0, -14.0), (52.0, -46.0), (92.0, -14.0), (104.0, 26.0), (84.0, 34.0), (50.0, 32.0)]);
        c.fill(&stripe, coat.dark);
    });
    for (x, tip) in [(-20.0, -44.0), (-4.0, -8.0), (14.0, 34.0)] {
        c.line(&curve(&[(x, -84.0), ((x + tip) * 0.5, -66.0), (tip, -54.0)]), 8.0, coat.base.shaded(26));
    }
}

fn front(c: &mut Canvas, look: &Look) {
    let nose = blob(&[(-24.0, 18.0), (0.0, 12.0), (24.0, 18.0), (20.0, 34.0), (0.0, 41.0), (-20.0, 34.0)]);
    c.draw(&nose, Ink::ball(0.0, 24.0, 28.0, look.traits.coat.skin));
    c.fill(&ellipse(-7.0, 19.0, 8.0, 3.5), WHITE.alpha(180));
    c.both_sides(|c, _| c.fill(&ellipse(9.0, 30.0, 4.5, 3.0), OUTLINE));
}
