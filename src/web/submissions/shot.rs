//! A photo as galleries show it that have no ranks.

use serde::Serialize;

use super::photo::{alt, pictures};
use crate::finding::FoundPhoto;

/// The largest picture, in pixels: twice as large as it is shown at most.
const LARGE: i32 = 640;

/// What `shared/_shot` needs.
#[derive(Serialize)]
pub struct Shot {
    id: i64,
    title: String,
    species: String,
    alt: String,
    src: String,
    srcset: String,
    score: Option<f64>,
    count: i64,
}

impl From<FoundPhoto> for Shot {
    fn from(photo: FoundPhoto) -> Self {
        let (src, srcset) = pictures(photo.rendition_key, &photo.rendition_sizes, LARGE);
        Shot {
            id: photo.submission,
            alt: alt(&photo.title, &photo.species, &photo.alt_text),
            title: photo.title,
            species: photo.species,
            src,
            srcset,
            score: photo.score,
            count: photo.count,
        }
    }
}
