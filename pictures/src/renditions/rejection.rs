//! Why a file cannot become a photo, in words for the person who chose it.

use std::any::Any;

use image::ImageError;
use jpeg_decoder::Error as JpegError;

use super::kinds::Kind;

/// Why a file was refused. `Display` says what happened and what to do.
#[allow(missing_docs, reason = "the names of the fields say it")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The file has no bytes.
    Empty,
    /// More bytes than the limit (both in bytes).
    TooManyBytes { bytes: usize, limit: usize },
    /// Not a picture, whatever its name says.
    NotAnImage,
    /// A picture or film of a kind that we do not read.
    Unsupported(Kind),
    /// More pixels, or a longer side, than the limits.
    TooManyPixels { width: u32, height: u32, limit: u64 },
    /// A side shorter than the limit, in pixels.
    TooSmall { width: u32, height: u32, limit: u32 },
    /// The file ends before the picture does.
    Truncated,
    /// The file contradicts itself; the reason is for operators, not part of the words.
    Damaged(String),
}

impl Rejection {
    /// A short, stable name for columns, metrics and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooManyBytes { .. } => "too-many-bytes",
            Self::NotAnImage => "not-an-image",
            Self::Unsupported(_) => "unsupported",
            Self::TooManyPixels { .. } => "too-many-pixels",
            Self::TooSmall { .. } => "too-small",
            Self::Truncated => "truncated",
            Self::Damaged(_) => "damaged",
        }
    }

    pub(super) fn from_panic(panic: &(dyn Any + Send)) -> Self {
        let reason = panic
            .downcast_ref::<&str>()
            .map(|reason| (*reason).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Self::Damaged(format!("the decoder gave up: {reason}"))
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("The file is empty. Please choose the photo again."),
            Self::TooManyBytes { bytes, limit } => write!(
                f,
                "The file has {:.1} MB, and we take up to {:.0} MB. Please save it as a JPEG or make \
                 it smaller, and send it again.",
                *bytes as f64 / 1e6,
                (*limit as f64 / 1e6).floor(),
            ),
            Self::NotAnImage => {
                f.write_str("This file is not a photo. Please choose a JPEG, PNG, WebP or GIF picture.")
            }
            Self::Unsupported(kind) => write!(f, "We cannot read {kind} files. {}", kind.advice()),
            Self::TooManyPixels { width, height, limit } => write!(
                f,
                "The photo is {width} x {height} pixels, and we take up to {} megapixels. Please make \
                 it smaller and send it again.",
                limit / 1_000_000,
            ),
            Self::TooSmall { width, height, limit } => write!(
                f,
                "The photo is only {width} x {height} pixels. Please choose one that is at least \
                 {limit} pixels wide and high.",
            ),
            Self::Truncated => f.write_str(
                "The file ends before the photo does, so part of it is missing. Please send it again \
                 from where it was taken.",
            ),
            Self::Damaged(_) => f.write_str(
                "The file is damaged and we cannot read it. Please open it on your device, save it \
                 again as JPEG, and send that.",
            ),
        }
    }
}

impl std::error::Error for Rejection {}

impl From<ImageError> for Rejection {
    fn from(error: ImageError) -> Self {
        if ends_early(&error) { Self::Truncated } else { Self::Damaged(error.to_string()) }
    }
}

impl From<JpegError> for Rejection {
    fn from(error: JpegError) -> Self {
        match &error {
            JpegError::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => Self::Truncated,
            JpegError::Unsupported(_) => Self::Unsupported(Kind::RareJpeg),
            _ => Self::Damaged(error.to_string()),
        }
    }
}

/// Whether an end of file is anywhere in the chain of causes: decoders wrap it differently.
fn ends_early(error: &ImageError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::UnexpectedEof
        {
            return true;
        }
        cause = error.source();
    }
    false
}
