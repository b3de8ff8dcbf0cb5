//! Pages of those who keep the site running.

pub mod audit;
pub mod look_alikes;
