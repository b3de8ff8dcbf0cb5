//! From uploaded bytes to renditions, through the public functions alone.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say what they mean by failing"
)]

mod renditions_tests {
    pub use ratemyderp_pictures::renditions as subject;
}
#[path = "renditions/animations.rs"]
mod animations;
#[path = "renditions/bombs.rs"]
mod bombs;
#[path = "renditions/colours.rs"]
mod colours;
#[path = "renditions/corpus.rs"]
mod corpus;
#[path = "renditions/crops.rs"]
mod crops;
#[path = "renditions/dialects.rs"]
mod dialects;
#[path = "renditions/editing.rs"]
mod editing;
#[path = "renditions/endings.rs"]
mod endings;
#[path = "renditions/fingerprints.rs"]
mod fingerprints;
#[path = "renditions/hostile.rs"]
mod hostile;
#[path = "renditions/kinds.rs"]
mod kinds;
#[path = "renditions/lossy_webp.rs"]
mod lossy_webp;
#[path = "renditions/pictures.rs"]
mod pictures;
#[path = "renditions/quality.rs"]
mod quality;
#[path = "renditions/traps.rs"]
mod traps;

use renditions_tests::subject;
