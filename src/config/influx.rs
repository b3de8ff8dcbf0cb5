//! Where figures go besides PostgreSQL.

use serde::Deserialize;

use crate::secret::Secret;

/// An InfluxDB 2, if there is one. Without it nothing is missing: every figure is in PostgreSQL.
#[derive(Debug, Clone, Deserialize)]
pub struct InfluxConfig {
    #[serde(default)]
    url: String,
    /// Whose buckets they are, there.
    pub organization: String,
    /// The bucket of points; those of minutes and hours have its name with `_minute` and `_hour` behind it.
    pub bucket: String,
    write_token: Option<Secret>,
    read_token: Option<Secret>,
    /// May tokens and figures cross a network without encryption, to an address that is not private?
    pub allow_plain_http: bool,
    /// Between two looks for what is to be sent, in seconds.
    pub every_seconds: u32,
    /// How long one request that writes may take, in seconds.
    pub timeout_seconds: u32,
}

impl InfluxConfig {
    /// Where it is, as `http://host:port`.
    pub fn url(&self) -> Option<&str> {
        Some(self.url.trim()).filter(|url| !url.is_empty())
    }

    /// What lets the jobs process write.
    pub fn write_token(&self) -> Option<&str> {
        token(self.write_token.as_ref())
    }

    /// What lets pages read.
    pub fn read_token(&self) -> Option<&str> {
        token(self.read_token.as_ref())
    }
}

fn token(token: Option<&Secret>) -> Option<&str> {
    token.map(|token| token.expose().trim()).filter(|token| !token.is_empty())
}
