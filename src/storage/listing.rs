//! Looking through all blobs for those that nobody names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};
use uuid::Uuid;

use super::{Error, Folder, Storage};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub path: String,
    /// What it belongs to; nothing when its path is not one of ours.
    pub key: Option<(Folder, Uuid)>,
    /// When it was written.
    pub written: DateTime<Utc>,
}

/// Blobs in the order of their paths.
#[derive(Debug)]
pub struct Page {
    /// At most as many as were asked for.
    pub blobs: Vec<Blob>,
    /// Are there more behind them?
    pub more: bool,
}

impl Storage {
    /// The first `limit` blobs behind a path. Stores list in whatever order they like, so that only the smallest paths of a
    /// whole listing are kept: memory follows `limit`, not the number of blobs.
    pub async fn blobs_after(&self, path: &str, limit: usize) -> Result<Page, Error> {
        let after = Path::from(path);
        let mut kept: BTreeMap<Path, DateTime<Utc>> = BTreeMap::new();
        let mut more = false;
        let mut listing = self.store.list_with_offset(None, &after);
        while let Some(blob) = listing.try_next().await? {
            kept.insert(blob.location, blob.last_modified);
            if kept.len() > limit {
                kept.pop_last();
                more = true;
            }
        }
        let blobs =
            kept.into_iter().map(|(path, written)| Blob { key: key(path.as_ref()), path: path.into(), written });
        Ok(Page { blobs: blobs.collect(), more })
    }

    /// Names of the blobs under a key that hold something: `640.jpg`. An original is one blob, and has its key as its name.
    pub async fn names(&self, folder: Folder, key: Uuid) -> Result<BTreeSet<String>, Error> {
        let path = Path::from(folder.path(key));
        let blobs: Vec<ObjectMeta> = match folder {
            Folder::Originals => match self.store.head(&path).await {
                Ok(blob) => vec![blob],
                Err(Error::NotFound { .. }) => vec![],
                Err(cause) => return Err(cause),
            },
            _ => self.store.list(Some(&path)).try_collect().await?,
        };
        let full = blobs.iter().filter(|blob| blob.size > 0);
        Ok(full.filter_map(|blob| Some(blob.location.filename()?.to_owned())).collect())
    }

    /// Removes a blob by its path; a missing one is fine.
    pub async fn delete_at(&self, blob: &Blob) -> Result<(), Error> {
        self.delete(Path::from(blob.path.as_str())).await
    }

    /// Removes the parts of uploads that were cut short by a crash longer ago than `age`; says how many. A bucket has a
    /// life-cycle rule for that.
    pub async fn remove_parts(&self, age: Duration) -> Result<u64, Error> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let removed = tokio::task::spawn_blocking(move || remove_parts(&folder, age)).await;
        removed
            .map_err(std::io::Error::other)
            .and_then(|removed| removed)
            .map_err(|source| Error::Generic { store: "LocalFileSystem", source: source.into() })
    }
}

/// `originals/<key>` or `<folder>/<key>/<name>`.
fn key(path: &str) -> Option<(Folder, Uuid)> {
    let (folder, rest) = path.split_once('/')?;
    let key = rest.split('/').next()?;
    Some((Folder::parse(folder)?, Uuid::try_parse(key).ok()?))
}

/// The store writes a blob into a file of its name with `#` and a number, and then renames it.
fn remove_parts(folder: &FilePath, age: Duration) -> std::io::Result<u64> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            removed += remove_parts(&entry.path(), age)?;
        } else if kind.is_file() && entry.file_name().to_string_lossy().contains('#') {
            let written = entry.metadata()?.modified()?;
            if SystemTime::now().duration_since(written).is_ok_and(|passed| passed >= age) {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_have_a_key() {
        let id = Uuid::from_u128(7);
        assert_eq!(key(&format!("originals/{}", id.simple())), Some((Folder::Originals, id)));
        assert_eq!(key(&format!("images/{}/640.jpg", id.simple())), Some((Folder::Images, id)));
        for other in ["originals", "originals/x", "backup/00000000000000000000000000000007", ""] {
            assert_eq!(key(other), None, "{other}");
        }
    }
}
