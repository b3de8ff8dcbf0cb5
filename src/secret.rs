//! What must not be told: keys, and addresses of servers with a password in them.

use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// A text that logs and error messages never show.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A key for one purpose; keys of different purposes tell nothing of each other.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        mac(self.0.as_bytes(), purpose.as_bytes())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// HMAC-SHA256.
pub fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    keyed(key, message).finalize().into_bytes().into()
}

/// Whether `tag` is the first half of the message's HMAC-SHA256, in a time that tells nothing.
pub fn verify(key: &[u8], message: &[u8], tag: &[u8; 16]) -> bool {
    keyed(key, message).verify_truncated_left(tag).is_ok()
}

/// Whether both are the same, in a time that tells nothing but their lengths.
pub fn same(one: &str, other: &str) -> bool {
    let tag = mac(b"compared", one.as_bytes());
    keyed(b"compared", other.as_bytes()).verify_slice(&tag).is_ok()
}

fn keyed(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac
}

/// The text without what could be the secret of a link: such must not end up in a log.
pub fn redact(text: &str) -> String {
    const LONGEST: usize = 31;
    let mut told = String::new();
    let mut digits = String::new();
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_hexdigit() {
            digits.push(character);
            continue;
        }
        told.push_str(if digits.len() > LONGEST { "..." } else { &digits });
        digits.clear();
        told.push(character);
    }
    told.pop();
    told
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn the_secret_of_a_link_is_not_told() {
        let token = "0123456789abcdef".repeat(4);
        let quoted = format!("550 refused: https://derp.example/verify/{token} (code deadbeef)");
        assert_eq!(redact(&quoted), "550 refused: https://derp.example/verify/... (code deadbeef)");
        assert_eq!(redact(&token), "...");
        assert_eq!(redact(""), "");
    }
}
