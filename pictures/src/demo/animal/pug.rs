//! The pug: wrinkles, a dark mask and a barrel-shaped body.

use super::torso::{Torso, ears};
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (58.0, -12.0, 36.0),
        mouth: (48.0, 72.0),
        snout: Snout::Muzzle,
        nose: 20.0,
        crown: (-76.0, 70.0),
        neck: 66.0,
        oval: (8.0, 82.0, 104.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let tail = curve(&[(120.0, 190.0), (178.0, 176.0), (186.0, 126.0), (146.0, 122.0), (150.0, 158.0), (178.0, 150.0)]);
    c.line(&tail, 36.0, OUTLINE);
    c.line(&tail, 23.0, coat.base);
    Torso { top: 40.0, shoulder: 118.0, hip: 146.0, bottom: 285.0, legs: 70.0, leg_width: 46.0 }.draw(c, look);
    c.line(&curve(&[(-70.0, 118.0), (0.0, 134.0), (70.0, 118.0)]), 6.0, coat.base.shaded(40));
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let skull = even(&[(0.0, -88.0), (74.0, -84.0), (118.0, -34.0), (124.0, 34.0), (86.0, 84.0), (0.0, 98.0)]);
    c.draw(&skull, Ink::ball(0.0, 0.0, 125.0, coat.base));
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 112.0, 90.0);
    c.clipped(&skull, |c| {
        c.soft((58.0, -8.0), 70.0, 62.0, coat.dark.alpha(150));
        c.soft((-58.0, -8.0), 70.0, 62.0, coat.dark.alpha(150));
    });
    let mask = even(&[(0.0, -18.0), (34.0, -8.0), (66.0, 24.0), (76.0, 58.0), (52.0, 88.0), (0.0, 92.0)]);
    c.fill(&mask, Ink::ball(0.0, 40.0, 95.0, coat.dark.lit(10)));
    for (y, w) in [(-64.0, 44.0), (-50.0, 34.0), (-36.0, 20.0)] {
        c.line(
            &curve(&[(-w, y + 9.0), (-w * 0.4, y - 5.0), (0.0, y + 5.0), (w * 0.4, y - 5.0), (w, y + 9.0)]),
            5.5,
            coat.base.shaded(48),
        );
    }
    c.both_sides(|c, _| {
        c.line(&curve(&[(96.0, 30.0), (90.0, 56.0), (70.0, 76.0)]), 5.5, coat.base.shaded(45));
        c.line(&curve(&[(30.0, 12.0), (58.0, 34.0), (64.0, 64.0)]), 5.5, OUTLINE.alpha(190));
    });
    ears(c, look, (80.0, -74.0), -120.0, -50.0, |c| {
        let ear = blob(&[(56.0, -88.0), (104.0, -84.0), (132.0, -38.0), (128.0, -2.0), (98.0, -34.0)]);
        c.draw(&ear, Ink::ball(96.0, -50.0, 60.0, coat.dark));
    });
}

fn front(c: &mut Canvas, look: &Look) {
    let nose = blob(&[(-24.0, 8.0), (0.0, 0.0), (24.0, 8.0), (18.0, 24.0), (0.0, 29.0), (-18.0, 24.0)]);
    c.draw(&nose, Ink::ball(0.0, 14.0, 28.0, look.traits.coat.skin));
    c.fill(&ellipse(-7.0, 8.0, 8.0, 3.5), WHITE.alpha(190));
    c.both_sides(|c, _| c.fill(&ellipse(10.0, 19.0, 5.0, 3.5), OUTLINE));
}
