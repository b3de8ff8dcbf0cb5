//! The owl: an egg-shaped body, ear tufts and round plates around the eyes.

use super::torso::ears;
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (50.0, -12.0, 45.0),
        mouth: (56.0, 50.0),
        snout: Snout::Beak,
        nose: 44.0,
        crown: (-84.0, 60.0),
        neck: 60.0,
        oval: (0.0, 84.0, 104.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        for x in [28.0, 48.0, 68.0] {
            let claw = ellipse(x, 306.0, 12.0, 24.0);
            c.draw(&claw, Ink::ball(x, 300.0, 24.0, coat.skin));
        }
    });
    let trunk = even(&[(0.0, -40.0), (92.0, 10.0), (132.0, 130.0), (116.0, 240.0), (60.0, 296.0), (0.0, 304.0)]);
    c.draw(&trunk, Ink::ball(0.0, 140.0, 170.0, coat.base));
    let belly = even(&[(0.0, 50.0), (66.0, 90.0), (84.0, 190.0), (48.0, 276.0), (0.0, 288.0)]);
    c.fill(&belly, coat.light);
    c.clipped(&belly, |c| {
        for row in 0..7 {
            for column in -3..=3 {
                let x = column as f32 * 34.0 + if row % 2 == 0 { 17.0 } else { 0.0 };
                let y = 96.0 + row as f32 * 29.0;
                c.line(&curve(&[(x - 10.0, y - 5.0), (x, y + 6.0), (x + 10.0, y - 5.0)]), 5.5, coat.dark);
            }
        }
    });
    coat::fur(c, look, 11, &trunk, (0.0, 140.0), 128.0, 160.0);
    c.both_sides(|c, _| {
        let wing = blob(&[(96.0, 76.0), (136.0, 108.0), (164.0, 200.0), (146.0, 268.0), (112.0, 236.0), (92.0, 150.0)]);
        c.draw(&wing, Ink::ball(120.0, 150.0, 110.0, coat.dark));
        for (x, y) in [(118.0, 150.0), (130.0, 184.0), (136.0, 218.0)] {
            c.line(&curve(&[(x - 14.0, y - 6.0), (x, y + 8.0), (x + 14.0, y - 4.0)]), 4.5, coat.base.lit(25));
        }
    });
    c.soft((0.0, 82.0), 120.0, 50.0, coat.base.shaded(70).alpha(140));
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    ears(c, look, (80.0, -60.0), 50.0, 38.0, |c| {
        let tuft = blob(&[(44.0, -76.0), (84.0, -112.0), (124.0, -152.0), (122.0, -96.0), (104.0, -36.0)]);
        c.draw(&tuft, Ink::ball(90.0, -80.0, 70.0, coat.dark));
    });
    let skull = even(&[(0.0, -84.0), (60.0, -90.0), (112.0, -50.0), (122.0, 16.0), (84.0, 76.0), (0.0, 92.0)]);
    c.draw(&skull, Ink::ball(0.0, 0.0, 125.0, coat.base));
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 116.0, 86.0);
    c.both_sides(|c, _| {
        c.fill(&ellipse(52.0, -6.0, 63.0, 66.0), coat.dark);
        c.fill(&ellipse(52.0, -6.0, 57.0, 60.0), Ink::ball(52.0, -6.0, 66.0, coat.light));
    });
    for (x, y) in [(0.0, -66.0), (-20.0, -74.0), (20.0, -74.0), (0.0, -80.0)] {
        c.line(&curve(&[(x - 7.0, y - 5.0), (x, y + 5.0), (x + 7.0, y - 5.0)]), 4.0, coat.light);
    }
}

fn front(c: &mut Canvas, look: &Look) {
    let beak = blob(&[(-20.0, 14.0), (0.0, 4.0), (20.0, 14.0), (11.0, 36.0), (0.0, 52.0), (-11.0, 36.0)]);
    c.draw(&beak, Ink::ball(0.0, 24.0, 36.0, look.traits.coat.skin));
    c.both_sides(|c, _| c.fill(&ellipse(6.0, 17.0, 2.6, 2.0), OUTLINE));
    c.fill(&ellipse(-6.0, 12.0, 5.0, 3.0), WHITE.alpha(160));
}
