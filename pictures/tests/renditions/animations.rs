//! Moving pictures.

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, RgbImage};

use super::corpus::webp;

/// An animated WebP of whole-canvas frames.
pub fn animated_webp(frames: &[RgbImage]) -> Vec<u8> {
    let (width, height) = frames[0].dimensions();
    let size = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    let mut body = b"WEBP".to_vec();
    // Bit 1 announces the animation.
    riff_chunk(&mut body, b"VP8X", &[&[2, 0, 0, 0], size.as_slice()].concat());
    riff_chunk(&mut body, b"ANIM", &[255, 255, 255, 255, 0, 0]);
    for frame in frames {
        let still = webp(&DynamicImage::ImageRgb8(frame.clone()), None);
        let placed = [&[0; 6], size.as_slice(), &[100, 0, 0, 0], &still[12..]].concat();
        riff_chunk(&mut body, b"ANMF", &placed);
    }
    let mut file = Vec::new();
    riff_chunk(&mut file, b"RIFF", &body);
    file
}

fn riff_chunk(file: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    file.extend(name);
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(body);
    if body.len() % 2 == 1 {
        file.push(0);
    }
}

pub fn animated_gif(frames: &[RgbImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new(&mut file);
    for frame in frames {
        let frame = DynamicImage::ImageRgb8(frame.clone()).into_rgba8();
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    file
}
