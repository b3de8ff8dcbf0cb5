//! Where blobs live.

use std::path::PathBuf;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct StorageConfig {
    /// On this machine, or in a bucket.
    #[serde(default)]
    pub kind: StorageKind,
    path: RelativePathBuf,
    /// Do uploaded files stay once their renditions are made?
    #[serde(default = "yes")]
    pub keep_originals: bool,
    /// The bucket's server; empty for Amazon's.
    #[serde(default)]
    pub endpoint: String,
    #[serde(default)]
    pub bucket: String,
    #[serde(default)]
    pub region: String,
    /// Who we are there; empty to take it from the environment as Amazon's tools do.
    #[serde(default)]
    pub access_key: String,
    /// And the proof.
    #[serde(default)]
    pub secret_key: String,
}

fn yes() -> bool {
    true
}

/// Which kind of blob store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    #[default]
    Disk,
    /// A bucket of any server that speaks S3; needs the feature `s3`.
    S3,
}

impl std::fmt::Debug for StorageConfig {
    /// Without the secret key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StorageConfig").field("kind", &self.kind).field("path", &self.path()).finish_non_exhaustive()
    }
}

impl StorageConfig {
    /// The folder on disk; relative paths are relative to `Rocket.toml`.
    pub fn path(&self) -> PathBuf {
        self.path.relative()
    }
}
