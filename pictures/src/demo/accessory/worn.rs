//! Worn accessories: hats, a colander, a sock, bows and scarves.

use crate::demo::colour::{Colour, Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, circle, curve, even, polygon, slab, woolly};

pub fn party_hat(c: &mut Canvas, colour: Colour) {
    let hat = polygon(&[(0.0, -128.0), (48.0, 6.0), (-48.0, 6.0)]);
    c.draw(&hat, colour);
    c.clipped(&hat, |c| {
        for y in [-96.0, -52.0, -8.0] {
            c.line(&curve(&[(-60.0, y + 14.0), (60.0, y - 14.0)]), 13.0, rgb(0xFFF3D0));
        }
        c.fill(&polygon(&[(0.0, -128.0), (48.0, 6.0), (18.0, 6.0)]), OUTLINE.alpha(45));
    });
    c.moved((0.0, -130.0), 1.0, |c| c.draw(&woolly(&[(0.0, -17.0), (17.0, 0.0), (0.0, 17.0)], 10, 6.0), rgb(0xFFE08A)));
}

pub fn colander(c: &mut Canvas, colour: Colour) {
    c.both_sides(|c, _| {
        let handle = curve(&[(80.0, -8.0), (112.0, -14.0), (110.0, 12.0), (82.0, 12.0)]);
        c.line(&handle, 15.0, OUTLINE);
        c.line(&handle, 6.0, colour.lit(30));
    });
    let dome = even(&[(0.0, -92.0), (56.0, -80.0), (88.0, -20.0), (84.0, 12.0), (0.0, 14.0)]);
    c.draw(&dome, Ink::ball(0.0, -30.0, 100.0, colour));
    for (y, count) in [(-66.0, 3), (-42.0, 5), (-18.0, 6)] {
        for i in 0..count {
            let x = (i as f32 - (count - 1) as f32 / 2.0) * 27.0;
            c.fill(&circle(x, y, 6.5), OUTLINE.alpha(220));
        }
    }
    c.draw(&slab(-94.0, 4.0, 188.0, 20.0, 10.0), colour.lit(20));
    c.draw(&slab(-24.0, -104.0, 48.0, 16.0, 7.0), colour.shaded(20));
}

pub fn sock(c: &mut Canvas, colour: Colour) {
    let knit = blob(&[
        (-58.0, 16.0),
        (-56.0, -40.0),
        (-30.0, -96.0),
        (30.0, -112.0),
        (90.0, -86.0),
        (124.0, -30.0),
        (112.0, 4.0),
        (84.0, -10.0),
        (66.0, -44.0),
        (54.0, -30.0),
        (58.0, 16.0),
    ]);
    c.draw(&knit, Ink::ball(0.0, -40.0, 110.0, WHITE));
    c.clipped(&knit, |c| {
        for (from, to) in [
            ((-70.0, -14.0), (70.0, -10.0)),
            ((-60.0, -56.0), (50.0, -40.0)),
            ((-20.0, -120.0), (44.0, -60.0)),
            ((70.0, -110.0), (64.0, -50.0)),
        ] {
            c.line(&curve(&[from, ((from.0 + to.0) * 0.5, (from.1 + to.1) * 0.5 - 6.0), to]), 18.0, colour);
        }
        c.fill(&circle(118.0, -6.0, 30.0), colour);
    });
    c.draw(&slab(-64.0, 2.0, 128.0, 26.0, 12.0), colour);
    for x in [-40.0, -20.0, 0.0, 20.0, 40.0] {
        c.line(&curve(&[(x, 8.0), (x, 22.0)]), 3.5, colour.shaded(40));
    }
}

pub fn bow(c: &mut Canvas, colour: Colour) {
    c.both_sides(|c, _| {
        let loop_ = blob(&[(4.0, 0.0), (40.0, -34.0), (66.0, -24.0), (62.0, 26.0), (38.0, 32.0)]);
        c.draw(&loop_, Ink::ball(36.0, 0.0, 50.0, colour));
        c.line(&curve(&[(14.0, -2.0), (42.0, -10.0)]), 4.5, colour.shaded(40));
        c.line(&curve(&[(14.0, 4.0), (40.0, 12.0)]), 4.5, colour.shaded(40));
    });
    c.draw(&slab(-14.0, -16.0, 28.0, 32.0, 10.0), Ink::ball(0.0, 0.0, 24.0, colour));
    for (x, y) in [(44.0, -12.0), (50.0, 10.0), (-44.0, -12.0), (-50.0, 10.0)] {
        c.fill(&circle(x, y, 5.0), WHITE.alpha(220));
    }
}

pub fn scarf(c: &mut Canvas, colour: Colour, y: f32) {
    c.moved((0.0, y), 1.0, |c| {
        let end = blob(&[(30.0, 10.0), (66.0, 10.0), (76.0, 120.0), (40.0, 124.0)]);
        c.draw(&end, colour);
        c.clipped(&end, |c| {
            for at in [40.0, 84.0] {
                c.line(&curve(&[(10.0, at), (90.0, at)]), 16.0, colour.mix(WHITE, 70));
            }
        });
        let wrap = even(&[(0.0, -26.0), (70.0, -34.0), (98.0, -8.0), (70.0, 24.0), (0.0, 34.0)]);
        c.draw(&wrap, Ink::ball(0.0, 0.0, 110.0, colour));
        c.clipped(&wrap, |c| {
            for x in [-66.0, -8.0, 50.0] {
                c.line(&curve(&[(x, -40.0), (x + 10.0, 40.0)]), 16.0, colour.mix(WHITE, 70));
            }
        });
    });
}
