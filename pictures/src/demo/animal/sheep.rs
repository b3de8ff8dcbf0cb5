//! The sheep: a woolly body and head around a dark face, on thin legs.

use super::torso::ears;
use super::{Face, Look, Rig, Snout};
use crate::demo::colour::{Ink, OUTLINE};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, curve, ellipse, even, slab, woolly};

pub const RIG: Rig = Rig {
    face: Face {
        eye: (42.0, -20.0, 33.0),
        mouth: (66.0, 56.0),
        snout: Snout::Muzzle,
        nose: 46.0,
        crown: (-108.0, 50.0),
        neck: 40.0,
        oval: (4.0, 96.0, 80.0),
        slit_pupils: false,
    },
    body,
    head,
    front,
};

fn body(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    c.both_sides(|c, _| {
        for x in [52.0, 112.0] {
            c.draw(
                &slab(x - 15.0, 230.0, 30.0, 106.0, 8.0),
                Ink::down(230.0, 336.0, [coat.light.shaded(40), coat.light]),
            );
            c.draw(&slab(x - 18.0, 318.0, 36.0, 24.0, 9.0), OUTLINE);
        }
    });
    let fleece =
        woolly(&[(0.0, -30.0), (110.0, 0.0), (184.0, 90.0), (176.0, 200.0), (100.0, 262.0), (0.0, 274.0)], 24, 22.0);
    c.draw(&fleece, Ink::ball(0.0, 110.0, 200.0, coat.base));
    let mut random = look.random(11);
    c.clipped(&fleece, |c| {
        for _ in 0..34 {
            let (x, y, r) = (random.between(-165.0, 165.0), random.between(20.0, 250.0), random.between(9.0, 18.0));
            c.line(
                &curve(&[
                    (x - r, y),
                    (x - r * 0.4, y + r * 0.8),
                    (x + r * 0.5, y + r * 0.6),
                    (x + r * 0.7, y - r * 0.3),
                ]),
                4.5,
                coat.dark.shaded(12).alpha(190),
            );
        }
        c.soft((0.0, 96.0), 110.0, 60.0, coat.base.shaded(60).alpha(150));
    });
}

fn head(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    ears(c, look, (56.0, -40.0), 34.0, -26.0, |c| {
        let ear = blob(&[(44.0, -52.0), (100.0, -60.0), (146.0, -40.0), (130.0, -16.0), (84.0, -12.0), (48.0, -24.0)]);
        c.draw(&ear, Ink::ball(90.0, -40.0, 60.0, coat.light));
        c.fill(&ellipse(100.0, -36.0, 30.0, 11.0), coat.skin);
    });
    let skull = even(&[(0.0, -80.0), (56.0, -66.0), (76.0, -10.0), (60.0, 56.0), (40.0, 96.0), (0.0, 106.0)]);
    c.draw(&skull, Ink::ball(0.0, 0.0, 115.0, coat.light));
    let wig = woolly(&[(0.0, -124.0), (52.0, -116.0), (82.0, -84.0), (66.0, -54.0), (0.0, -60.0)], 13, 15.0);
    c.draw(&wig, Ink::ball(0.0, -90.0, 90.0, coat.base));
    c.both_sides(|c, _| {
        c.line(&curve(&[(12.0, -98.0), (20.0, -84.0), (34.0, -88.0), (34.0, -100.0)]), 4.5, coat.dark.shaded(12));
        c.soft((52.0, 40.0), 24.0, 17.0, coat.skin.alpha(140));
    });
}

fn front(c: &mut Canvas, look: &Look) {
    let coat = look.traits.coat;
    let nose = blob(&[(-22.0, 36.0), (0.0, 32.0), (22.0, 36.0), (8.0, 50.0), (0.0, 54.0), (-8.0, 50.0)]);
    c.draw(&nose, coat.skin);
    c.both_sides(|c, _| c.fill(&ellipse(9.0, 41.0, 4.0, 2.8), OUTLINE));
}
