//! Backdrops of indoor scenes.

use super::{Frame, one_of};
use crate::demo::colour::{Colour, Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::random::Random;
use crate::demo::shape::{blob, circle, curve, polygon, rect, slab};

pub fn sofa(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let wall = one_of(random, &[0xF6E3C5, 0xE9D9E8, 0xD8E6DA, 0xF7D9CB]);
    let (w, h) = (frame.half_width, frame.half_height);
    backdrop(c, frame, wall.lit(20), wall.shaded(10));
    let mut x = -w;
    while x < w {
        c.fill(&rect(x, -h, 7.0, h + 20.0), wall.shaded(6));
        x += 22.0;
    }
    let side = random.sign();
    picture(c, (w * 0.62 * side, -h * 0.66), random);
    let cloth = one_of(random, &[0x2F8F8B, 0xD9793F, 0x8A5F8F, 0x5B7FB0, 0xB84F52]);
    c.fill(&slab(-w * 0.94, -34.0, w * 1.88, 220.0, 26.0), Ink::down(-34.0, 60.0, [cloth.lit(14), cloth.shaded(16)]));
    c.line(&curve(&[(0.0, -30.0), (0.0, 60.0)]), 2.0, cloth.shaded(40));
    for x in [-w * 0.47, w * 0.47] {
        c.fill(&circle(x, 6.0, 3.0), cloth.shaded(45));
        c.soft((x, -8.0), w * 0.4, 24.0, WHITE.alpha(40));
    }
    c.fill(&slab(-w * 0.98, 52.0, w * 1.96, 160.0, 18.0), Ink::down(52.0, 110.0, [cloth.lit(24), cloth.shaded(10)]));
    for side in [-1.0, 1.0] {
        c.fill(
            &slab(side * w * 0.96 - 24.0, 4.0, 48.0, 260.0, 24.0),
            Ink::down(4.0, 110.0, [cloth.lit(18), cloth.shaded(28)]),
        );
    }
    let pillow = one_of(random, &[0xF2B84B, 0xF4EBDD, 0xEF8F8A]);
    c.turned(14.0 * side, (-w * 0.6 * side, 20.0), |c| {
        let x = -w * 0.6 * side;
        c.fill(
            &blob(&[
                (x - 27.0, -8.0),
                (x, -3.0),
                (x + 27.0, -8.0),
                (x + 23.0, 20.0),
                (x + 27.0, 46.0),
                (x, 42.0),
                (x - 27.0, 46.0),
                (x - 23.0, 20.0),
            ]),
            Ink::ball(x, 20.0, 40.0, pillow),
        );
    });
}

pub fn bed(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let wall = one_of(random, &[0xDCE3F2, 0xF5E4D2, 0xE3EBDD]);
    let (w, h) = (frame.half_width, frame.half_height);
    backdrop(c, frame, wall.shaded(8), wall.lit(20));
    for _ in 0..14 {
        let at = (random.between(-w, w), random.between(-h, -h * 0.2));
        c.soft(at, 5.0, 5.0, rgb(0xFFE9A0).alpha(230));
    }
    let wood = rgb(0xB5794C);
    c.fill(&slab(-w * 0.9, -42.0, w * 1.8, 220.0, 20.0), Ink::down(-42.0, 80.0, [wood.lit(18), wood.shaded(20)]));
    for i in -3..=3 {
        c.line(&curve(&[(w * 0.25 * i as f32, -34.0), (w * 0.25 * i as f32, 60.0)]), 2.4, wood.shaded(35));
    }
    for side in [-1.0, 1.0] {
        let x = side * 52.0;
        c.fill(
            &blob(&[
                (x - 58.0, 2.0),
                (x, -8.0),
                (x + 58.0, 2.0),
                (x + 52.0, 34.0),
                (x + 58.0, 72.0),
                (x, 78.0),
                (x - 58.0, 72.0),
                (x - 52.0, 34.0),
            ]),
            Ink::ball(x, 34.0, 80.0, rgb(0xFBF7F0)),
        );
    }
    c.fill(&rect(-w, 66.0, w * 2.0, 300.0), Ink::down(66.0, 120.0, [rgb(0xFFFDF8), rgb(0xE6E0DA)]));
}

pub fn bath(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let tile = one_of(random, &[0xA9DCE0, 0xF6C9C6, 0xC5E3BF, 0xF7E3A9]);
    let (w, h) = (frame.half_width, frame.half_height);
    backdrop(c, frame, tile.lit(30), tile.shaded(12));
    let mut at = -w - 6.0;
    while at < w {
        c.line(&curve(&[(at, -h - 2.0), (at, h + 2.0)]), 1.6, WHITE.alpha(190));
        at += 27.0;
    }
    at = -h - 4.0;
    while at < h {
        c.line(&curve(&[(-w - 2.0, at), (w + 2.0, at)]), 1.6, WHITE.alpha(190));
        at += 27.0;
    }
    for _ in 0..9 {
        let at = (random.between(-w, w), random.between(-h, 40.0));
        c.soft(at, 11.0, 11.0, WHITE.alpha(90));
    }
    let x = w * 0.76 * random.sign();
    let tap = curve(&[(x, 66.0), (x, -12.0), (x * 0.86, -24.0), (x * 0.74, -8.0)]);
    c.line(&tap, 11.0, rgb(0x8E9CA6));
    c.line(&tap, 6.0, rgb(0xDDE5E9));
}

pub fn window(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let wall = one_of(random, &[0xF0D6B8, 0xD5E0E8, 0xE8D3DC]);
    let (w, h) = (frame.half_width, frame.half_height);
    backdrop(c, frame, wall.lit(10), wall.shaded(14));
    let (half, top) = (w * 0.74, -h * 0.9);
    c.fill(&rect(-half, top, half * 2.0, h * 2.0), Ink::down(top, 60.0, [rgb(0x7FC6EA), rgb(0xFCEBD0)]));
    c.soft((half * 0.5, top + 30.0), 60.0, 60.0, rgb(0xFFF4C0));
    for i in 0..5 {
        let x = -half + half * 2.0 * (i as f32 + 0.5) / 5.0;
        let tall = random.between(30.0, 70.0);
        let house = one_of(random, &[0xD98B6A, 0xE8C07A, 0x9FB8A8, 0xC9A0B4]);
        c.fill(&rect(x - 20.0, 60.0 - tall, 40.0, 160.0), house);
        c.fill(&polygon(&[(x - 25.0, 60.0 - tall), (x, 38.0 - tall), (x + 25.0, 60.0 - tall)]), house.shaded(35));
        c.fill(&rect(x - 6.0, 70.0 - tall, 12.0, 14.0), rgb(0xFFF1B8));
    }
    for x in [-half, 0.0, half] {
        c.fill(&rect(x - 4.0, top - 4.0, 8.0, h * 2.0), rgb(0xFFFBF2));
    }
    c.fill(&rect(-half - 4.0, top - 4.0, half * 2.0 + 8.0, 9.0), rgb(0xFFFBF2));
    let cloth = one_of(random, &[0xE8705F, 0xE9B44C, 0x6FA58F, 0x8E86C0]);
    for side in [-1.0, 1.0] {
        let x = side * w * 0.86;
        c.fill(
            &blob(&[
                (x - 26.0, top - 14.0),
                (x + 26.0, top - 14.0),
                (x + 22.0, 20.0),
                (x + 34.0, h + 30.0),
                (x - 30.0, h + 30.0),
                (x - 16.0, 20.0),
            ]),
            Ink::Linear([(x - 26.0, 0.0), (x + 26.0, 0.0)], [cloth.lit(20), cloth.shaded(20)]),
        );
        for dx in [-10.0, 6.0] {
            c.line(&curve(&[(x + dx, top), (x + dx * 0.7, 20.0), (x + dx * 1.4, h)]), 1.8, cloth.shaded(35));
        }
    }
}

pub fn kitchen(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let cupboard = one_of(random, &[0x8FBFA8, 0xE9C46A, 0x7FA3C4, 0xE39A86]);
    let (w, h) = (frame.half_width, frame.half_height);
    backdrop(c, frame, rgb(0xFFF4DF), rgb(0xF1DDBB));
    let mut x = -w - 10.0;
    while x < w {
        c.fill(
            &slab(x + 2.0, -h - 20.0, 56.0, h * 0.55 + 20.0, 4.0),
            Ink::down(-h, -h * 0.4, [cupboard.lit(20), cupboard]),
        );
        c.line(&slab(x + 9.0, -h - 20.0, 42.0, h * 0.55 + 12.0, 3.0), 1.5, cupboard.shaded(30));
        c.fill(&circle(x + 50.0, -h * 0.55, 2.4), rgb(0xF7E7B8));
        x += 60.0;
    }
    c.fill(&rect(-w, -6.0, w * 2.0, 5.0), rgb(0xA9774C));
    x = -w + random.between(4.0, 20.0);
    while x < w {
        let pot = one_of(random, &[0xE8705F, 0x5F9EA0, 0xF2B84B, 0xC98BA8]);
        let tall = random.between(16.0, 32.0);
        c.fill(
            &slab(x, -6.0 - tall, 20.0, tall, 4.0),
            Ink::Linear([(x, 0.0), (x + 20.0, 0.0)], [pot.lit(25), pot.shaded(20)]),
        );
        c.fill(&slab(x - 2.0, -8.0 - tall, 24.0, 5.0, 2.5), pot.shaded(30));
        x += random.between(30.0, 54.0);
    }
    c.fill(&rect(-w, 30.0, w * 2.0, 300.0), Ink::down(30.0, 110.0, [cupboard.shaded(10), cupboard.shaded(30)]));
}

/// A mottled studio backdrop with laser beams, as in school photos of the eighties.
pub fn studio(c: &mut Canvas, frame: Frame, random: &mut Random) {
    let (w, h) = (frame.half_width, frame.half_height);
    let glow = one_of(random, &[0x7A5BC4, 0x3F7FC4, 0xB84F9A, 0x2F9A94]);
    c.fill(
        &rect(-w - 1.0, -h - 1.0, w * 2.0 + 2.0, h * 2.0 + 2.0),
        Ink::Radial((0.0, -10.0, w.max(h) * 1.2), [glow.lit(35), glow.shaded(10), glow.shaded(75)]),
    );
    for _ in 0..11 {
        let (x, y) = (random.between(-w * 1.2, w * 1.2), random.between(-h, h));
        let colour = one_of(random, &[0xFF6FB5, 0x5FF0E8, 0xFFE45F, 0x9F8FFF]);
        let beam = curve(&[(x - 260.0, y + 170.0), (x + 260.0, y - 170.0)]);
        c.line(&beam, 7.0, colour.alpha(50));
        c.line(&beam, 3.4, colour.alpha(110));
        c.line(&beam, 1.2, WHITE.alpha(220));
    }
}

fn backdrop(c: &mut Canvas, frame: Frame, top: Colour, bottom: Colour) {
    let (w, h) = (frame.half_width + 1.0, frame.half_height + 1.0);
    c.fill(&rect(-w, -h, w * 2.0, h * 2.0), Ink::down(-h, h, [top, bottom]));
}

fn picture(c: &mut Canvas, (x, y): (f32, f32), random: &mut Random) {
    c.turned(random.between(-7.0, 7.0), (x, y), |c| {
        c.fill(&slab(x - 25.0, y - 20.0, 50.0, 40.0, 2.0), rgb(0x8A5A3A));
        c.fill(&rect(x - 21.0, y - 16.0, 42.0, 32.0), rgb(0xFFF6E4));
        c.fill(&circle(x, y + 2.0, 10.0), rgb(0xF2B84B));
        for dx in [-4.5, 4.5] {
            c.fill(&circle(x + dx, y - 1.0, 4.0), WHITE);
            c.fill(&circle(x + dx * 1.4, y, 1.8), OUTLINE);
        }
    });
}
