//! How demo photos are stored: sizes, orientations and file formats, as various as those of members' photos.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageEncoder, ImageResult, RgbaImage};
use tiny_skia::Pixmap;

use super::random::Random;
use super::traits::Finish;

/// The file format of a derp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// May be stored turned, with an EXIF orientation that says how to turn it back.
    Jpeg,
    /// Used for pictures with transparent parts.
    Png,
    /// Always lossless: the encoder at hand knows nothing else.
    WebP,
}

/// How one derp is stored.
#[derive(Clone, Copy, Debug)]
pub struct Encoding {
    pub format: Format,
    pub finish: Finish,
    pub orientation: Orientation,
    /// Width and height in pixels, once it is turned upright.
    pub width: u32,
    pub height: u32,
}

impl Format {
    /// The usual file name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }
}

impl Encoding {
    /// How the derp of this index is stored. Each dozen has all formats and orientations.
    pub fn dealt(seed: u64, index: u32) -> Self {
        let dozen = index / KINDS.len() as u32;
        let (format, finish, orientation) = Random::new(seed, (1 << 35) + u64::from(dozen)).deal(&KINDS, index);
        let long = Random::new(seed, 1 << 36).deal(&LONG_SIDES, index);
        let (w, h) = Random::new(seed, (1 << 36) + 1).deal(&SHAPES, index);
        // Lossless files of the largest sizes would be several megabytes.
        let long = if format == Format::Jpeg { long } else { long.min(1280) };
        let side = |part: u32| long * part / w.max(h);
        let (width, height) = if finish == Finish::Sticker { (900, 900) } else { (side(w), side(h)) };
        Self { format, finish, orientation, width, height }
    }

    /// Encodes `upright` (pixels as they are seen) in this format, turned as the orientation says.
    ///
    /// # Errors
    /// If `upright` has another size than an image can have.
    pub fn encode(&self, upright: Pixmap) -> ImageResult<Vec<u8>> {
        let mut image = dynamic(upright);
        let mut file = Vec::new();
        match self.format {
            Format::Jpeg => {
                image.apply_orientation(undone(self.orientation));
                let mut encoder = JpegEncoder::new_with_quality(&mut file, 88);
                encoder.set_exif_metadata(exif(self.orientation)).map_err(image::ImageError::Unsupported)?;
                image.to_rgb8().write_with_encoder(encoder)?;
            }
            Format::Png => image.write_with_encoder(PngEncoder::new(&mut file))?,
            Format::WebP => image.to_rgb8().write_with_encoder(WebPEncoder::new_lossless(&mut file))?,
        }
        Ok(file)
    }
}

/// The drawing as an image with straight alpha.
pub fn dynamic(drawing: Pixmap) -> DynamicImage {
    let (width, height) = (drawing.width(), drawing.height());
    let image = RgbaImage::from_raw(width, height, drawing.take_demultiplied());
    // The buffer of a drawing is as long as its size says.
    DynamicImage::ImageRgba8(image.unwrap_or_else(|| RgbaImage::new(width, height)))
}

/// What has to be done to the upright picture so that a viewer which follows `orientation` shows it upright.
fn undone(orientation: Orientation) -> Orientation {
    match orientation {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        same => same,
    }
}

/// An EXIF block (a little-endian TIFF) with one entry: tag 0x0112, a short, once.
fn exif(orientation: Orientation) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    block.extend(b"\x01\0\x12\x01\x03\0\x01\0\0\0");
    block.extend([orientation.to_exif(), 0, 0, 0]);
    block.extend([0; 4]);
    block
}

const KINDS: [(Format, Finish, Orientation); 12] = {
    use Finish::{Photo, Polaroid, Sticker};
    use Format::{Jpeg, Png, WebP};
    use Orientation::{NoTransforms, Rotate90, Rotate180, Rotate270};
    [
        (Jpeg, Photo, NoTransforms),
        (Jpeg, Photo, NoTransforms),
        (Jpeg, Photo, NoTransforms),
        (Jpeg, Photo, Rotate180),
        (Jpeg, Photo, Rotate90),
        (Jpeg, Photo, Rotate90),
        (Jpeg, Photo, Rotate270),
        (Jpeg, Photo, Rotate270),
        (Png, Polaroid, NoTransforms),
        (Png, Sticker, NoTransforms),
        (WebP, Photo, NoTransforms),
        (WebP, Photo, NoTransforms),
    ]
};
/// In pixels. A few are large; most are not, because drawing takes time.
const LONG_SIDES: [u32; 17] =
    [900, 900, 900, 960, 960, 960, 1024, 1024, 1024, 1080, 1080, 1200, 1200, 1280, 1440, 1800, 2400];
const SHAPES: [(u32, u32); 7] = [(4, 3), (3, 4), (1, 1), (3, 2), (2, 3), (4, 3), (5, 4)];
