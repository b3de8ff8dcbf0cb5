//! What must not be told: keys, and addresses of servers with a password in them.

use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// A text that logs and error messages never show.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
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

fn keyed(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac
}
