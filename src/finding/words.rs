//! What somebody types to find something, and how they may have meant it.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::db::along_indexes;

/// The most characters that are looked at.
pub const LENGTH: usize = 200;

/// The most words.
pub const WORDS: usize = 8;

/// Of so many words at most other spellings are looked for.
const MISSPELT: usize = 3;

/// Other spellings of one word.
const SPELLINGS: usize = 8;

/// Known words that begin with a word are looked through up to here, for the shortest.
const BEGINNINGS: i64 = 200;

/// How alike a word has to be, from 0 to 1: every second part of three letters, about. Two letters in the other's place leave a third.
const ALIKE: f32 = 0.3;

/// So many that are alike are compared.
const COMPARED: i64 = 1000;

/// They stand in most descriptions, and are left out where something else is asked for.
const COMMON: [&str; 20] = [
    "a", "an", "and", "as", "at", "by", "for", "from", "her", "his", "in", "is", "it", "its", "my", "of", "on", "the",
    "to", "with",
];

/// A word, and what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// As it was typed, without accents and in small letters.
    pub typed: String,
    /// Words that there are: the same and its plural or singular, or if there is no such word, those that begin with it or are
    /// spelt alike. Nothing is found by none.
    pub spellings: Vec<String>,
    /// Is there such a word?
    pub exact: bool,
}

/// The words of what was typed, each once.
pub async fn read(conn: &mut PgConnection, typed: &str) -> Result<Vec<String>, sqlx::Error> {
    let shown: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = sqlx::query_scalar!(r#"SELECT words_in($1) AS "words!""#, shown).fetch_one(conn).await?;
    let telling: Vec<String> = words.iter().filter(|word| !COMMON.contains(&word.as_str())).cloned().collect();
    Ok(if telling.is_empty() { words } else { telling })
}

/// A species as it is compared.
pub async fn species(conn: &mut PgConnection, typed: &str) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT lower($1) AS "species!""#, typed).fetch_one(conn).await
}

/// How each of these may be meant.
pub async fn spell(conn: &mut PgConnection, words: Vec<String>) -> Result<Vec<Spelled>, sqlx::Error> {
    let forms: Vec<String> = words.iter().flat_map(|word| forms(word)).collect();
    let mut tx = along_indexes(conn).await?;
    let known = sqlx::query_scalar!("SELECT word FROM known_words WHERE word = ANY($1)", &forms);
    let known: BTreeSet<String> = known.fetch_all(&mut *tx).await?.into_iter().collect();
    tx.rollback().await?;
    let (mut spelled, mut misspelt) = (vec![], 0);
    for typed in words {
        let mut spellings: Vec<String> = forms_known(&typed, &known);
        let exact = !spellings.is_empty();
        if !exact && misspelt < MISSPELT {
            misspelt += 1;
            spellings = others(conn, &typed).await?;
        }
        spelled.push(Spelled { typed, spellings, exact });
    }
    Ok(spelled)
}

/// A word with its plural or singular, as English mostly has it.
fn forms(word: &str) -> Vec<String> {
    let singular = word.strip_suffix('s').filter(|singular| singular.chars().count() > 1).map(str::to_owned);
    std::iter::once(word.to_owned()).chain([format!("{word}s")]).chain(singular).collect()
}

fn forms_known(word: &str, known: &BTreeSet<String>) -> Vec<String> {
    forms(word).into_iter().filter(|form| known.contains(form)).collect()
}

/// Words that begin with it, the shortest first, and those that are spelt alike, the most alike first.
async fn others(conn: &mut PgConnection, word: &str) -> Result<Vec<String>, sqlx::Error> {
    if word.chars().count() < 3 {
        return Ok(vec![]);
    }
    let mut tx = along_indexes(conn).await?;
    let mut others = sqlx::query_scalar!(
        r#"SELECT word AS "word!" FROM (
               SELECT word FROM known_words WHERE word > $1 AND word < $1 || U&'\+10FFFF' ORDER BY word LIMIT $2) AS beginning
           ORDER BY char_length(word), word LIMIT $3"#,
        word,
        BEGINNINGS,
        SPELLINGS as i64
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.rollback().await?;
    for alike in alike(conn, word).await? {
        if others.len() < SPELLINGS && !others.contains(&alike) {
            others.push(alike);
        }
    }
    Ok(others)
}

/// Known words that are spelt like it. Their index is of the kind that is read for all that fits, before any of it is looked at.
async fn alike(conn: &mut PgConnection, word: &str) -> Result<Vec<String>, sqlx::Error> {
    let mut tx = along_indexes(conn).await?;
    sqlx::query!(r#"SELECT set_config('enable_bitmapscan', 'on', true) AS "set!""#).fetch_one(&mut *tx).await?;
    let alike = sqlx::query_scalar!(
        r#"SELECT word AS "word!" FROM (
               SELECT word FROM known_words WHERE word % $1 AND similarity(word, $1) >= $2 LIMIT $3) AS alike
           ORDER BY word <-> $1, word LIMIT $4"#,
        word,
        ALIKE,
        COMPARED,
        SPELLINGS as i64
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.rollback().await?;
    Ok(alike)
}

/// Those of these words that a photo on show is found by: only they may be named to others.
pub async fn shown(conn: &mut PgConnection, words: &[String]) -> Result<BTreeSet<String>, sqlx::Error> {
    let mut tx = along_indexes(conn).await?;
    let shown = sqlx::query_scalar!(
        r#"SELECT wanted.word AS "word!" FROM unnest((SELECT $1::text[])) AS wanted (word)
               CROSS JOIN LATERAL (
                   SELECT FROM photo_words p JOIN submissions s ON s.id = p.submission AND s.ordinal IS NOT NULL
                   WHERE p.word = wanted.word LIMIT 1) AS one"#,
        words
    );
    let shown = shown.fetch_all(&mut *tx).await?.into_iter().collect();
    tx.rollback().await?;
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn plurals_and_singulars_are_one_word() {
        assert_eq!(forms("cat"), ["cat", "cats"]);
        assert_eq!(forms("cats"), ["cats", "catss", "cat"]);
        assert_eq!(forms("s"), ["s", "ss"]);
    }
}
