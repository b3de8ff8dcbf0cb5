//! Are figures gathered?

use serde::Deserialize;

/// What a web process counts and measures, every ten seconds.
#[derive(Debug, Clone, Deserialize)]
pub struct FiguresConfig {
    /// False: it counts and writes nothing, so that what that costs can be measured.
    pub gather: bool,
}
