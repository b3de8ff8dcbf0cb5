//! Blobs: uploaded originals, never public, and renditions under keys that cannot be guessed.

use std::path::Path as FilePath;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

/// Why a blob could not be read or written.
pub type Error = object_store::Error;

/// The blob store of one process.
#[derive(Debug, Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
}

impl Storage {
    /// Blobs in a folder, which is made when it is missing.
    pub fn local(folder: &FilePath) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|source| object_store::Error::Generic {
            store: "LocalFileSystem",
            source: format!("cannot create {}: {source}", folder.display()).into(),
        })?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
        Ok(Storage { store: Arc::new(store) })
    }

    /// Blobs that live as long as the process, for tests.
    pub fn memory() -> Self {
        Storage { store: Arc::new(InMemory::new()) }
    }

    /// Stores what a member uploaded.
    pub async fn put_original(&self, key: Uuid, file: Vec<u8>) -> Result<(), Error> {
        self.put(original(key), file).await
    }

    /// What a member uploaded.
    pub async fn original(&self, key: Uuid) -> Result<Vec<u8>, Error> {
        self.get(original(key)).await
    }

    /// Removes what a member uploaded; a missing blob is fine.
    pub async fn delete_original(&self, key: Uuid) -> Result<(), Error> {
        self.delete(original(key)).await
    }

    /// Stores one rendition; `size` is its side in pixels.
    pub async fn put_rendition(&self, key: Uuid, size: u32, jpeg: Vec<u8>) -> Result<(), Error> {
        self.put(rendition(key, size), jpeg).await
    }

    /// One rendition, as JPEG.
    pub async fn rendition(&self, key: Uuid, size: u32) -> Result<Vec<u8>, Error> {
        self.get(rendition(key, size)).await
    }

    /// Removes one rendition; a missing blob is fine.
    pub async fn delete_rendition(&self, key: Uuid, size: u32) -> Result<(), Error> {
        self.delete(rendition(key, size)).await
    }

    async fn put(&self, path: Path, bytes: Vec<u8>) -> Result<(), Error> {
        self.store.put(&path, PutPayload::from(bytes)).await.map(drop)
    }

    async fn get(&self, path: Path) -> Result<Vec<u8>, Error> {
        Ok(self.store.get(&path).await?.bytes().await?.into())
    }

    async fn delete(&self, path: Path) -> Result<(), Error> {
        match self.store.delete(&path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

fn original(key: Uuid) -> Path {
    Path::from(format!("originals/{}", key.simple()))
}

fn rendition(key: Uuid, size: u32) -> Path {
    Path::from(format!("images/{}/{size}.jpg", key.simple()))
}
