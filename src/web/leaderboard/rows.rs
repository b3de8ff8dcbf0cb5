//! A photo on a board.

use serde::Serialize;

use super::super::submissions::photo::{alt, pictures, thumbnail};
use crate::ratings::boards::Listed;
use crate::ratings::boards::moved::Moved;
use crate::templates::group_thousands;

/// The largest picture on a podium and in a gallery, in pixels: twice as large as it is shown at most.
const LARGE: i32 = 640;

/// As templates show it.
#[derive(Serialize)]
pub struct Row {
    rank: Option<i64>,
    id: i64,
    title: String,
    species: String,
    figure: f64,
    count: i64,
    thumbnail: String,
    src: String,
    srcset: String,
    alt: String,
    moved: Option<Movement>,
}

/// How its rank has moved, as a sign beside the words.
#[derive(Serialize)]
struct Movement {
    sign: &'static str,
    words: String,
}

impl Row {
    /// With its figure as it is shown.
    pub fn of(photo: Listed, figure: f64, moved: Option<Moved>) -> Self {
        let (src, srcset) = pictures(photo.rendition_key, &photo.rendition_sizes, LARGE);
        Row {
            rank: photo.rank,
            id: photo.submission,
            alt: alt(&photo.title, &photo.species, &photo.alt_text),
            thumbnail: thumbnail(photo.rendition_key, &photo.rendition_sizes),
            src,
            srcset,
            title: photo.title,
            species: photo.species,
            figure,
            count: photo.ratings,
            moved: moved.map(Movement::from),
        }
    }

    pub fn rank(&self) -> Option<i64> {
        self.rank
    }
}

impl From<Moved> for Movement {
    fn from(moved: Moved) -> Self {
        let (sign, words) = match moved {
            Moved::Up(ranks) => ("▲", format!("up {}", group_thousands(ranks))),
            Moved::Down(ranks) => ("▼", format!("down {}", group_thousands(ranks))),
            Moved::Not => ("=", "as yesterday".to_owned()),
            Moved::New => ("★", "new".to_owned()),
        };
        Movement { sign, words }
    }
}
