//! Is every blob there that a row names?

use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::db::Sentences;
use crate::error::Error;
use crate::storage::{Folder, Storage};

/// Rows held at once.
const PAGE: i64 = 1000;

/// Questions that the blob store is asked at once.
const AT_ONCE: usize = 16;

/// What has blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Photo,
    Draft,
}

/// What a row says is there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    owner: (Kind, i64),
    folder: Folder,
    key: Uuid,
    /// Sides of the renditions, in pixels; nothing in the other folders.
    sizes: Vec<i32>,
}

/// In words, which blobs are missing or empty; nothing when all are there. `looked` hears how many photos and drafts were
/// looked at.
///
/// The store is asked for the blobs of each, so that memory does not follow their number. What was replaced or deleted after its
/// row was read is no fault.
pub async fn files(
    pool: &PgPool,
    storage: &Storage,
    looked: &mut (dyn FnMut(usize) + Send),
) -> Result<Vec<String>, Error> {
    let mut found = Sentences::default();
    let mut count = 0;
    for kind in [Kind::Photo, Kind::Draft] {
        let mut after = 0;
        loop {
            let rows = behind(&mut *pool.acquire().await?, kind, after, PAGE).await?;
            let Some((last, _)) = rows.last() else { break };
            (after, count) = (*last, count + rows.len());
            let named = rows.into_iter().flat_map(|(_, named)| named);
            let mut asked = stream::iter(named).map(|named| missing(pool, storage, named)).buffered(AT_ONCE);
            while let Some(sentence) = asked.try_next().await? {
                sentence.into_iter().for_each(|sentence| found.push(sentence));
            }
            looked(count);
        }
    }
    Ok(found.finish())
}

/// The next ones, each with what its row names.
async fn behind(
    conn: &mut PgConnection,
    kind: Kind,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Vec<Named>)>, sqlx::Error> {
    let rows = match kind {
        Kind::Photo => {
            sqlx::query_as!(
                Row,
                r#"SELECT id, original_key, rendition_key, rendition_sizes, renditions_hidden, preview_key
                   FROM submissions WHERE id > $1 AND moderation <> 'removed' ORDER BY id LIMIT $2"#,
                after,
                limit
            )
            .fetch_all(conn)
            .await?
        }
        Kind::Draft => {
            sqlx::query_as!(
                Row,
                r#"SELECT id, original_key AS "original_key?", NULL::uuid AS rendition_key,
                          '{}'::integer[] AS "rendition_sizes!", false AS "renditions_hidden!", preview_key
                   FROM drafts WHERE id > $1 ORDER BY id LIMIT $2"#,
                after,
                limit
            )
            .fetch_all(conn)
            .await?
        }
    };
    Ok(rows.into_iter().map(|row| (row.id, row.named(kind))).collect())
}

struct Row {
    id: i64,
    original_key: Option<Uuid>,
    rendition_key: Option<Uuid>,
    rendition_sizes: Vec<i32>,
    renditions_hidden: bool,
    preview_key: Option<Uuid>,
}

impl Row {
    fn named(self, kind: Kind) -> Vec<Named> {
        let images = if self.renditions_hidden { Folder::Hidden } else { Folder::Images };
        let all = [
            (Folder::Originals, self.original_key, vec![]),
            (images, self.rendition_key, self.rendition_sizes),
            (Folder::Previews, self.preview_key, vec![]),
        ];
        all.into_iter()
            .filter_map(|(folder, key, sizes)| Some(Named { owner: (kind, self.id), folder, key: key?, sizes }))
            .collect()
    }
}

/// In words, what of this is missing.
async fn missing(pool: &PgPool, storage: &Storage, named: Named) -> Result<Option<String>, Error> {
    let there = storage.names(named.folder, named.key).await?;
    let lacking: Vec<String> =
        named.sizes.iter().map(|size| format!("{size}.jpg")).filter(|name| !there.contains(name)).collect();
    if lacking.is_empty() && !there.is_empty() {
        return Ok(None);
    }
    let (kind, id) = named.owner;
    let now = behind(&mut *pool.acquire().await?, kind, id - 1, 1).await?;
    if !now.iter().any(|(_, still)| still.contains(&named)) {
        return Ok(None);
    }
    let what = match named.folder {
        Folder::Originals => "the file that it is made from".to_owned(),
        Folder::Images | Folder::Hidden => format!("the pictures {}", lacking.join(", ")),
        Folder::Previews => "its previews".to_owned(),
    };
    let owner = match kind {
        Kind::Photo => "Photo",
        Kind::Draft => "Draft",
    };
    Ok(Some(format!("{owner} {id} lacks {what}: {}/{}.", named.folder.name(), named.key.simple())))
}
