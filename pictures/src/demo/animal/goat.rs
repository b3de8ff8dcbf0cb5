//! The goat: horns, a beard and oblong pupils.

use super::torso::{Torso, ears};
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, edged, ellipse, even, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (50.0, -30.0, 33.0),
        mouth: (80.0, 56.0),
        snout: Snout::Muzzle,
        nose: 58.0,
        crown: (-88.0, 44.0),
        neck: 70.0,
        oval: (10.0, 104.0, 84.0),
        slit_pupils: true,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let tail = blob(&[(70.0, 190.0), (120.0, 140.0), (140.0, 100.0), (146.0, 150.0), (110.0, 210.0)]);
    c.draw(&tail, coat.base);
    Torso { top: 40.0, shoulder: 66.0, hip: 92.0, bottom: 375.0, legs: 42.0, leg_width: 42.0 }.draw(c, look);
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        let horn = blob(&[
            (20.0, -80.0),
            (30.0, -140.0),
            (66.0, -188.0),
            (116.0, -196.0),
            (84.0, -160.0),
            (66.0, -110.0),
            (58.0, -72.0),
        ]);
        c.draw(&horn, Ink::ball(60.0, -140.0, 80.0, rgb(0xC9B48E)));
        c.clipped(&horn, |c| {
            for (x, y) in [(40.0, -98.0), (44.0, -122.0), (56.0, -146.0), (74.0, -168.0)] {
                c.line(&curve(&[(x - 26.0, y - 8.0), (x, y + 4.0), (x + 26.0, y + 10.0)]), 5.0, rgb(0x8E7A5C));
            }
        });
    });
    ears(c, look, (62.0, -56.0), 60.0, -30.0, |c| {
        let ear = blob(&[(50.0, -68.0), (104.0, -72.0), (154.0, -34.0), (150.0, -14.0), (100.0, -22.0), (58.0, -36.0)]);
        c.draw(&ear, Ink::ball(100.0, -50.0, 60.0, coat.base));
        c.fill(&blob(&[(74.0, -56.0), (108.0, -58.0), (142.0, -30.0), (100.0, -34.0)]), coat.skin);
    });
    let beard = edged(&[(-26.0, 98.0), (26.0, 98.0), (20.0, 140.0), (2.0, 178.0), (-16.0, 140.0)], 14, -8.0);
    c.draw(&beard, Ink::down(96.0, 180.0, [coat.light.shaded(16), coat.light]));
    let skull =
        woolly(&[(0.0, -94.0), (56.0, -84.0), (80.0, -36.0), (62.0, 34.0), (50.0, 92.0), (0.0, 114.0)], 30, -5.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 120.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -20.0), 80.0, 90.0);
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 74.0, 100.0);
    c.fill(&even(&[(0.0, 26.0), (30.0, 34.0), (50.0, 74.0), (38.0, 100.0), (0.0, 108.0)]), coat.light);
    let fringe =
        edged(&[(-34.0, -92.0), (0.0, -102.0), (34.0, -92.0), (24.0, -60.0), (0.0, -46.0), (-24.0, -60.0)], 16, -8.0);
    c.draw(&fringe, coat.light);
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.draw(&blob(&[(-24.0, 46.0), (0.0, 42.0), (24.0, 46.0), (10.0, 62.0), (0.0, 66.0), (-10.0, 62.0)]), coat.skin);
    c.both_sides(|c, _| c.fill(&ellipse(11.0, 52.0, 4.5, 3.0), OUTLINE));
}
