//! Coats: colours, patterns and fur.

use super::{Look, Species};
use crate::demo::colour::{Colour, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{At, Shape, curve, ellipse, on_ellipse};
use crate::demo::traits::Pattern;

/// The colours of an animal, and the word for them.
#[derive(Clone, Copy, Debug)]
pub struct Coat {
    /// Such as "ginger": goes before the species in a sentence.
    pub name: &'static str,
    pub base: Colour,
    /// Belly, muzzle and other light parts.
    pub light: Colour,
    /// Colour of stripes, patches and points.
    pub dark: Colour,
    /// Nose, inside of the ears, feet.
    pub skin: Colour,
    pub iris: Colour,
}

/// The coats that a species comes in.
pub fn coats(species: Species) -> &'static [Coat] {
    match species {
        Species::Alpaca => &ALPACA,
        Species::Cat => &CAT,
        Species::Dog => &DOG,
        Species::Duck => &DUCK,
        Species::Frog => &FROG,
        Species::Goat => &GOAT,
        Species::Hamster => &HAMSTER,
        Species::Hedgehog => &HEDGEHOG,
        Species::Owl => &OWL,
        Species::Pug => &PUG,
        Species::Rabbit => &RABBIT,
        Species::Seal => &SEAL,
        Species::Sheep => &SHEEP,
        Species::Sloth => &SLOTH,
    }
}

/// Draws the coat's pattern inside a shape that spans (x, y) +- (rx, ry).
pub fn pattern(c: &mut Canvas, look: &Look, part: u64, inside: &Shape, (x, y): At, rx: f32, ry: f32) {
    let dark = look.traits.coat.dark;
    let mut random = look.random(part);
    c.clipped(inside, |c| match look.traits.pattern {
        Pattern::Plain => {}
        Pattern::Striped => {
            for i in -1..=1 {
                let from = (x + rx * 0.24 * i as f32, y - ry * 1.05);
                c.line(&curve(&[from, (x + rx * 0.17 * i as f32, y - ry * 0.5)]), rx * 0.12, dark);
            }
            c.both_sides(|c, _| {
                for i in 0..3 {
                    let at = y - ry * 0.1 + ry * 0.36 * i as f32;
                    c.line(
                        &curve(&[(x + rx * 1.05, at - 4.0), (x + rx * 0.78, at + 3.0), (x + rx * 0.62, at)]),
                        rx * 0.11,
                        dark,
                    );
                }
            });
        }
        Pattern::Patched => {
            let side = random.sign();
            c.fill(&ellipse(x + rx * 0.5 * side, y - ry * 0.3, rx * 0.55, ry * random.between(0.55, 0.7)), dark);
            c.fill(&ellipse(x - rx * 0.75 * side, y + ry * random.between(0.5, 0.8), rx * 0.4, ry * 0.35), dark);
        }
        Pattern::Spotted => {
            for _ in 0..16 {
                let (dx, dy, size) = (random.between(-1.0, 1.0), random.between(-1.0, 1.0), random.between(0.05, 0.15));
                c.fill(&ellipse(x + rx * dx, y + ry * dy, rx * size, rx * size * 0.85), dark);
            }
        }
    });
}

/// Strokes of fur inside a shape, lying outwards from (x, y) and a little down.
pub fn fur(c: &mut Canvas, look: &Look, part: u64, inside: &Shape, (x, y): At, rx: f32, ry: f32) {
    let mut random = look.random(part);
    let (lit, shaded) = (look.traits.coat.base.lit(45).alpha(110), look.traits.coat.base.shaded(45).alpha(90));
    c.clipped(inside, |c| {
        for i in 0..110 {
            let (angle, out) = (random.between(0.0, 360.0), random.between(0.62, 0.98));
            let (from, bend) = (on_ellipse((x, y), rx * out, ry * out, angle), random.between(-5.0, 5.0));
            let (tx, ty) = on_ellipse((x, y), rx * (out + 0.13), ry * (out + 0.13), angle + bend);
            let ink = if i % 2 == 0 { lit } else { shaded };
            c.line(&curve(&[from, (tx, ty + 5.0)]), 2.6, ink);
        }
    });
}

const fn coat(name: &'static str, [base, light, dark, skin, iris]: [u32; 5]) -> Coat {
    Coat { name, base: rgb(base), light: rgb(light), dark: rgb(dark), skin: rgb(skin), iris: rgb(iris) }
}

