//! Blobs: uploaded originals, never public, and renditions under keys that cannot be guessed.

mod listing;
#[cfg(feature = "s3")]
mod s3;
mod writer;

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

pub use self::listing::{Blob, Page};
pub use self::writer::{BlobWriter, StoredBlob};
use crate::config::{StorageConfig, StorageKind};

/// Why a blob could not be read or written.
pub type Error = object_store::Error;

impl From<Error> for crate::error::Error {
    fn from(cause: Error) -> Self {
        crate::error::Error::Internal(cause.into())
    }
}

/// What kind of blob a key stands for, and who may have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Folder {
    /// What members uploaded: for nobody but ourselves.
    Originals,
    /// Renditions for everybody who knows the key.
    Images,
    /// Renditions of photos that are out of sight.
    Hidden,
    /// Small squares for the owner.
    Previews,
}

impl Folder {
    pub const ALL: [Folder; 4] = [Folder::Originals, Folder::Images, Folder::Hidden, Folder::Previews];

    /// Its name, as the first part of a blob's path and as stored.
    pub fn name(self) -> &'static str {
        match self {
            Folder::Originals => "originals",
            Folder::Images => "images",
            Folder::Hidden => "hidden",
            Folder::Previews => "previews",
        }
    }

    /// The folder of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|folder| folder.name() == name)
    }

    fn path(self, key: Uuid) -> String {
        format!("{}/{}", self.name(), key.simple())
    }
}

/// The blob store of one process.
#[derive(Debug, Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// Its folder, when it is one: uploads that a crash cut short leave parts there that the store does not list.
    folder: Option<PathBuf>,
    /// How much of an upload is held in memory at once, in bytes.
    chunk: usize,
    keeps_originals: bool,
}

impl Storage {
    /// As configured; fails on a folder that cannot be made, and in words on settings that cannot be used.
    pub fn from_config(config: &StorageConfig) -> Result<Self, Error> {
        let storage = match config.kind {
            StorageKind::Disk => Self::local(&config.path())?,
            StorageKind::S3 => Self::remote(config)?,
        };
        Ok(Storage { keeps_originals: config.keep_originals, ..storage })
    }

    /// Blobs in a folder, which is made when it is missing. What is written is on the disk before it counts as stored.
    pub fn local(folder: &FilePath) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|source| object_store::Error::Generic {
            store: "LocalFileSystem",
            source: format!("cannot create {}: {source}", folder.display()).into(),
        })?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Storage { store: Arc::new(store), folder: Some(folder.to_owned()), chunk: 64 << 10, keeps_originals: true })
    }

    /// Blobs that live as long as the process, for tests.
    pub fn memory() -> Self {
        Storage { store: Arc::new(InMemory::new()), folder: None, chunk: 64 << 10, keeps_originals: true }
    }

    #[cfg(feature = "s3")]
    fn remote(config: &StorageConfig) -> Result<Self, Error> {
        let store = s3::open(config)?;
        Ok(Storage { store, folder: None, chunk: s3::LEAST_PART, keeps_originals: true })
    }

    #[cfg(not(feature = "s3"))]
    fn remote(_: &StorageConfig) -> Result<Self, Error> {
        Err(object_store::Error::Generic {
            store: "S3",
            source: "this program was built without S3: build it with `--features s3`, or set [default.storage] kind = \"disk\""
                .into(),
        })
    }

    /// Whether uploaded files stay once their renditions are made. Without them a crop cannot be changed.
    pub fn keeps_originals(&self) -> bool {
        self.keeps_originals
    }

    /// The same store under another rule about originals.
    pub fn keeping_originals(self, keeps_originals: bool) -> Self {
        Storage { keeps_originals, ..self }
    }

    /// Stores what a member uploaded.
    pub async fn put_original(&self, key: Uuid, file: Vec<u8>) -> Result<(), Error> {
        self.put(original(key), file).await
    }

    /// Writes what a member uploads, piece by piece.
    pub async fn original_writer(&self, key: Uuid) -> Result<BlobWriter, Error> {
        BlobWriter::start(&*self.store, &original(key), self.chunk).await
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
        self.put(rendition(Folder::Images, key, size), jpeg).await
    }

    /// One rendition that everybody may see, as JPEG.
    pub async fn rendition(&self, key: Uuid, size: u32) -> Result<Vec<u8>, Error> {
        self.get(rendition(Folder::Images, key, size)).await
    }

    /// One rendition of a photo that is out of sight, as JPEG.
    pub async fn hidden_rendition(&self, key: Uuid, size: u32) -> Result<Vec<u8>, Error> {
        self.get(rendition(Folder::Hidden, key, size)).await
    }

    /// Copies renditions to another key and folder.
    pub async fn copy_renditions(&self, from: (Folder, Uuid), to: (Folder, Uuid), sizes: &[u32]) -> Result<(), Error> {
        for &size in sizes {
            self.store.copy(&rendition(from.0, from.1, size), &rendition(to.0, to.1, size)).await?;
        }
        Ok(())
    }

    /// Stores the picture for links on other sites, beside the renditions that it was drawn from.
    pub async fn put_share_picture(&self, key: Uuid, jpeg: Vec<u8>) -> Result<(), Error> {
        self.put(share_picture(key), jpeg).await
    }

    /// The picture for links on other sites, as JPEG.
    pub async fn share_picture(&self, key: Uuid) -> Result<Vec<u8>, Error> {
        self.get(share_picture(key)).await
    }

    /// Removes the picture for links on other sites; a missing one is fine.
    pub async fn delete_share_picture(&self, key: Uuid) -> Result<(), Error> {
        self.delete(share_picture(key)).await
    }

    /// Stores one preview under a name of its own.
    pub async fn put_preview(&self, key: Uuid, name: &str, jpeg: Vec<u8>) -> Result<(), Error> {
        self.put(preview(key, name), jpeg).await
    }

    /// One preview, as JPEG.
    pub async fn preview(&self, key: Uuid, name: &str) -> Result<Vec<u8>, Error> {
        self.get(preview(key, name)).await
    }

    /// Removes everything under a key; missing blobs are fine.
    pub async fn delete_all(&self, folder: Folder, key: Uuid) -> Result<(), Error> {
        if folder == Folder::Originals {
            return self.delete_original(key).await;
        }
        let prefix = Path::from(folder.path(key));
        let blobs: Vec<Path> =
            self.store.list(Some(&prefix)).map(|blob| blob.map(|blob| blob.location)).try_collect().await?;
        for path in blobs {
            self.delete(path).await?;
        }
        Ok(())
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

/// Is there no room left for this blob?
pub fn is_full(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        if matches!(kind, Some(StorageFull | QuotaExceeded | FileTooLarge)) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn original(key: Uuid) -> Path {
    Path::from(Folder::Originals.path(key))
}

fn rendition(folder: Folder, key: Uuid, size: u32) -> Path {
    Path::from(format!("{}/{size}.jpg", folder.path(key)))
}

fn share_picture(key: Uuid) -> Path {
    Path::from(format!("{}/share.jpg", Folder::Images.path(key)))
}

fn preview(key: Uuid, name: &str) -> Path {
    Path::from(format!("{}/{name}.jpg", Folder::Previews.path(key)))
}
