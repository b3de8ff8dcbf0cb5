//! A photo as templates show it.

use serde::Serialize;
use uuid::Uuid;

use crate::ratings::deck::Class;
use crate::submissions::Submission;

/// The size shown where the browser does not choose, in pixels.
const PLAIN: i32 = 640;

/// The size in lists, in pixels.
const THUMBNAIL: i32 = 160;

/// What `shared/_photo` and lists need.
#[derive(Serialize)]
pub struct Photo {
    id: i64,
    title: String,
    species: String,
    alt: String,
    src: String,
    srcset: String,
    size: i32,
    thumbnail: String,
    #[serde(skip)]
    described: bool,
    /// Do its words stand in front of it?
    words_first: bool,
}

impl Photo {
    /// Nothing while its renditions are missing.
    pub fn of(submission: &Submission) -> Option<Self> {
        let key = submission.rendition_key?;
        let sizes = &submission.rendition_sizes;
        let size = at_most(sizes, PLAIN)?;
        // Out of reach of everybody else, its owner and whoever it was brought back for see it under the photo's own address.
        let folder =
            if submission.renditions_hidden { format!("/submissions/{}/images", submission.id) } else { folder(key) };
        Some(Photo {
            id: submission.id,
            title: submission.title.clone(),
            species: submission.species.clone(),
            alt: alt(&submission.title, &submission.species, &submission.alt_text),
            src: url(&folder, size),
            srcset: srcset(&folder, sizes),
            size,
            thumbnail: url(&folder, at_most(sizes, THUMBNAIL).unwrap_or(THUMBNAIL)),
            described: !submission.alt_text.is_empty(),
            words_first: false,
        })
    }

    /// As it is shown to somebody who goes through this class.
    pub fn to(self, class: Class) -> Self {
        Photo { words_first: self.described && class == Class::Described, ..self }
    }
}

/// The URL of the smallest picture that fills a list's column.
pub fn thumbnail(key: Uuid, sizes: &[i32]) -> String {
    url(&folder(key), at_most(sizes, THUMBNAIL).unwrap_or(THUMBNAIL))
}

/// The same with the larger ones that a browser may choose, up to `most` pixels: the address to fall back on, and all of them.
pub fn pictures(key: Uuid, sizes: &[i32], most: i32) -> (String, String) {
    let folder = folder(key);
    let most = at_most(sizes, most).unwrap_or(THUMBNAIL);
    let sizes: Vec<i32> = sizes.iter().copied().filter(|&size| size <= most).collect();
    (url(&folder, most), srcset(&folder, &sizes))
}

/// The owner's words, or an honest stand-in; never the name of a file.
pub fn alt(title: &str, species: &str, described: &str) -> String {
    if described.trim().is_empty() {
        format!("Photo of {title}, {} {species}. The owner has not described it.", article(species))
    } else {
        described.to_owned()
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

/// The largest size up to a limit, or the smallest there is.
fn at_most(sizes: &[i32], limit: i32) -> Option<i32> {
    sizes.iter().rev().find(|&&size| size <= limit).or(sizes.first()).copied()
}

fn srcset(folder: &str, sizes: &[i32]) -> String {
    let all: Vec<String> = sizes.iter().map(|&size| format!("{} {size}w", url(folder, size))).collect();
    all.join(", ")
}

fn folder(key: Uuid) -> String {
    format!("/images/{}", key.simple())
}

fn url(folder: &str, size: i32) -> String {
    format!("{folder}/{size}.jpg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_without_words_says_so() {
        assert_eq!(alt("Noodle", "dog", " "), "Photo of Noodle, a dog. The owner has not described it.");
        assert_eq!(alt("Ona", "owl", ""), "Photo of Ona, an owl. The owner has not described it.");
        assert_eq!(alt("Noodle", "dog", "A dog in a bath"), "A dog in a bath");
    }

    #[test]
    fn small_photos_are_not_promised_larger() {
        assert_eq!(at_most(&[160, 320, 640, 1280], 640), Some(640));
        assert_eq!(at_most(&[160, 320, 500], 640), Some(500));
        assert_eq!(at_most(&[90], 160), Some(90));
        assert_eq!(at_most(&[200], 160), Some(200));
    }
}
