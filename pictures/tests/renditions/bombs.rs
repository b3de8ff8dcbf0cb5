//! Small files of every format that become very large, and files that are two things at once.

use super::corpus::{Jpeg, jpeg, jpeg_of, png, quarters};
use super::traps::{chunk, jpeg_claiming, png_claiming, zeros};

/// The side of bombs that every limit allows: 64 megapixels.
const SIDE: u32 = 8_000;

/// What few bytes say in many pixels: plain pictures, which are made within the memory that their header states.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let grey = vec![90; (SIDE * SIDE) as usize];
    let side = SIDE as u16;
    let of = |progressive| {
        let how = Jpeg { progressive, ..Jpeg::default() };
        jpeg_of(&grey, side, side, jpeg_encoder::ColorType::Luma, how)
    };
    vec![
        ("a JPEG bomb", of(false)),
        ("a progressive JPEG bomb", of(true)),
        ("a PNG bomb", png_claiming(SIDE, SIDE, &zeros(184))),
        ("a WebP bomb", plain_webp(SIDE, SIDE)),
        ("a GIF bomb", plain_gif((side, side), (side, side))),
        ("a PNG with a bomb as its profile", png_with_profile(&zeros(300))),
        ("a PNG with a bomb as its text", png_with_text(&zeros(300))),
    ]
}

/// What claims more than the limits, in every format.
pub fn beyond() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a JPEG of 65,000 x 65,000", jpeg_claiming(65_000, 65_000)),
        ("a PNG of 50,000 x 50,000", png_claiming(50_000, 50_000, &zeros(1))),
        ("a PNG of 4 billion x 1", png_claiming(u32::MAX, 1, &zeros(1))),
        ("a WebP of 16,384 x 16,384", plain_webp(16_384, 16_384)),
        ("a GIF of 65,535 x 65,535", plain_gif((65_535, 65_535), (1, 1))),
    ]
}

/// A picture that is something else, too.
pub fn polyglots() -> Vec<(&'static str, Vec<u8>)> {
    let picture = jpeg(&quarters(200, 160), Jpeg::default());
    let still = png(&quarters(200, 160).into(), None);
    let html = b"<html><script>alert(document.cookie)</script>";
    let comment = [&[0xFF, 0xFE, 0, html.len() as u8 + 2], &html[..]].concat();
    // As JavaScript the size of the canvas is the beginning of a comment.
    let script = plain_gif((u16::from_le_bytes(*b"/*"), 200), (200, 200));
    let text = [&b"Comment\0"[..], html].concat();
    vec![
        ("HTML in a JPEG's comment", [&picture[..2], &comment, &picture[2..]].concat()),
        ("HTML behind a JPEG", [&picture[..], html].concat()),
        ("an archive behind a JPEG", [&picture[..], b"PK\x03\x04script", &[0; 40]].concat()),
        ("HTML in a PNG's text", [&still[..33], &chunk(b"tEXt", &text), &still[33..]].concat()),
        ("a GIF that is JavaScript", [&script[..], b"*/=1;alert('<script>')"].concat()),
    ]
}

/// A PNG of one colour with another's name for its colours.
fn png_with_profile(zlib: &[u8]) -> Vec<u8> {
    let still = png(&quarters(200, 160).into(), None);
    let profile = [&b"sRGB\0\0"[..], zlib].concat();
    [&still[..33], &chunk(b"iCCP", &profile), &still[33..]].concat()
}

fn png_with_text(zlib: &[u8]) -> Vec<u8> {
    let still = png(&quarters(200, 160).into(), None);
    let text = [&b"Comment\0\0"[..], zlib].concat();
    [&still[..33], &chunk(b"zTXt", &text), &still[33..]].concat()
}

/// A lossless WebP of one colour: with only one symbol in each of its five codes no pixel takes a single bit.
pub fn plain_webp(width: u32, height: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2F, 8);
    bits.put(width - 1, 14);
    bits.put(height - 1, 14);
    bits.put(0, 4 + 3); // no alpha, version 0; no transforms, no cache of colours, no groups of codes
    for _ in 0..5 {
        bits.put(0b0001, 4); // a simple code of one symbol of one bit, which is 0
    }
    let body = bits.bytes();
    let mut file = b"RIFF".to_vec();
    let padded = body.len().next_multiple_of(2);
    file.extend((padded as u32 + 12).to_le_bytes());
    file.extend(b"WEBPVP8L");
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(&body);
    file.resize(padded + 20, 0);
    file
}

/// A GIF whose one frame has one colour: its codes stand for longer and longer runs.
pub fn plain_gif(canvas: (u16, u16), frame: (u16, u16)) -> Vec<u8> {
    let mut bits = Bits::default();
    let (mut width, mut next) = (3, 6);
    bits.put(4, width); // clears the table
    let mut left = u32::from(frame.0) * u32::from(frame.1);
    let (mut code, mut run) = (0, 1);
    while left > 0 {
        bits.put(code, width);
        left -= run.min(left);
        if next < 4096 {
            if next == 1 << width && width < 12 {
                width += 1;
            }
            (code, run) = (next, run + 1);
            next += 1;
        }
        if left < run {
            (code, run) = (0, 1);
        }
    }
    bits.put(5, width);
    let mut file = b"GIF89a".to_vec();
    file.extend([canvas.0.to_le_bytes(), canvas.1.to_le_bytes()].concat());
    file.extend([0x80, 0, 0, 90, 90, 90, 200, 200, 200, 0x2C, 0, 0, 0, 0]);
    file.extend([frame.0.to_le_bytes(), frame.1.to_le_bytes()].concat());
    file.extend([0, 2]);
    for block in bits.bytes().chunks(255) {
        file.push(block.len() as u8);
        file.extend(block);
    }
    file.extend([0, 0x3B]);
    file
}

/// Bits that are written from the lowest of each byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.waiting |= u64::from(value) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.waiting as u8);
            self.waiting >>= 8;
            self.count -= 8;
        }
    }

    fn bytes(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.waiting as u8);
        }
        self.bytes
    }
}
