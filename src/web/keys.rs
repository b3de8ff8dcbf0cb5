//! Secrets of the web processes, all derived from Rocket's `secret_key`.

use hmac::{Hmac, Mac};
use rocket::figment::Figment;
use sha2::Sha256;

use crate::ratings::deck::DeckKey;

/// One key for each use, the same in every web process.
pub struct Keys {
    /// Of everybody's order through the deck.
    pub deck: DeckKey,
    /// Of form tokens.
    pub csrf: [u8; 32],
}

impl Keys {
    /// Derives the keys; fails where no secret is configured.
    pub fn from_figment(figment: &Figment) -> Result<Self, String> {
        let secret: String = figment.extract_inner("secret_key").map_err(|_| {
            "ROCKET_SECRET_KEY is not set: every web process needs the same one. `bin/dev` makes one; \
             elsewhere use the output of `openssl rand -base64 32`."
                .to_owned()
        })?;
        let derive = |purpose: &[u8]| mac(secret.as_bytes(), purpose);
        Ok(Keys { deck: DeckKey(derive(b"deck")), csrf: derive(b"csrf") })
    }
}

/// HMAC-SHA256.
pub fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
