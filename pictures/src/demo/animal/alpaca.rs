//! The alpaca: a long neck and a fringe.

use super::torso::ears;
use super::{Face, Look, Rig, Snout, coat};
use crate::demo::colour::{Ink, OUTLINE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even, slab, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (44.0, -16.0, 31.0),
        mouth: (64.0, 54.0),
        snout: Snout::Muzzle,
        nose: 44.0,
        crown: (-116.0, 46.0),
        neck: 70.0,
        oval: (6.0, 92.0, 78.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        c.draw(&slab(44.0, 330.0, 40.0, 106.0, 10.0), Ink::down(330.0, 430.0, [coat.base.shaded(30), coat.base]));
        c.draw(&slab(42.0, 418.0, 44.0, 22.0, 9.0), OUTLINE);
    });
    let neck = woolly(&[(0.0, 0.0), (54.0, 20.0), (58.0, 120.0), (66.0, 220.0), (0.0, 300.0)], 26, 9.0);
    let trunk = woolly(&[(0.0, 200.0), (92.0, 214.0), (142.0, 290.0), (110.0, 372.0), (0.0, 386.0)], 22, 14.0);
    c.union(&[&trunk, &neck], Ink::ball(0.0, 230.0, 210.0, coat.base));
    coat::pattern(c, look, 10, &trunk, (0.0, 300.0), 130.0, 90.0);
    let mut random = look.random(11);
    for _ in 0..26 {
        let (y, r) = (random.between(110.0, 360.0), random.between(7.0, 12.0));
        let x = random.between(-1.0, 1.0) * if y < 220.0 { 40.0 } else { 104.0 };
        c.line(
            &curve(&[(x - r, y), (x - r * 0.3, y + r * 0.8), (x + r * 0.7, y + r * 0.2)]),
            4.0,
            coat.dark.alpha(170),
        );
    }
    c.clipped(&neck, |c| c.soft((0.0, 96.0), 90.0, 50.0, coat.base.shaded(60).alpha(170)));
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    ears(c, look, (56.0, -66.0), 70.0, 40.0, |c| {
        let ear = blob(&[(42.0, -64.0), (48.0, -120.0), (72.0, -166.0), (86.0, -120.0), (76.0, -60.0)]);
        c.draw(&ear, Ink::ball(64.0, -110.0, 60.0, coat.base));
        c.fill(&blob(&[(56.0, -76.0), (60.0, -120.0), (71.0, -144.0), (74.0, -110.0), (68.0, -74.0)]), coat.dark);
    });
    let skull = woolly(&[(0.0, -84.0), (56.0, -72.0), (82.0, -20.0), (66.0, 50.0), (0.0, 92.0)], 24, 7.0);
    c.draw(&skull, Ink::ball(0.0, 0.0, 115.0, coat.base));
    coat::pattern(c, look, 20, &skull, (0.0, -20.0), 80.0, 80.0);
    let wig = woolly(&[(0.0, -132.0), (48.0, -126.0), (74.0, -92.0), (60.0, -54.0), (0.0, -46.0)], 14, 14.0);
    c.draw(&wig, Ink::ball(0.0, -90.0, 90.0, coat.base.lit(14)));
    for (x, y) in [(-28.0, -96.0), (8.0, -106.0), (34.0, -82.0), (-8.0, -74.0)] {
        c.line(&curve(&[(x - 10.0, y), (x - 2.0, y + 8.0), (x + 9.0, y + 1.0)]), 4.0, coat.dark);
    }
    let muzzle = even(&[(0.0, 14.0), (38.0, 24.0), (54.0, 58.0), (36.0, 88.0), (0.0, 96.0)]);
    c.draw(&muzzle, Ink::ball(0.0, 54.0, 64.0, coat.light));
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.draw(&blob(&[(-19.0, 32.0), (0.0, 28.0), (19.0, 32.0), (7.0, 47.0), (0.0, 50.0), (-7.0, 47.0)]), coat.skin);
    c.both_sides(|c, _| c.fill(&ellipse(8.0, 37.0, 3.5, 2.4), OUTLINE));
}
