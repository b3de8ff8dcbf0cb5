//! Writing a blob piece by piece, so that memory does not follow the size of the file.

use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

use super::Error;

/// A blob that is being written. Nothing of it can be read before [`BlobWriter::finish`]; dropped, it leaves nothing.
pub struct BlobWriter {
    upload: Box<dyn MultipartUpload>,
    buffer: Vec<u8>,
    chunk: usize,
    digest: Sha256,
    bytes: u64,
}

/// A blob that was written as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBlob {
    /// Of the whole file.
    pub sha256: [u8; 32],
    /// How long it is.
    pub bytes: u64,
}

impl BlobWriter {
    pub(super) async fn start(store: &dyn ObjectStore, path: &Path, chunk: usize) -> Result<Self, Error> {
        let upload = store.put_multipart(path).await?;
        Ok(BlobWriter { upload, buffer: Vec::new(), chunk, digest: Sha256::new(), bytes: 0 })
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.digest.update(piece);
        self.bytes += piece.len() as u64;
        self.buffer.reserve_exact(self.chunk.saturating_sub(self.buffer.len()).max(piece.len()));
        self.buffer.extend_from_slice(piece);
        if self.buffer.len() >= self.chunk { self.flush().await } else { Ok(()) }
    }

    /// That was all: the blob is stored.
    pub async fn finish(mut self) -> Result<StoredBlob, Error> {
        let stored = match self.flush().await {
            Ok(()) => self.upload.complete().await.map(drop),
            Err(error) => Err(error),
        };
        match stored {
            Ok(()) => Ok(StoredBlob { sha256: self.digest.finalize().into(), bytes: self.bytes }),
            Err(error) => {
                self.upload.abort().await.ok(); // what is left of it the sweep finds
                Err(error)
            }
        }
    }

    /// Writes no further: it is not wanted, or was cut off.
    pub async fn abort(mut self) -> Result<(), Error> {
        self.upload.abort().await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let part = std::mem::take(&mut self.buffer);
        self.upload.put_part(PutPayload::from(part)).await
    }
}
