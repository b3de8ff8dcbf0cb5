//! The rabbit: long ears and a round tail.

use super::torso::{Torso, ears};
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, circle, curve, ellipse, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (46.0, -18.0, 32.0),
        mouth: (40.0, 54.0),
        snout: Snout::Muzzle,
        nose: 24.0,
        crown: (-86.0, 40.0),
        neck: 74.0,
        oval: (6.0, 88.0, 90.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let puff = woolly(&[(0.0, -44.0), (40.0, -20.0), (40.0, 24.0), (0.0, 44.0)], 12, 9.0);
    c.moved((132.0, 268.0), 1.0, |c| c.draw(&puff, Ink::ball(0.0, 0.0, 46.0, coat.light)));
    Torso { top: 50.0, shoulder: 70.0, hip: 112.0, bottom: 305.0, legs: 26.0, leg_width: 36.0 }.draw(c, look);
    c.both_sides(|c, _| {
        let foot = blob(&[(66.0, 262.0), (106.0, 262.0), (122.0, 310.0), (90.0, 334.0), (58.0, 312.0)]);
        c.draw(&foot, Ink::ball(90.0, 296.0, 50.0, coat.base));
        c.fill(&ellipse(90.0, 308.0, 17.0, 13.0), coat.skin);
        for x in [72.0, 90.0, 108.0] {
            c.fill(&circle(x, 286.0, 6.5), coat.skin);
        }
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    ears(c, look, (44.0, -78.0), 108.0, 58.0, |c| {
        let ear = blob(&[
            (22.0, -70.0),
            (14.0, -160.0),
            (30.0, -246.0),
            (62.0, -262.0),
            (82.0, -220.0),
            (80.0, -140.0),
            (66.0, -66.0),
        ]);
        c.draw(&ear, Ink::ball(48.0, -160.0, 120.0, coat.base));
        c.fill(
            &blob(&[(36.0, -90.0), (30.0, -160.0), (42.0, -230.0), (60.0, -234.0), (66.0, -160.0), (56.0, -90.0)]),
            coat.skin,
        );
    });
    let skull =
        woolly(&[(0.0, -92.0), (54.0, -82.0), (90.0, -30.0), (108.0, 34.0), (72.0, 82.0), (0.0, 92.0)], 32, -7.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 118.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -20.0), 92.0, 80.0);
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 98.0, 88.0);
    c.both_sides(|c, _| {
        c.fill(&ellipse(24.0, 46.0, 33.0, 26.0), coat.light);
        c.soft((76.0, 34.0), 24.0, 18.0, coat.skin.alpha(170));
    });
    c.fill(&ellipse(0.0, 68.0, 30.0, 18.0), coat.light);
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.draw(&blob(&[(-15.0, 16.0), (15.0, 16.0), (3.0, 31.0), (-3.0, 31.0)]), coat.skin);
    c.fill(&ellipse(-4.0, 18.0, 5.0, 2.5), WHITE.alpha(170));
    c.both_sides(|c, _| {
        for (y, end) in [(38.0, 28.0), (46.0, 54.0)] {
            c.line(&curve(&[(46.0, y), (90.0, (y + end) * 0.5 - 5.0), (134.0, end)]), 3.2, OUTLINE.alpha(180));
        }
    });
}
