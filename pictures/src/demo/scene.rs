//! Where the photo was taken: a backdrop behind the animal and something in front of it.
//!
//! Scenes are drawn around the middle of the picture; the shorter side is 200 wide whatever the size of the picture,
//! so that `Frame` says how far the longer one reaches.

mod front;
mod indoors;
mod outdoors;

use super::colour::{Colour, rgb};
use super::paint::Canvas;
use super::random::Random;
use super::traits::Place;

/// Half the width and height of the picture.
#[derive(Clone, Copy)]
pub struct Frame {
    pub half_width: f32,
    pub half_height: f32,
}

impl Frame {
    pub fn new(width: u32, height: u32) -> Self {
        let short = width.min(height) as f32;
        Self { half_width: 100.0 * width as f32 / short, half_height: 100.0 * height as f32 / short }
    }
}

pub fn behind(c: &mut Canvas, place: Place, frame: Frame, random: &mut Random) {
    match place {
        Place::Sofa => indoors::sofa(c, frame, random),
        Place::Bath => indoors::bath(c, frame, random),
        Place::Window => indoors::window(c, frame, random),
        Place::Kitchen => indoors::kitchen(c, frame, random),
        Place::SchoolPhoto => indoors::studio(c, frame, random),
        Place::Bed => indoors::bed(c, frame, random),
        Place::Meadow => outdoors::meadow(c, frame, random),
        Place::Beach => outdoors::beach(c, frame, random),
        Place::Snow => outdoors::snow(c, frame, random),
        Place::Autumn => outdoors::autumn(c, frame, random),
    }
}

/// Draws what the animal sits in or behind. `edge` is where it would cover the animal's lower part: y.
pub fn before(c: &mut Canvas, place: Place, frame: Frame, edge: f32, random: &mut Random) {
    match place {
        Place::Sofa => front::blanket(c, frame, edge, rgb(0xE8B04A)),
        Place::Bath => front::tub(c, frame, edge, random),
        Place::Window => front::sill(c, frame, edge),
        Place::Kitchen => front::table(c, frame, edge),
        Place::SchoolPhoto => front::desk(c, frame, edge),
        Place::Bed => front::blanket(c, frame, edge, rgb(0x7F9CCB)),
        Place::Meadow => front::grass(c, frame, edge, random),
        Place::Beach => front::sand(c, frame, edge, random),
        Place::Snow => front::drift(c, frame, edge, random),
        Place::Autumn => front::leaves(c, frame, edge, random),
    }
}

/// The words for the place.
pub fn words(place: Place) -> &'static str {
    match place {
        Place::Sofa => "on a sofa",
        Place::Bath => "in a bath full of foam",
        Place::Window => "at a window",
        Place::Kitchen => "at a kitchen table",
        Place::SchoolPhoto => "in front of a laser-beam school photo backdrop",
        Place::Bed => "in bed",
        Place::Meadow => "in a meadow",
        Place::Beach => "on a beach",
        Place::Snow => "in the snow",
        Place::Autumn => "among autumn leaves",
    }
}

/// The words for an animal there of which only the head can be seen.
pub fn hidden(place: Place) -> &'static str {
    match place {
        Place::Sofa => "peeking over a blanket on a sofa",
        Place::Bath => "peeking over the foam of a bath",
        Place::Window => "peeking over a window sill",
        Place::Kitchen => "peeking over a kitchen table",
        Place::SchoolPhoto => "peeking over a desk in a laser-beam school photo",
        Place::Bed => "peeking over a blanket in bed",
        Place::Meadow => "peeking out of tall grass",
        Place::Beach => "peeking over a dune on a beach",
        Place::Snow => "peeking over a snowdrift",
        Place::Autumn => "peeking out of a heap of autumn leaves",
    }
}

fn one_of(random: &mut Random, colours: &[u32]) -> Colour {
    rgb(colours[random.below(colours.len() as u32) as usize])
}
