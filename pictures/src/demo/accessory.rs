//! Accessories: what an animal wears, and the accidents that befell it.

mod cone;
mod mishaps;
mod worn;

use super::animal::Face;
use super::colour::{Colour, rgb};
use super::paint::Canvas;
use super::random::Random;
use super::traits::{Extra, Traits};

/// Draws what goes round the neck, between body and head.
pub fn around_neck(c: &mut Canvas, traits: &Traits, face: &Face) {
    if traits.extra == Extra::Scarf {
        worn::scarf(c, bright(traits), face.neck + 14.0);
    }
}

/// Draws what is behind the head.
pub fn behind(c: &mut Canvas, traits: &Traits, face: &Face) {
    if traits.extra == Extra::Cone {
        cone::behind(c, face);
    }
}

/// Draws what is in front of the head.
pub fn on_top(c: &mut Canvas, traits: &Traits, face: &Face) {
    let (top, half) = face.crown;
    let side = Random::new(traits.detail, 5).sign();
    let hat = |c: &mut Canvas, draw: fn(&mut Canvas, Colour)| {
        c.moved((half * 0.15 * side, top + 10.0), half / 52.0, |c| {
            c.turned(9.0 * side, (0.0, 0.0), |c| draw(c, bright(traits)))
        });
    };
    match traits.extra {
        Extra::Nothing | Extra::Scarf => {}
        Extra::Cone => cone::in_front(c, face),
        Extra::Bread => mishaps::bread(c, face),
        Extra::Spoon => c.moved((0.0, face.nose - 4.0), 1.0, |c| c.turned(26.0 * side, (0.0, 0.0), mishaps::spoon)),
        Extra::Bow => c.moved((half * 0.95 * side, top + 16.0), 1.0, |c| {
            c.turned(24.0 * side, (0.0, 0.0), |c| worn::bow(c, bright(traits)))
        }),
        Extra::Sock => {
            c.stretched(side, 1.0, |c| c.moved((0.0, top + 10.0), half / 52.0, |c| worn::sock(c, bright(traits))))
        }
        Extra::PartyHat => hat(c, worn::party_hat),
        Extra::Pancakes => hat(c, mishaps::pancakes),
        Extra::Colander => hat(c, worn::colander),
        Extra::FriedEgg => hat(c, mishaps::fried_egg),
        Extra::Butterfly => {
            let at = (4.0 * side, face.nose - 6.0);
            c.moved(at, 0.78, |c| c.turned(14.0 * side, (0.0, 0.0), |c| mishaps::butterfly(c, bright(traits))));
        }
    }
}

/// The colour of the thing.
fn bright(traits: &Traits) -> Colour {
    const BRIGHTS: [u32; 6] = [0xE8505B, 0x3F9FB5, 0xF2B233, 0x8A6FC4, 0xEF7FA8, 0x57A85B];
    let nth = Random::new(traits.detail, 6).below(BRIGHTS.len() as u32);
    rgb(BRIGHTS[nth as usize])
}
