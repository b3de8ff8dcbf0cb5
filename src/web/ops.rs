//! Pages of those who keep the site running.

pub mod audit;
