//! Colours and what shapes are filled with.

/// An opaque or see-through colour, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    r: u8,
    g: u8,
    b: u8,
    a: u8,
}

/// What a shape is filled with, in the coordinates that it is drawn in.
#[derive(Clone, Copy)]
pub enum Ink {
    Flat(Colour),
    /// From the first point to the second.
    Linear([(f32, f32); 2], [Colour; 2]),
    /// From the middle of a circle (x, y, radius) to its edge.
    Radial((f32, f32, f32), [Colour; 3]),
}

/// An opaque colour written as `0xRRGGBB`.
pub const fn rgb(hex: u32) -> Colour {
    Colour { r: (hex >> 16) as u8, g: (hex >> 8) as u8, b: hex as u8, a: 255 }
}

/// The colour of outlines: a dark brown is kinder than black.
pub const OUTLINE: Colour = rgb(0x3A2A25);
pub const WHITE: Colour = rgb(0xFF_FFFF);

impl Colour {
    /// The same colour with opacity `a` of 255.
    pub const fn alpha(self, a: u8) -> Self {
        Self { a, ..self }
    }

    /// This colour with `percent` of `other` mixed in.
    pub fn mix(self, other: Self, percent: u32) -> Self {
        let channel = |x: u8, y: u8| ((u32::from(x) * (100 - percent) + u32::from(y) * percent) / 100) as u8;
        Self {
            r: channel(self.r, other.r),
            g: channel(self.g, other.g),
            b: channel(self.b, other.b),
            a: channel(self.a, other.a),
        }
    }

    /// This colour in warm light: towards a pale yellow.
    pub fn lit(self, percent: u32) -> Self {
        self.mix(rgb(0xFFF6E0), percent)
    }

    /// In a warm shade: towards plum, not towards grey.
    pub fn shaded(self, percent: u32) -> Self {
        self.mix(rgb(0x4A2340), percent)
    }

    pub fn rgba(self) -> tiny_skia::Color {
        tiny_skia::Color::from_rgba8(self.r, self.g, self.b, self.a)
    }
}

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        Self::Flat(colour)
    }
}

impl Ink {
    /// Rounded by light from the upper left: for a body around (x, y) of this radius.
    pub fn ball(x: f32, y: f32, radius: f32, colour: Colour) -> Self {
        let light = (x - radius * 0.35, y - radius * 0.45, radius * 1.6);
        Self::Radial(light, [colour.lit(28), colour, colour.shaded(26)])
    }

    /// A vertical gradient.
    pub fn down(top: f32, bottom: f32, colours: [Colour; 2]) -> Self {
        Self::Linear([(0.0, top), (0.0, bottom)], colours)
    }
}
