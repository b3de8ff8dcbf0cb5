//! Which errors are the same: but for numbers, names, addresses and places.

mod hours;

use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest, Sha256};

pub use self::hours::{compact, delete_old, unmute_changed};
use crate::secret::redact;

/// The version of the rules below; another one makes other groups.
pub const NORMALISER: i16 = 1;

/// The longest normalised text, in characters.
const LONGEST: usize = 200;

/// Errors of a kind that are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorGroup {
    /// The first eight bytes of the SHA-256 of kind and normalised text.
    pub id: i64,
    /// The text with marks for what differs.
    pub normalised: String,
    /// The error itself, without secrets.
    pub sample: String,
}

impl ErrorGroup {
    /// The group of an error of this kind of job.
    pub fn of(kind: &str, error: &str) -> Self {
        let sample = redact(error);
        let normalised = normalise(&sample);
        let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(&normalised).finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        ErrorGroup { id: i64::from_be_bytes(id), normalised, sample }
    }
}

/// What differs between errors of one sort, in the order in which it is looked for, and the mark in its place.
static MARKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let marks = [
        (r#""[^"]*"|“[^”]*”|'[^']*'|`[^`]*`"#, "<text>"),
        (r"[a-z][a-z0-9+.-]*://\S+", "<address>"),
        (r"[^\s<>]+@[^\s<>]+", "<address>"),
        (r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
        (r"(?:[\w.-]*/)+[\w.-]+", "<path>"),
        (r"(?i)\b(?:0x[0-9a-f]+|[0-9a-f]*\d[0-9a-f]*)\b", "<n>"),
        (r"\d+", "<n>"),
    ];
    marks.into_iter().filter_map(|(pattern, mark)| Some((Regex::new(pattern).ok()?, mark))).collect()
});

fn normalise(error: &str) -> String {
    let first = error.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    // Longer than what is kept, since marks are shorter than what they stand for.
    let first: String = first.chars().take(20 * LONGEST).collect();
    let marked = MARKS.iter().fold(first, |text, (pattern, mark)| pattern.replace_all(&text, *mark).into_owned());
    marked.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_differs_from_job_to_job_makes_no_group_of_its_own() {
        assert_eq!(MARKS.len(), 7, "every pattern is one");
        for (error, normalised) in [
            ("storage: no space left on /srv/blobs/1f/ab.jpg", "storage: no space left on <path>"),
            ("database: timeout after 512 ms on photo 812", "database: timeout after <n> ms on photo <n>"),
            ("550 5.1.1 <noodle@example.com>: unknown", "<n> <n>.<n>.<n> <<address>>: unknown"),
            ("GET https://derp.example/hook?id=7 answered 502", "GET <address> answered <n>"),
            ("no row 8d7c1f6e-1111-4222-8333-123456789abc", "no row <id>"),
            ("it panicked: index \"noodle\" of 9\nat line 3", "it panicked: index <text> of <n>"),
            ("", ""),
        ] {
            assert_eq!(normalise(error), normalised);
        }
    }

    #[test]
    fn kinds_have_groups_of_their_own() {
        assert_ne!(ErrorGroup::of("send_mail", "it failed").id, ErrorGroup::of("rank_photos", "it failed").id);
        assert_eq!(ErrorGroup::of("send_mail", "after 3 s").id, ErrorGroup::of("send_mail", "after 40 s").id);
    }

    proptest! {
        #[test]
        fn any_error_has_a_group_that_is_short_and_stays(error in "\\PC{0,400}", number in 0u32..1_000_000) {
            let group = ErrorGroup::of("send_mail", &error);
            prop_assert!(group.normalised.chars().count() <= LONGEST);
            prop_assert_eq!(&group, &ErrorGroup::of("send_mail", &error));
            let numbered = |n: u32| ErrorGroup::of("send_mail", &format!("photo {n} failed")).id;
            prop_assert_eq!(numbered(number), numbered(number / 2));
        }
    }
}
