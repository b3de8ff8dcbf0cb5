//! A forgotten password.

pub mod forgot;
pub mod reset;
