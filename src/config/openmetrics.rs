//! Who may collect what a process has counted.

use serde::Deserialize;

use crate::secret::Secret;

/// `/metrics` of web processes. Without either it is not there.
#[derive(Debug, Clone, Deserialize)]
pub struct OpenMetricsConfig {
    token: Option<Secret>,
    /// May whoever comes from this machine itself, and through no proxy, collect without a token?
    pub loopback: bool,
}

impl OpenMetricsConfig {
    /// What a collector shows, as `Authorization: Bearer ..`.
    pub fn token(&self) -> Option<&str> {
        self.token.as_ref().map(|token| token.expose().trim()).filter(|token| !token.is_empty())
    }
}
