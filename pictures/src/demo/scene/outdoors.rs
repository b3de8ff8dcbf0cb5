//! Backdrops of outdoor scenes.

use super::{Frame, one_of};
use crate::demo::colour::{Colour, Ink, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::random::Random;
use crate::demo::shape::{blob, curve, ellipse, polygon, rect};

pub fn meadow(c: &mut Canvas, frame: Frame, random: &mut Random) {
    sky(c, frame, [rgb(0x8FD0EC), rgb(0xFDF1CF)]);
    sun(c, frame, random);
    cloud(c, frame, random);
    cloud(c, frame, random);
    hill(c, frame, random, 20.0, rgb(0xA8D27A));
    hill(c, frame, random, 40.0, rgb(0x86BE5C));
    hill(c, frame, random, 62.0, rgb(0x6BA94A));
    for _ in 0..26 {
        let (x, y) = (random.between(-frame.half_width, frame.half_width), random.between(60.0, frame.half_height));
        let petal = one_of(random, &[0xFFFFFF, 0xFFD84F, 0xF08BB0, 0xE8604C]);
        c.soft((x, y), 6.0, 5.0, petal);
    }
}

pub fn beach(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let w = frame.half_width;
    sky(c, frame, [rgb(0x6EC3E8), rgb(0xFFE9C4)]);
    sun(c, frame, random);
    cloud(c, frame, random);
    c.fill(&rect(-w, 0.0, w * 2.0, 60.0), Ink::down(0.0, 50.0, [rgb(0x2F8FB8), rgb(0x7FD0CE)]));
    for _ in 0..22 {
        let (x, y) = (random.between(-w, w), random.between(4.0, 40.0));
        c.line(&curve(&[(x, y), (x + 9.0, y - 1.0), (x + 18.0, y)]), 1.0, WHITE.alpha(150));
    }
    c.fill(
        &blob(&[
            (-w - 40.0, 46.0),
            (-w * 0.3, 40.0),
            (w * 0.3, 48.0),
            (w + 40.0, 40.0),
            (w + 40.0, 260.0),
            (-w - 40.0, 260.0),
        ]),
        Ink::down(40.0, 120.0, [rgb(0xFFE9B8), rgb(0xEBC884)]),
    );
    let side = random.sign();
    c.stretched(side, 1.0, |c| {
        let (x, top) = (w * 0.66, -66.0);
        c.line(&curve(&[(x, top), (x + 9.0, 90.0)]), 3.6, rgb(0x9C6B46));
        c.turned(8.0, (x, top), |c| {
            for (i, colour) in [0xE8505B, 0xFFF3E0, 0xE8505B, 0xFFF3E0, 0xE8505B].into_iter().enumerate() {
                let from = x - 50.0 + 20.0 * i as f32;
                c.fill(
                    &blob(&[(x, top), (from + 20.0, top + 34.0), (from + 10.0, top + 38.0), (from, top + 34.0)]),
                    rgb(colour),
                );
            }
        });
    });
}

pub fn snow(c: &mut Canvas, frame: Frame, random: &mut Random) {
    sky(c, frame, [rgb(0x5E7FB0), rgb(0xF6D9D6)]);
    for i in 0..9 {
        let x = -frame.half_width + frame.half_width * 2.0 * (i as f32 + random.between(0.1, 0.9)) / 9.0;
        pine(c, x, 46.0 + random.between(-6.0, 14.0), random.between(0.7, 1.5));
    }
    hill(c, frame, random, 40.0, rgb(0xE4EDF6));
    hill(c, frame, random, 64.0, rgb(0xF6F9FC));
    flakes(c, frame, random, 60);
}

pub fn autumn(c: &mut Canvas, frame: Frame, random: &mut Random) {
    sky(c, frame, [rgb(0xF7C873), rgb(0xFBE9C6)]);
    for i in 0..7 {
        let x = -frame.half_width + frame.half_width * 2.0 * (i as f32 + random.between(0.1, 0.9)) / 7.0;
        let width = random.between(6.0, 15.0);
        c.fill(&rect(x, -frame.half_height, width, frame.half_height + 70.0), rgb(0x8A5F44).alpha(200));
    }
    for _ in 0..70 {
        let (x, y) = (random.between(-frame.half_width, frame.half_width), random.between(-frame.half_height, 0.0));
        let colour = one_of(random, &[0xE8843A, 0xD9582E, 0xF2B13C, 0xC4482E]);
        c.soft((x, y), 17.0, 15.0, colour.alpha(190));
    }
    hill(c, frame, random, 46.0, rgb(0xC9853F));
    hill(c, frame, random, 66.0, rgb(0xB26D32));
}

fn sky(c: &mut Canvas, frame: Frame, colours: [Colour; 2]) {
    let (w, h) = (frame.half_width + 1.0, frame.half_height + 1.0);
    c.fill(&rect(-w, -h, w * 2.0, h * 2.0), Ink::down(-h, 50.0, colours));
}

fn sun(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let at = (frame.half_width * 0.7 * random.sign(), -frame.half_height * 0.72);
    c.soft(at, 90.0, 90.0, rgb(0xFFF3B0).alpha(210));
    c.soft(at, 26.0, 26.0, WHITE);
}

fn cloud(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let (x, y) = (random.between(-frame.half_width, frame.half_width), random.between(-frame.half_height, -40.0));
    for (dx, dy, r) in [(-22.0, 4.0, 15.0), (0.0, -2.0, 21.0), (23.0, 5.0, 14.0), (8.0, 8.0, 16.0)] {
        c.soft((x + dx, y + dy), r * 1.5, r * 1.1, WHITE.alpha(210));
    }
}

fn hill(c: &mut Canvas, frame: Frame, random: &mut Random, top: f32, colour: Colour) {
    let (w, low) = (frame.half_width, frame.half_height + 60.0);
    let mut y = || top + random.between(-9.0, 9.0);
    let shape = blob(&[
        (-w - 60.0, y()),
        (-w * 0.5, y()),
        (0.0, y()),
        (w * 0.5, y()),
        (w + 60.0, y()),
        (w + 60.0, low),
        (-w - 60.0, low),
    ]);
    c.fill(&shape, Ink::down(top - 10.0, frame.half_height, [colour.lit(22), colour.shaded(12)]));
}

fn pine(c: &mut Canvas, x: f32, y: f32, scale: f32) {
    c.moved((x, y), scale, |c| {
        for (top, half) in [(-30.0, 26.0), (-52.0, 21.0), (-72.0, 15.0)] {
            c.fill(&polygon(&[(0.0, top - 30.0), (half, top + 14.0), (-half, top + 14.0)]), rgb(0x4A7A78));
            c.fill(
                &polygon(&[(0.0, top - 30.0), (half * 0.4, top - 12.0), (0.0, top - 16.0), (-half * 0.4, top - 12.0)]),
                WHITE.alpha(220),
            );
        }
    });
}

pub fn flakes(c: &mut Canvas, frame: Frame, random: &mut Random, count: u32) {
    for _ in 0..count {
        let (x, y, r) = (
            random.between(-frame.half_width, frame.half_width),
            random.between(-frame.half_height, frame.half_height),
            random.between(1.0, 3.4),
        );
        c.fill(&ellipse(x, y, r, r), WHITE.alpha(215));
    }
}
