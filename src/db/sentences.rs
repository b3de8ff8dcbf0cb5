//! What a check finds, in words.

use futures_util::{Stream, TryStreamExt};

/// Sentences about one kind of fault that are kept; the rest is counted.
const KEPT: usize = 20;

/// Sentences about one kind of fault: a million broken rows take no more memory than twenty.
#[derive(Debug, Default)]
pub struct Sentences {
    kept: Vec<String>,
    more: u64,
}

impl Sentences {
    /// One more.
    pub fn push(&mut self, sentence: String) {
        if self.kept.len() < KEPT {
            self.kept.push(sentence);
        } else {
            self.more += 1;
        }
    }

    /// The first of them, and how many more there are.
    pub fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.kept.push(format!("And {} more like the last one.", self.more));
        }
        self.kept
    }
}

/// Those of a query.
pub async fn sentences(rows: impl Stream<Item = Result<String, sqlx::Error>>) -> Result<Vec<String>, sqlx::Error> {
    let mut rows = std::pin::pin!(rows);
    let mut found = Sentences::default();
    while let Some(sentence) = rows.try_next().await? {
        found.push(sentence);
    }
    Ok(found.finish())
}
