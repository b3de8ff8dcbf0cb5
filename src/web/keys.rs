//! Keys of the web processes.

use crate::accounts::two_factor::Vault;
use crate::mail::unsubscribe;
use crate::ratings::brake::NetworkKey;
use crate::ratings::deck::DeckKey;
use crate::secret::Secret;

/// One key for each use, the same in every web process.
pub struct Keys {
    /// Of everybody's order through the deck.
    pub deck: DeckKey,
    /// Of form tokens.
    pub csrf: [u8; 32],
    /// Of two-factor keys at rest.
    pub vault: Vault,
    /// Of networks in ratings.
    pub networks: NetworkKey,
    /// Of links that end mails; the jobs processes have it too.
    pub unsubscribe: unsubscribe::UnsubscribeKey,
}

impl Keys {
    /// Derives them from the secret that all processes share.
    pub fn new(secret: &Secret) -> Self {
        Keys {
            deck: DeckKey(secret.key("deck")),
            csrf: secret.key("csrf"),
            vault: Vault::new(secret),
            networks: NetworkKey::new(secret),
            unsubscribe: unsubscribe::UnsubscribeKey::new(secret),
        }
    }
}
