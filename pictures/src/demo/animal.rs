//! The animals: each is a body, a head that tilts on it, and a face of the common parts.
//!
//! Every animal is drawn around its head: the middle of the head is the origin, its radius is about 100, and a seated
//! body ends near y = 340.

mod alpaca;
mod cat;
mod coat;
mod dog;
mod duck;
mod eyes;
mod frog;
mod goat;
mod hamster;
mod hedgehog;
mod mouth;
mod owl;
mod pug;
mod rabbit;
mod seal;
mod sheep;
mod sloth;
mod torso;

pub use coat::{Coat, coats};

use super::accessory;
use super::colour::{Ink, OUTLINE};
use super::paint::Canvas;
use super::random::Random;
use super::shape::{curve, ellipse};
use super::traits::{Pattern, Traits};

/// What an animal is; told apart by its silhouette alone.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Species {
    Alpaca,
    Cat,
    Dog,
    Duck,
    Frog,
    Goat,
    Hamster,
    Hedgehog,
    Owl,
    Pug,
    Rabbit,
    Seal,
    Sheep,
    Sloth,
}

/// Where the parts of a face are, and where things can be put on a head.
#[derive(Clone, Copy)]
pub struct Face {
    /// Of the right eye: x, y and radius; the left one mirrors it.
    pub eye: (f32, f32, f32),
    /// Middle and width of the mouth, at (0, y).
    pub mouth: (f32, f32),
    pub snout: Snout,
    /// Tip of the nose or beak: y.
    pub nose: f32,
    /// Where a hat sits: y, and half the width there.
    pub crown: (f32, f32),
    /// Where head and body meet, around which the head tilts: y.
    pub neck: f32,
    /// Middle y and half height and width of what must stay visible in a hole.
    pub oval: (f32, f32, f32),
    pub slit_pupils: bool,
}

/// What surrounds a mouth, which decides where it is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Snout {
    Muzzle,
    Wide,
    /// It is above the mouth.
    Beak,
    /// It would hide a mouth below it, so the mouth is drawn on it.
    Bill,
}

impl Species {
    /// Every species, in the order in which they are dealt.
    pub const ALL: [Self; 14] = [
        Self::Alpaca,
        Self::Cat,
        Self::Dog,
        Self::Duck,
        Self::Frog,
        Self::Goat,
        Self::Hamster,
        Self::Hedgehog,
        Self::Owl,
        Self::Pug,
        Self::Rabbit,
        Self::Seal,
        Self::Sheep,
        Self::Sloth,
    ];

    /// The English word for it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpaca => "alpaca",
            Self::Cat => "cat",
            Self::Dog => "dog",
            Self::Duck => "duck",
            Self::Frog => "frog",
            Self::Goat => "goat",
            Self::Hamster => "hamster",
            Self::Hedgehog => "hedgehog",
            Self::Owl => "owl",
            Self::Pug => "pug",
            Self::Rabbit => "rabbit",
            Self::Seal => "seal",
            Self::Sheep => "sheep",
            Self::Sloth => "sloth",
        }
    }

    /// Patterns that its coat can have.
    pub fn patterns(self) -> &'static [Pattern] {
        use Pattern::{Patched, Plain, Spotted, Striped};
        match self {
            Self::Cat => &[Striped, Patched, Plain, Striped],
            Self::Dog | Self::Rabbit | Self::Goat => &[Patched, Plain, Spotted],
            Self::Frog => &[Spotted, Plain, Striped],
            Self::Hamster | Self::Alpaca | Self::Duck => &[Plain, Patched],
            Self::Seal => &[Spotted, Plain],
            Self::Hedgehog | Self::Owl | Self::Pug | Self::Sheep | Self::Sloth => &[Plain],
        }
    }

    fn rig(self) -> Rig {
        match self {
            Self::Alpaca => alpaca::RIG,
            Self::Cat => cat::RIG,
            Self::Dog => dog::RIG,
            Self::Duck => duck::RIG,
            Self::Frog => frog::RIG,
            Self::Goat => goat::RIG,
            Self::Hamster => hamster::RIG,
            Self::Hedgehog => hedgehog::RIG,
            Self::Owl => owl::RIG,
            Self::Pug => pug::RIG,
            Self::Rabbit => rabbit::RIG,
            Self::Seal => seal::RIG,
            Self::Sheep => sheep::RIG,
            Self::Sloth => sloth::RIG,
        }
    }
}

/// How one species is drawn.
struct Rig {
    face: Face,
    /// Drawn first: what the head hides, such as ears and tails.
    body: fn(&mut Canvas, &Look),
    /// Drawn second: the head without eyes and mouth.
    head: fn(&mut Canvas, &Look),
    /// What is in front of the face's parts: noses, whiskers, beaks.
    front: fn(&mut Canvas, &Look),
}

/// What the drawing of a species asks for.
pub struct Look<'a> {
    pub traits: &'a Traits,
    pub seed: u64,
}

impl Look<'_> {
    /// Chance of its own for each part of an animal, so that one part's drawing does not move another's.
    pub fn random(&self, part: u64) -> Random {
        Random::new(self.seed, self.traits.detail + (part << 40))
    }
}

/// Where the face of a species is.
pub fn face(species: Species) -> Face {
    species.rig().face
}

/// Draws the whole animal around the origin.
pub fn draw(c: &mut Canvas, seed: u64, traits: &Traits) {
    let look = Look { traits, seed };
    let rig = traits.species.rig();
    let neck = (0.0, rig.face.neck);
    (rig.body)(c, &look);
    c.turned(traits.tilt * 0.5, neck, |c| accessory::around_neck(c, traits, &rig.face));
    c.turned(traits.tilt, neck, |c| {
        accessory::behind(c, traits, &rig.face);
        (rig.head)(c, &look);
        if rig.face.snout != Snout::Bill {
            mouth::draw(c, &look, &rig.face);
        }
        eyes::draw(c, &look, &rig.face);
        (rig.front)(c, &look);
        if rig.face.snout == Snout::Bill {
            mouth::draw(c, &look, &rig.face);
        }
        accessory::on_top(c, traits, &rig.face);
    });
}

/// Draws two paws that hold on to an edge at y = 0.
pub fn paws(c: &mut Canvas, traits: &Traits) {
    // The sloth has its hands up already.
    if traits.species == Species::Sloth {
        return;
    }
    let colour = match traits.species {
        // Hooves and wing tips are darker than the rest.
        Species::Alpaca | Species::Duck | Species::Goat | Species::Owl | Species::Seal => traits.coat.dark,
        Species::Sheep => traits.coat.light,
        _ => traits.coat.base,
    };
    for x in [-86.0, 86.0] {
        c.soft((x, 20.0), 50.0, 26.0, OUTLINE.alpha(110));
        c.draw(&ellipse(x, 0.0, 35.0, 25.0), Ink::ball(x, 0.0, 36.0, colour));
        for toe in [-11.0, 11.0] {
            c.line(&curve(&[(x + toe, 4.0), (x + toe * 1.1, 23.0)]), 5.0, OUTLINE);
        }
    }
}
