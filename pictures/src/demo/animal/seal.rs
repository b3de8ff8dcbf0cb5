//! The seal: a long body without legs, and whiskers.

use super::torso::Torso;
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (46.0, -22.0, 36.0),
        mouth: (52.0, 64.0),
        snout: Snout::Muzzle,
        nose: 26.0,
        crown: (-84.0, 56.0),
        neck: 80.0,
        oval: (4.0, 90.0, 96.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    for (dx, turn) in [(0.0, -14.0), (26.0, 16.0)] {
        let fin = blob(&[
            (170.0 + dx, 266.0),
            (226.0 + dx, 210.0),
            (262.0 + dx, 200.0),
            (256.0 + dx, 250.0),
            (200.0 + dx, 296.0),
        ]);
        c.turned(turn, (180.0, 280.0), |c| c.draw(&fin, Ink::ball(210.0, 250.0, 60.0, coat.dark)));
    }
    let trunk = blob(&[
        (0.0, -20.0),
        (86.0, 30.0),
        (116.0, 140.0),
        (160.0, 220.0),
        (226.0, 262.0),
        (200.0, 306.0),
        (100.0, 320.0),
        (-80.0, 318.0),
        (-134.0, 270.0),
        (-122.0, 140.0),
        (-86.0, 30.0),
    ]);
    Torso { top: 40.0, shoulder: 96.0, hip: 132.0, bottom: 320.0, legs: 0.0, leg_width: 0.0 }.filled(c, look, &trunk);
    c.both_sides(|c, _| {
        let flipper =
            blob(&[(92.0, 196.0), (130.0, 212.0), (190.0, 290.0), (216.0, 326.0), (164.0, 330.0), (116.0, 296.0)]);
        c.draw(&flipper, Ink::ball(150.0, 260.0, 90.0, coat.dark));
        c.line(&curve(&[(150.0, 290.0), (176.0, 318.0)]), 4.5, coat.dark.shaded(45));
        c.line(&curve(&[(166.0, 284.0), (194.0, 316.0)]), 4.5, coat.dark.shaded(45));
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let skull = even(&[(0.0, -94.0), (60.0, -82.0), (98.0, -24.0), (100.0, 36.0), (66.0, 84.0), (0.0, 98.0)]);
    c.draw(&skull, Ink::ball(0.0, 0.0, 118.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -40.0), 96.0, 60.0);
    c.soft((-34.0, -64.0), 40.0, 20.0, WHITE.alpha(130));
    let pads = [ellipse(30.0, 46.0, 42.0, 34.0), ellipse(-30.0, 46.0, 42.0, 34.0), ellipse(0.0, 70.0, 30.0, 22.0)];
    for pad in &pads {
        c.fill(pad, Ink::ball(0.0, 46.0, 80.0, coat.light));
    }
    c.both_sides(|c, _| c.soft((78.0, 22.0), 22.0, 16.0, crate::demo::colour::rgb(0xF29AA0).alpha(120)));
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let nose = blob(&[(-21.0, 14.0), (0.0, 9.0), (21.0, 14.0), (13.0, 30.0), (0.0, 37.0), (-13.0, 30.0)]);
    c.draw(&nose, Ink::ball(0.0, 20.0, 26.0, coat.skin));
    c.fill(&ellipse(-7.0, 16.0, 7.0, 3.0), WHITE.alpha(190));
    c.both_sides(|c, _| {
        for (y, end) in [(42.0, 30.0), (50.0, 58.0), (58.0, 84.0)] {
            c.line(&curve(&[(46.0, y), (92.0, (y + end) * 0.5 - 6.0), (140.0, end)]), 3.5, OUTLINE.alpha(200));
        }
        for (x, y) in [(28.0, 44.0), (40.0, 52.0), (30.0, 58.0)] {
            c.fill(&ellipse(x, y, 3.0, 3.0), OUTLINE.alpha(160));
        }
    });
}
