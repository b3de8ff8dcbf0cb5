//! What can be different about a derp. Every trait is dealt on its own.

use super::animal::{Coat, Species, coats};
use super::random::Random;

/// All that is decided before drawing.
#[derive(Clone, Debug)]
pub struct Traits {
    pub species: Species,
    pub coat: Coat,
    pub pattern: Pattern,
    pub eyes: Eyes,
    pub mouth: Mouth,
    pub ears: Ears,
    /// Of the head, in degrees clockwise.
    pub tilt: f32,
    pub extra: Extra,
    pub place: Place,
    pub pose: Pose,
    pub finish: Finish,
    /// Seed for details that no words describe: where spots and cushions are.
    pub detail: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Plain,
    Striped,
    Patched,
    Spotted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    Crossed,
    Walled,
    UpAndDown,
    OddSizes,
    HalfClosed,
    Startled,
    Winking,
    RolledUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouth {
    TongueOut,
    TongueAside,
    Underbite,
    BuckTeeth,
    Grin,
    Wobbly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ears {
    Neat,
    OneFlopped,
    Aeroplane,
}

/// An accessory or a mishap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    Nothing,
    Cone,
    Bread,
    Spoon,
    Bow,
    Sock,
    PartyHat,
    Pancakes,
    Colander,
    Butterfly,
    Scarf,
    FriedEgg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Sofa,
    Meadow,
    Bath,
    Window,
    Beach,
    Kitchen,
    SchoolPhoto,
    Snow,
    Autumn,
    Bed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pose {
    Sitting,
    Portrait,
    TooClose,
    Peeking,
    Sideways,
    UpsideDown,
}

/// How the photo is printed. All but plain photos have see-through parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    Photo,
    Polaroid,
    Sticker,
}

impl Traits {
    /// The traits of one derp. Those of the same species are dealt from packs, so that they differ from each other.
    pub fn dealt(seed: u64, index: u32, finish: Finish) -> Self {
        let kinds = Species::ALL.len() as u32;
        let species = Random::new(seed, 0).deal(&Species::ALL, index);
        let nth = index / kinds;
        let pack = |number: u64| Random::new(seed, 1 + number * u64::from(kinds) + u64::from(index % kinds));
        let mut random = Random::new(seed, (1 << 32) + u64::from(index));
        Self {
            species,
            coat: pack(0).deal(coats(species), nth),
            pattern: pack(1).deal(species.patterns(), nth),
            eyes: pack(2).deal(&EYES, nth),
            mouth: pack(3).deal(&MOUTHS, nth),
            ears: pack(4).deal(&[Ears::Neat, Ears::OneFlopped, Ears::Aeroplane, Ears::OneFlopped], nth),
            tilt: random.sign() * pack(5).deal(&[4.0, 9.0, 14.0, 19.0, 24.0], nth),
            extra: pack(6).deal(&EXTRAS, nth),
            place: pack(7).deal(&PLACES, nth),
            pose: pack(8).deal(&POSES, nth),
            finish,
            detail: (1 << 33) + u64::from(index),
        }
    }
}

use Extra::{Bow, Bread, Butterfly, Colander, Cone, FriedEgg, Nothing, Pancakes, PartyHat, Scarf, Sock, Spoon};
const EYES: [Eyes; 8] = [
    Eyes::Crossed,
    Eyes::Walled,
    Eyes::UpAndDown,
    Eyes::OddSizes,
    Eyes::HalfClosed,
    Eyes::Startled,
    Eyes::Winking,
    Eyes::RolledUp,
];
const MOUTHS: [Mouth; 7] = [
    Mouth::TongueOut,
    Mouth::TongueAside,
    Mouth::Underbite,
    Mouth::BuckTeeth,
    Mouth::Grin,
    Mouth::Wobbly,
    Mouth::TongueOut,
];
const EXTRAS: [Extra; 15] = [
    Nothing, Cone, Bread, Spoon, Bow, Sock, Nothing, PartyHat, Pancakes, Colander, Butterfly, Scarf, FriedEgg, Nothing,
    Nothing,
];
const PLACES: [Place; 10] = [
    Place::Sofa,
    Place::Meadow,
    Place::Bath,
    Place::Window,
    Place::Beach,
    Place::Kitchen,
    Place::SchoolPhoto,
    Place::Snow,
    Place::Autumn,
    Place::Bed,
];
const POSES: [Pose; 7] =
    [Pose::Sitting, Pose::Portrait, Pose::TooClose, Pose::Peeking, Pose::Sideways, Pose::UpsideDown, Pose::Portrait];
