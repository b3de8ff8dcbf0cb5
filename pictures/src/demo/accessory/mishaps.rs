//! Accidents: bread around the face, a spoon, pancakes, a fried egg, a butterfly on the nose.

use crate::demo::animal::Face;
use crate::demo::colour::{Colour, Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{blob, circle, curve, ellipse, even, polygon, rect, slab};

pub fn bread(c: &mut Canvas, face: &Face) {
    let (y, h, w) = face.oval;
    c.moved((0.0, y), 1.0, |c| {
        let (w, h) = (w.max(h * 0.9) + 52.0, h + 50.0);
        let crust = even(&[
            (0.0, -h - 8.0),
            (w * 0.7, -h - 10.0),
            (w + 10.0, -h * 0.6),
            (w * 0.92, -h * 0.2),
            (w * 0.94, h * 0.8),
            (w * 0.8, h),
            (0.0, h),
        ]);
        let hole =
            even(&[(0.0, 60.0 - h), (w * 0.5, 66.0 - h), (w - 56.0, -10.0), (w * 0.56, h - 56.0), (0.0, h - 46.0)]);
        c.draw_holed(&crust, &hole, Ink::down(-h, h, [rgb(0xC98A45), rgb(0xA9672F)]));
        let (k, l) = (w - 17.0, h - 17.0);
        let crumb = even(&[
            (0.0, -l - 8.0),
            (k * 0.7, -l - 8.0),
            (k + 8.0, -l * 0.6),
            (k * 0.9, -l * 0.2),
            (k * 0.93, l * 0.8),
            (k * 0.76, l),
            (0.0, l),
        ]);
        c.draw_holed(&crumb, &hole, rgb(0xFBE6BC));
        for (dx, dy) in [
            (-0.85, -0.7),
            (-0.5, -0.88),
            (0.4, -0.9),
            (0.82, -0.6),
            (0.8, 0.5),
            (-0.78, 0.3),
            (-0.6, 0.85),
            (0.5, 0.86),
            (0.78, 0.0),
        ] {
            c.fill(&ellipse(dx * k, dy * l, 7.0, 5.0), rgb(0xE8C78C));
        }
    });
}

pub fn spoon(c: &mut Canvas) {
    let steel = Ink::Linear([(-24.0, 0.0), (28.0, 40.0)], [rgb(0xF4F6F7), rgb(0x9AA6AE)]);
    let handle =
        blob(&[(-6.0, 30.0), (6.0, 30.0), (9.0, 120.0), (13.0, 186.0), (0.0, 200.0), (-13.0, 186.0), (-9.0, 120.0)]);
    let bowl = ellipse(0.0, 6.0, 27.0, 37.0);
    c.union(&[&handle, &bowl], steel);
    c.fill(
        &ellipse(-1.0, 5.0, 19.0, 28.0),
        Ink::Linear([(-20.0, -20.0), (20.0, 30.0)], [rgb(0xA9B5BC), rgb(0xEFF3F4)]),
    );
    c.line(&curve(&[(-11.0, -8.0), (-12.0, 10.0)]), 5.0, WHITE);
}

pub fn pancakes(c: &mut Canvas, _: Colour) {
    for (i, dx) in [0.0, 7.0, -6.0, 3.0].into_iter().enumerate() {
        let y = 4.0 - 21.0 * i as f32;
        c.draw(
            &slab(dx - 78.0, y - 15.0, 156.0, 26.0, 13.0),
            Ink::down(y - 15.0, y + 11.0, [rgb(0xE9AE5C), rgb(0xF7DC9E)]),
        );
    }
    let syrup = blob(&[
        (-66.0, -78.0),
        (0.0, -92.0),
        (68.0, -78.0),
        (60.0, -56.0),
        (50.0, -22.0),
        (38.0, -24.0),
        (34.0, -60.0),
        (-6.0, -62.0),
        (-14.0, -34.0),
        (-28.0, -36.0),
        (-30.0, -62.0),
        (-54.0, -60.0),
    ]);
    c.draw(&syrup, Ink::down(-90.0, -20.0, [rgb(0xB5651D), rgb(0x8A4512)]));
    c.draw(&polygon(&[(-22.0, -98.0), (16.0, -104.0), (24.0, -80.0), (-14.0, -74.0)]), rgb(0xFFE27A));
    c.line(&curve(&[(-48.0, -74.0), (-30.0, -80.0)]), 5.0, WHITE.alpha(170));
}

pub fn fried_egg(c: &mut Canvas, _: Colour) {
    let white = blob(&[
        (-86.0, 4.0),
        (-70.0, -34.0),
        (-20.0, -52.0),
        (40.0, -46.0),
        (84.0, -16.0),
        (96.0, 30.0),
        (76.0, 56.0),
        (58.0, 20.0),
        (10.0, 14.0),
        (-22.0, 34.0),
        (-40.0, 62.0),
        (-58.0, 30.0),
    ]);
    c.draw(&white, Ink::ball(0.0, -10.0, 120.0, rgb(0xFFFDF5)));
    c.draw(&ellipse(4.0, -34.0, 38.0, 28.0), Ink::ball(4.0, -34.0, 40.0, rgb(0xF9B92F)));
    c.fill(&ellipse(-8.0, -46.0, 10.0, 6.0), WHITE.alpha(220));
}

pub fn butterfly(c: &mut Canvas, colour: Colour) {
    c.both_sides(|c, _| {
        let lower = blob(&[(2.0, 2.0), (30.0, 6.0), (38.0, 30.0), (16.0, 36.0)]);
        c.draw(&lower, colour.lit(30));
        let upper = blob(&[(2.0, 0.0), (22.0, -42.0), (58.0, -48.0), (60.0, -12.0), (34.0, 8.0)]);
        c.draw(&upper, Ink::ball(32.0, -20.0, 46.0, colour));
        c.fill(&circle(42.0, -28.0, 8.0), rgb(0xFFF3D0));
        c.fill(&circle(22.0, 18.0, 5.0), rgb(0xFFF3D0));
        c.line(&curve(&[(2.0, -16.0), (8.0, -36.0), (18.0, -44.0)]), 3.0, OUTLINE);
    });
    c.draw(&slab(-4.0, -20.0, 8.0, 46.0, 4.0), OUTLINE);
    c.fill(&rect(-1.0, -16.0, 2.0, 36.0), rgb(0x8A6A5A));
}
