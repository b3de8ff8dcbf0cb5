//! The dog: long muzzle, hanging ears, a tail that wags.

use super::torso::{Torso, ears};
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (40.0, -32.0, 31.0),
        mouth: (58.0, 84.0),
        snout: Snout::Muzzle,
        nose: 28.0,
        crown: (-88.0, 54.0),
        neck: 80.0,
        oval: (12.0, 96.0, 84.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let tail = curve(&[(100.0, 300.0), (165.0, 262.0), (196.0, 200.0)]);
    c.line(&tail, 58.0, OUTLINE);
    c.line(&tail, 44.0, coat.base);
    // It wags.
    c.line(&curve(&[(228.0, 168.0), (242.0, 200.0), (238.0, 232.0)]), 6.0, OUTLINE.alpha(120));
    c.line(&curve(&[(160.0, 160.0), (150.0, 182.0), (152.0, 206.0)]), 6.0, OUTLINE.alpha(120));
    Torso { top: 55.0, shoulder: 88.0, hip: 124.0, bottom: 345.0, legs: 44.0, leg_width: 56.0 }.draw(c, look);
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let outline = [(0.0, -100.0), (58.0, -90.0), (90.0, -34.0), (84.0, 34.0), (60.0, 90.0), (0.0, 108.0)];
    let skull = woolly(&outline, 32, -6.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 118.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -20.0), 90.0, 90.0);
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 86.0, 96.0);
    ears(c, look, (62.0, -78.0), -128.0, -68.0, |c| {
        let ear = blob(&[
            (48.0, -88.0),
            (84.0, -94.0),
            (124.0, -40.0),
            (134.0, 34.0),
            (112.0, 72.0),
            (84.0, 46.0),
            (74.0, -24.0),
        ]);
        c.draw(&ear, Ink::ball(96.0, -10.0, 90.0, coat.dark));
        c.line(&curve(&[(94.0, -56.0), (110.0, 0.0), (110.0, 42.0)]), 5.0, coat.dark.shaded(40));
    });
    let muzzle = even(&[(0.0, -8.0), (34.0, 2.0), (68.0, 46.0), (52.0, 88.0), (0.0, 100.0)]);
    c.fill(&muzzle, Ink::ball(0.0, 50.0, 90.0, coat.light));
    c.fill(&blob(&[(0.0, -96.0), (13.0, -50.0), (20.0, 10.0), (0.0, 20.0), (-20.0, 10.0), (-13.0, -50.0)]), coat.light);
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let nose = blob(&[(-26.0, 12.0), (0.0, 6.0), (26.0, 12.0), (22.0, 32.0), (0.0, 42.0), (-22.0, 32.0)]);
    c.draw(&nose, Ink::ball(0.0, 22.0, 30.0, coat.skin));
    c.fill(&ellipse(-8.0, 15.0, 9.0, 4.0), WHITE.alpha(190));
    c.both_sides(|c, _| {
        c.fill(&ellipse(9.0, 30.0, 4.5, 3.5), OUTLINE);
        for (x, y) in [(36.0, 52.0), (48.0, 60.0), (38.0, 68.0)] {
            c.fill(&ellipse(x, y, 3.0, 3.0), OUTLINE.alpha(130));
        }
    });
}