const CAT: [Coat; 6] = [
    coat("ginger", [0xF0984A, 0xFFE9CC, 0xC9662A, 0xF29A9A, 0x8DB54A]),
    coat("grey", [0x9AA0AB, 0xECEBE8, 0x646A78, 0xE9A0A4, 0xE0B63C]),
    coat("black", [0x55505C, 0x8A8490, 0x37323F, 0xD98A94, 0xE8C63E]),
    coat("cream", [0xF4DDB5, 0xFFF8EA, 0xC79A66, 0xEFA19C, 0x5FA4CF]),
    coat("white", [0xF7F2EA, 0xFFFFFF, 0xB9A896, 0xF2A5A8, 0x64AFD6]),
    coat("brown", [0xA87B55, 0xEBD6B8, 0x6F4A31, 0xD98B86, 0xA9C05A]),
];
const DOG: [Coat; 6] = [
    coat("golden", [0xE9B564, 0xFBE9C8, 0xB97A34, 0x3B2A2A, 0x6B4226]),
    coat("chocolate", [0x8A5A3C, 0xD9B48E, 0x5C3826, 0x46292A, 0x9A6A3C]),
    coat("white", [0xF6EFE4, 0xFFFFFF, 0x9C6B46, 0x3A2E30, 0x5A3A22]),
    coat("grey", [0x9CA1A8, 0xE6E4E0, 0x5E636D, 0x2F2B30, 0x73A6C9]),
    coat("red", [0xC9703F, 0xF6DDBF, 0x8A4323, 0x40262A, 0x6B4226]),
    coat("black", [0x544E55, 0xC99A66, 0x37323A, 0x2B2428, 0x6B4226]),
];
const DUCK: [Coat; 6] = [
    coat("yellow", [0xFBD65B, 0xFFF0B8, 0xE8AE2C, 0xF58B32, 0x3B2A2A]),
    coat("white", [0xF8F5EC, 0xFFFFFF, 0xC9BFAE, 0xF7A02E, 0x3B2A2A]),
    coat("brown", [0xA9825C, 0xE6D0AC, 0x735238, 0xE0A23A, 0x3B2A2A]),
    coat("green-headed", [0x3F8F6B, 0xDCD6CB, 0x2B6650, 0xF2BE3A, 0x3B2A2A]),
    coat("grey", [0xA7ABB2, 0xEDECE8, 0x70757F, 0xEF8A3C, 0x3B2A2A]),
    coat("blue", [0x7FA8C4, 0xE3EEF2, 0x4F7896, 0xF3A637, 0x3B2A2A]),
];
const FROG: [Coat; 5] = [
    coat("green", [0x7DBB4E, 0xE4EFB2, 0x4B8A35, 0xF08A8A, 0xE8B93A]),
    coat("lime", [0xB5D44A, 0xF3F3BE, 0x7FA02C, 0xF29A8E, 0xE07B39]),
    coat("teal", [0x4FB0A0, 0xD5EFE0, 0x2F7D76, 0xF0938E, 0xF0C24A]),
    coat("brown", [0xA88A58, 0xE9DCB4, 0x735A34, 0xD98B7C, 0xE0A63A]),
    coat("orange", [0xF09A48, 0xFCE3B4, 0xC4622A, 0xE8707A, 0xD9C84A]),
];
const GOAT: [Coat; 5] = [
    coat("white", [0xF3EDE2, 0xFFFFFF, 0xA88C70, 0xE0A09A, 0xE8C04A]),
    coat("brown", [0xA9764C, 0xE9D3B0, 0x6E4629, 0xC98880, 0xE8C04A]),
    coat("grey", [0xA5A3A2, 0xECE8E2, 0x67646A, 0xD49A98, 0xD8B848]),
    coat("caramel", [0xD9A062, 0xFAE6C6, 0x9A5F30, 0xD08C82, 0xE2B03C]),
    coat("black", [0x5B5458, 0xC9BBAE, 0x3A3438, 0xB87E7C, 0xF0CC50]),
];
const HAMSTER: [Coat; 5] = [
    coat("golden", [0xE9AC5C, 0xFFF4E0, 0xB5742F, 0xF2A09C, 0x3B2A2A]),
    coat("cream", [0xF3DDB4, 0xFFFBF0, 0xC9A06C, 0xF2A8A0, 0x3B2A2A]),
    coat("grey", [0xA6A7AE, 0xF3F1EE, 0x6C6D78, 0xEFA2A2, 0x3B2A2A]),
    coat("cinnamon", [0xCF8350, 0xFCE8D0, 0x94522C, 0xEFA096, 0x3B2A2A]),
    coat("white", [0xF8F3EA, 0xFFFFFF, 0xC4B29C, 0xF5ABA8, 0x3B2A2A]),
];
const HEDGEHOG: [Coat; 4] = [
    coat("brown", [0x8A6347, 0xF1D9B4, 0x5C3F2D, 0xE09A8C, 0x3B2A2A]),
    coat("sandy", [0xBF9668, 0xFAEAD0, 0x8A6541, 0xEBA595, 0x3B2A2A]),
    coat("grey", [0x86858C, 0xEFE6DA, 0x57555F, 0xE0A09A, 0x3B2A2A]),
    coat("chestnut", [0xA0553A, 0xF7DEC0, 0x6C3425, 0xE69A8A, 0x3B2A2A]),
];
const OWL: [Coat; 5] = [
    coat("brown", [0x9A7350, 0xEBD8B6, 0x67482F, 0xEFA93A, 0xF0B83A]),
    coat("snowy", [0xF2F0EA, 0xFFFFFF, 0xA9A6A6, 0xE8B04A, 0xF5D04A]),
    coat("grey", [0x94949C, 0xE3E1DE, 0x5F5F6A, 0xE9A845, 0xF0A63A]),
    coat("russet", [0xBF6F3F, 0xF7DDB8, 0x864524, 0xF0B83E, 0xF5C04A]),
    coat("dusky blue", [0x6F85A6, 0xDCE3EC, 0x455A7C, 0xF0AE3C, 0xF2C24A]),
];
const PUG: [Coat; 5] = [
    coat("fawn", [0xE6C08E, 0xF8E4C4, 0x5A463F, 0x3A2A2A, 0x5A3A22]),
    coat("black", [0x5A545A, 0x8C8488, 0x332E33, 0x2A2428, 0x6B4226]),
    coat("apricot", [0xF0AC6C, 0xFCE0BE, 0x6B4638, 0x40292A, 0x5A3A22]),
    coat("silver", [0xC2BDB8, 0xEDE9E4, 0x595258, 0x332A2E, 0x5A3A22]),
    coat("cream", [0xF5E3C4, 0xFFF7E8, 0x7A5F50, 0x40302E, 0x5A3A22]),
];
const RABBIT: [Coat; 5] = [
    coat("white", [0xF7F3EC, 0xFFFFFF, 0xB2A594, 0xF4AEB2, 0x3B2A2A]),
    coat("brown", [0xB08662, 0xF0DFC6, 0x765036, 0xEBA29E, 0x3B2A2A]),
    coat("grey", [0xA2A6B0, 0xEDEDEC, 0x6A6F7C, 0xEFA6AA, 0x3B2A2A]),
    coat("honey", [0xEDB871, 0xFFF0D6, 0xB97F3C, 0xF0A29A, 0x3B2A2A]),
    coat("black", [0x5C5660, 0xA59EA6, 0x3A353E, 0xDE969C, 0x3B2A2A]),
];
const SEAL: [Coat; 4] = [
    coat("grey", [0x98A4B0, 0xE6EAEC, 0x66727F, 0x3E3A40, 0x3B2A2A]),
    coat("white", [0xF1F1EE, 0xFFFFFF, 0xA9B2B8, 0x443C40, 0x3B2A2A]),
    coat("brown", [0x9C7A62, 0xE6D3BE, 0x6A4C3A, 0x3A2C2C, 0x3B2A2A]),
    coat("slate-blue", [0x7590B0, 0xDCE6EE, 0x4C6585, 0x36343E, 0x3B2A2A]),
];
const SHEEP: [Coat; 5] = [
    coat("white", [0xFBF6EA, 0xF6DFC4, 0xE9DCC6, 0xEFA8A0, 0x3B2A2A]),
    coat("black-faced", [0xFAF3E4, 0x5E5458, 0xE6D8C0, 0x453C40, 0x3B2A2A]),
    coat("cocoa", [0xB98F6C, 0xEBD0B0, 0x8C6446, 0xD99A8E, 0x3B2A2A]),
    coat("black", [0x605A62, 0xB9A99E, 0x403B44, 0xCC9690, 0x3B2A2A]),
    coat("pink", [0xF6C6CC, 0xFCE8DC, 0xE79AA8, 0xEE8E96, 0x3B2A2A]),
];
const SLOTH: [Coat; 4] = [
    coat("brown", [0x9C7C5C, 0xF0DCBB, 0x5E4534, 0x4A3430, 0x3B2A2A]),
    coat("mossy", [0x8F9262, 0xEEE6C2, 0x59533A, 0x4A3A30, 0x3B2A2A]),
    coat("sandy", [0xC9A878, 0xFAEBD0, 0x7C5A3E, 0x503A32, 0x3B2A2A]),
    coat("grey", [0x98918A, 0xEBE4DA, 0x57504C, 0x443A38, 0x3B2A2A]),
];
const ALPACA: [Coat; 5] = [
    coat("cream", [0xF5E4C6, 0xFFF6E6, 0xD0AE80, 0x5A4340, 0x3B2A2A]),
    coat("caramel", [0xD69C62, 0xF8E0BE, 0xA06A38, 0x563A34, 0x3B2A2A]),
    coat("white", [0xFAF6EE, 0xFFFFFF, 0xCFC0AC, 0x5C4A48, 0x3B2A2A]),
    coat("cocoa", [0x8C6249, 0xE2C8AA, 0x5E3E2C, 0x3E2C2A, 0x3B2A2A]),
    coat("rose-grey", [0xC4A9A4, 0xF2E6E0, 0x8E7370, 0x55423F, 0x3B2A2A]),
];
