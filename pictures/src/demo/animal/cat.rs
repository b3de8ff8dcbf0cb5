//! The cat: wide cheeks, pointed ears, whiskers, a tail with an own will.

use super::torso::{Torso, ears};
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (43.0, -14.0, 34.0),
        mouth: (44.0, 62.0),
        snout: Snout::Muzzle,
        nose: 27.0,
        crown: (-84.0, 58.0),
        neck: 70.0,
        oval: (8.0, 82.0, 92.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let tail = curve(&[(80.0, 320.0), (170.0, 310.0), (186.0, 230.0), (150.0, 170.0), (176.0, 120.0)]);
    c.line(&tail, 50.0, OUTLINE);
    c.line(&tail, 36.0, coat.base);
    let tip = curve(&[(150.0, 168.0), (157.0, 145.0), (176.0, 120.0)]);
    c.line(&tip, 36.0, coat.dark);
    Torso { top: 50.0, shoulder: 72.0, hip: 118.0, bottom: 335.0, legs: 36.0, leg_width: 50.0 }.draw(c, look);
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    ears(c, look, (70.0, -60.0), 62.0, 42.0, |c| {
        let ear = blob(&[(30.0, -72.0), (58.0, -128.0), (80.0, -158.0), (96.0, -118.0), (106.0, -40.0), (68.0, -40.0)]);
        c.draw(&ear, Ink::ball(70.0, -90.0, 70.0, coat.base));
        c.fill(&blob(&[(52.0, -80.0), (78.0, -136.0), (94.0, -60.0)]), coat.skin);
        c.line(&curve(&[(56.0, -66.0), (66.0, -92.0)]), 5.0, coat.light);
        c.line(&curve(&[(68.0, -62.0), (74.0, -88.0)]), 5.0, coat.light);
    });
    let outline = [(0.0, -92.0), (60.0, -84.0), (104.0, -32.0), (116.0, 26.0), (74.0, 80.0), (0.0, 94.0)];
    let skull = woolly(&outline, 34, -7.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 120.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, 0.0), 110.0, 90.0);
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 108.0, 90.0);
    c.fill(
        &blob(&[
            (0.0, 12.0),
            (34.0, 24.0),
            (58.0, 50.0),
            (30.0, 78.0),
            (0.0, 82.0),
            (-30.0, 78.0),
            (-58.0, 50.0),
            (-34.0, 24.0),
        ]),
        coat.light,
    );
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.draw(&blob(&[(-16.0, 18.0), (16.0, 18.0), (3.0, 33.0), (-3.0, 33.0)]), coat.skin);
    c.fill(&ellipse(-5.0, 20.0, 5.0, 3.0), WHITE.alpha(170));
    c.both_sides(|c, _| {
        for (y, end) in [(42.0, 26.0), (50.0, 52.0), (58.0, 78.0)] {
            c.line(&curve(&[(52.0, y), (100.0, (y + end) * 0.5 - 6.0), (150.0, end)]), 3.5, OUTLINE.alpha(210));
        }
        for (x, y) in [(30.0, 44.0), (42.0, 50.0), (34.0, 57.0)] {
            c.fill(&ellipse(x, y, 2.6, 2.6), OUTLINE.alpha(150));
        }
    });
}
