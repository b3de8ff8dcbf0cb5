//! The foreground of scenes, which covers the lower part of the animal.

use super::outdoors::flakes;
use super::{Frame, one_of};
use crate::demo::colour::{Colour, Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::random::Random;
use crate::demo::shape::{Shape, blob, circle, curve, ellipse, on_ellipse, rect, slab};

pub fn blanket(c: &mut Canvas, frame: Frame, edge: f32, colour: Colour) {
    let (w, low) = (frame.half_width + 20.0, frame.half_height + 30.0);
    let cloth = blob(&[
        (-w, edge + 4.0),
        (-w * 0.5, edge - 3.0),
        (-w * 0.1, edge + 4.0),
        (w * 0.45, edge - 4.0),
        (w, edge + 5.0),
        (w, low),
        (-w, low),
    ]);
    c.soft((0.0, edge), w, 14.0, OUTLINE.alpha(90));
    c.fill(&cloth, Ink::down(edge, low, [colour.lit(24), colour.shaded(14)]));
    c.clipped(&cloth, |c| {
        let mut x = -w;
        while x < w {
            c.line(&curve(&[(x, edge - 10.0), (x - 8.0, low)]), 5.0, WHITE.alpha(90));
            x += 24.0;
        }
        let mut y = edge + 16.0;
        while y < low {
            c.line(&curve(&[(-w, y), (w, y + 3.0)]), 5.0, WHITE.alpha(70));
            y += 24.0;
        }
    });
}

pub fn tub(c: &mut Canvas, frame: Frame, edge: f32, random: &mut Random) {
    let (w, h) = (frame.half_width, frame.half_height);
    for _ in 0..44 {
        let (x, y, r) = (random.between(-w, w), edge + random.between(-9.0, 10.0), random.between(7.0, 17.0));
        c.fill(&circle(x, y, r), Ink::ball(x, y, r, rgb(0xF7FCFF)));
        c.line(&circle(x, y, r), 0.7, rgb(0xA9CFE0));
    }
    c.fill(
        &slab(-w - 20.0, edge + 10.0, w * 2.0 + 40.0, 16.0, 8.0),
        Ink::down(edge + 10.0, edge + 26.0, [WHITE, rgb(0xD9DEE0)]),
    );
    c.fill(
        &rect(-w - 2.0, edge + 24.0, w * 2.0 + 4.0, h + 100.0),
        Ink::down(edge + 24.0, h, [rgb(0xCFD6DA), rgb(0xF7F8F8)]),
    );
    duckling(c, (w * 0.66 * random.sign(), edge - 2.0));
}

fn duckling(c: &mut Canvas, at: (f32, f32)) {
    c.moved(at, 0.62, |c| {
        c.fill(
            &blob(&[
                (-26.0, 0.0),
                (-10.0, -8.0),
                (22.0, -6.0),
                (36.0, -14.0),
                (30.0, 14.0),
                (0.0, 22.0),
                (-22.0, 16.0),
            ]),
            rgb(0xFBD34E),
        );
        c.fill(&circle(-12.0, -18.0, 16.0), rgb(0xFDDD68));
        c.fill(&ellipse(-29.0, -14.0, 9.0, 5.0), rgb(0xEF8332));
        c.fill(&circle(-17.0, -22.0, 3.0), OUTLINE);
    });
}

pub fn sill(c: &mut Canvas, frame: Frame, edge: f32) {
    let (w, h) = (frame.half_width, frame.half_height);
    c.soft((0.0, edge), w, 12.0, OUTLINE.alpha(90));
    c.fill(
        &rect(-w - 2.0, edge + 2.0, w * 2.0 + 4.0, 14.0),
        Ink::down(edge, edge + 16.0, [rgb(0xFFFDF6), rgb(0xE9DFCE)]),
    );
    c.fill(
        &rect(-w - 2.0, edge + 16.0, w * 2.0 + 4.0, h + 60.0),
        Ink::down(edge + 16.0, h, [rgb(0xB89E84), rgb(0xE0CBB0)]),
    );
}

pub fn table(c: &mut Canvas, frame: Frame, edge: f32) {
    let (w, h) = (frame.half_width, frame.half_height);
    c.soft((0.0, edge), w, 12.0, OUTLINE.alpha(90));
    let cloth = rect(-w - 2.0, edge + 2.0, w * 2.0 + 4.0, h + 60.0);
    c.fill(&cloth, Ink::down(edge, h, [rgb(0xFFFAF0), rgb(0xF2E4D4)]));
    c.clipped(&cloth, |c| {
        let mut x = -w - 6.0;
        while x < w + 10.0 {
            c.fill(&rect(x, edge, 11.0, h + 60.0), rgb(0xE8505B).alpha(90));
            x += 22.0;
        }
        let mut y = edge + 8.0;
        while y < h {
            c.fill(&rect(-w - 2.0, y, w * 2.0 + 4.0, 11.0), rgb(0xE8505B).alpha(90));
            y += 22.0;
        }
    });
}

pub fn desk(c: &mut Canvas, frame: Frame, edge: f32) {
    let (w, h) = (frame.half_width, frame.half_height);
    let wood = rgb(0xC98B57);
    c.soft((0.0, edge), w, 12.0, OUTLINE.alpha(90));
    c.fill(
        &rect(-w - 2.0, edge + 2.0, w * 2.0 + 4.0, h + 60.0),
        Ink::down(edge, h + 10.0, [wood.lit(25), wood.shaded(25)]),
    );
    c.fill(&rect(-w - 2.0, edge + 2.0, w * 2.0 + 4.0, 2.0), wood.lit(60));
}

pub fn grass(c: &mut Canvas, frame: Frame, edge: f32, random: &mut Random) {
    let mut x = -frame.half_width - 5.0;
    while x < frame.half_width + 5.0 {
        let colour = one_of(random, &[0x4F9440, 0x5FA648, 0x78B956, 0x3F8038]);
        let (height, lean) = (random.between(10.0, 26.0), random.between(-8.0, 8.0));
        let bottom = frame.half_height + 4.0;
        c.fill(
            &blob(&[(x - 3.0, bottom), (x + lean * 0.4, edge), (x + lean, edge - height), (x + 3.5, bottom)]),
            colour,
        );
        x += random.between(2.0, 4.5);
    }
    for _ in 0..6 {
        let (x, y) = (random.between(-frame.half_width, frame.half_width), edge - random.between(2.0, 16.0));
        let petal = one_of(random, &[0xFFFFFF, 0xFFE36E, 0xF7A1C0]);
        for (dx, dy) in [(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)] {
            c.fill(&circle(x + dx, y + dy, 3.2), petal);
        }
        c.fill(&circle(x, y, 2.6), rgb(0xE9A22E));
    }
}

pub fn sand(c: &mut Canvas, frame: Frame, edge: f32, random: &mut Random) {
    let w = frame.half_width;
    c.fill(&heap(frame, edge, random), Ink::down(edge - 6.0, frame.half_height, [rgb(0xFFEDC2), rgb(0xE0B973)]));
    for _ in 0..60 {
        let (x, y) = (random.between(-w, w), random.between(edge + 8.0, frame.half_height));
        c.fill(&circle(x, y, 0.7), rgb(0xB98F50));
    }
    let (x, y) = (w * 0.5 * random.sign(), edge + 14.0);
    let star: Vec<_> = (0..10)
        .map(|i| {
            on_ellipse(
                (x, y),
                if i % 2 == 0 { 12.0 } else { 5.0 },
                if i % 2 == 0 { 10.0 } else { 4.0 },
                36.0 * i as f32 - 90.0,
            )
        })
        .collect();
    c.fill(&blob(&star), rgb(0xEE7B4F));
}

pub fn drift(c: &mut Canvas, frame: Frame, edge: f32, random: &mut Random) {
    c.fill(&heap(frame, edge, random), Ink::down(edge - 6.0, frame.half_height, [WHITE, rgb(0xC9DBEC)]));
    flakes(c, frame, random, 16);
}

pub fn leaves(c: &mut Canvas, frame: Frame, edge: f32, random: &mut Random) {
    for row in 0..5 {
        let y = edge + 5.0 + row as f32 * 13.0;
        for _ in 0..34 {
            let (x, dy, turn) = (
                random.between(-frame.half_width, frame.half_width),
                random.between(-6.0, 6.0),
                random.between(0.0, 360.0),
            );
            let colour = one_of(random, &[0xE8843A, 0xD9582E, 0xF2B13C, 0xC4482E, 0xA85A2A]);
            c.turned(turn, (x, y + dy), |c| leaf(c, x, y + dy, colour));
        }
    }
    for _ in 0..8 {
        let (x, y, turn) = (
            random.between(-frame.half_width, frame.half_width),
            random.between(-frame.half_height, edge - 20.0),
            random.between(0.0, 360.0),
        );
        if x.abs() > 62.0 {
            c.turned(turn, (x, y), |c| leaf(c, x, y, rgb(0xE8843A)));
        }
    }
}

fn heap(frame: Frame, edge: f32, random: &mut Random) -> Shape {
    let (w, low) = (frame.half_width, frame.half_height + 60.0);
    let mut y = || edge + random.between(-5.0, 5.0);
    blob(&[
        (-w - 60.0, y()),
        (-w * 0.5, y()),
        (0.0, y()),
        (w * 0.5, y()),
        (w + 60.0, y()),
        (w + 60.0, low),
        (-w - 60.0, low),
    ])
}

fn leaf(c: &mut Canvas, x: f32, y: f32, colour: Colour) {
    c.fill(&blob(&[(x - 11.0, y), (x - 2.0, y - 7.0), (x + 11.0, y), (x - 2.0, y + 7.0)]), colour);
    c.line(&curve(&[(x - 14.0, y), (x + 7.0, y)]), 0.9, colour.shaded(40));
}
