//! Pure work on pixels: renditions of uploaded photos, and the drawn demo animals.
//! A package of its own, so that it is optimised even in development builds.

#![warn(missing_docs)]

#[cfg(feature = "demo")]
pub mod demo;
pub mod renditions;
pub mod share_picture;
