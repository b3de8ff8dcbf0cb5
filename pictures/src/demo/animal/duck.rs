//! The duck: a bill, a thin neck and a boat-shaped body.

use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE, WHITE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (40.0, -26.0, 33.0),
        mouth: (63.0, 92.0),
        snout: Snout::Bill,
        nose: 44.0,
        crown: (-84.0, 46.0),
        neck: 80.0,
        oval: (4.0, 84.0, 96.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        c.line(&curve(&[(50.0, 300.0), (50.0, 330.0)]), 22.0, OUTLINE);
        let foot = blob(&[
            (40.0, 318.0),
            (62.0, 318.0),
            (112.0, 346.0),
            (70.0, 342.0),
            (52.0, 352.0),
            (40.0, 342.0),
            (8.0, 346.0),
        ]);
        c.draw(&foot, Ink::ball(56.0, 330.0, 50.0, coat.skin));
    });
    let tail = blob(&[(110.0, 200.0), (190.0, 140.0), (214.0, 110.0), (212.0, 170.0), (170.0, 250.0)]);
    c.draw(&tail, Ink::ball(170.0, 180.0, 80.0, coat.base));
    let neck = even(&[(0.0, 20.0), (50.0, 30.0), (52.0, 120.0), (80.0, 190.0), (0.0, 220.0)]);
    let trunk = even(&[(0.0, 140.0), (110.0, 150.0), (172.0, 220.0), (130.0, 306.0), (0.0, 324.0)]);
    // The drake's neck is as green as his head; his body is not.
    let plumage = if coat.name == "green-headed" { coat.light.shaded(12) } else { coat.base };
    c.union(&[&neck, &trunk], Ink::ball(0.0, 210.0, 190.0, plumage));
    c.fill(&neck, Ink::down(40.0, 260.0, [coat.base.shaded(20), plumage]));
    coat::pattern(c, look, 10, &trunk, (0.0, 220.0), 160.0, 90.0);
    c.fill(&even(&[(0.0, 180.0), (60.0, 206.0), (84.0, 260.0), (50.0, 306.0), (0.0, 314.0)]), coat.light);
    c.both_sides(|c, _| {
        let wing =
            blob(&[(92.0, 170.0), (140.0, 180.0), (178.0, 232.0), (196.0, 292.0), (146.0, 282.0), (104.0, 240.0)]);
        c.draw(&wing, Ink::ball(130.0, 220.0, 90.0, coat.dark));
        c.line(&curve(&[(128.0, 216.0), (150.0, 246.0), (176.0, 274.0)]), 5.0, coat.dark.shaded(40));
        c.line(&curve(&[(116.0, 238.0), (134.0, 260.0), (154.0, 272.0)]), 5.0, coat.dark.shaded(40));
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    for (x, tip, y) in [(-8.0, -30.0, -116.0), (4.0, 6.0, -126.0), (14.0, 38.0, -112.0)] {
        let feather = blob(&[(x - 10.0, -70.0), (tip - 6.0, y + 8.0), (tip + 6.0, y), (x + 10.0, -70.0)]);
        c.draw(&feather, coat.base);
    }
    let skull = even(&[(0.0, -90.0), (54.0, -80.0), (86.0, -30.0), (80.0, 36.0), (48.0, 78.0), (0.0, 88.0)]);
    c.draw(&skull, Ink::ball(0.0, 0.0, 108.0, coat.base));
    coat::fur(c, look, 21, &skull, (0.0, 0.0), 82.0, 86.0);
    c.both_sides(|c, _| c.soft((66.0, 14.0), 24.0, 18.0, coat.skin.alpha(110)));
    let lower = even(&[(0.0, 40.0), (50.0, 48.0), (66.0, 66.0), (40.0, 80.0), (0.0, 86.0)]);
    c.draw(&lower, coat.skin.shaded(30));
}

fn front(c: &mut Canvas, look: &Look) {
    let skin = look.traits.coat.skin;
    let bill = even(&[(0.0, 2.0), (28.0, 8.0), (56.0, 36.0), (94.0, 50.0), (76.0, 66.0), (0.0, 62.0)]);
    c.draw(&bill, Ink::ball(0.0, 34.0, 85.0, skin));
    c.both_sides(|c, _| c.fill(&ellipse(13.0, 22.0, 5.0, 3.6), OUTLINE));
    c.soft((-24.0, 30.0), 26.0, 12.0, WHITE.alpha(140));
}
