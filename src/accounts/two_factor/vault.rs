//! Keys of apps, sealed before they are stored: whoever reads the database alone cannot make codes.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};

use crate::error::Error;
use crate::secret::Secret;

const NONCE: usize = 12;

/// Seals and opens (AES-256-GCM). What is sealed for one account cannot be opened for another.
#[derive(Clone)]
pub struct Vault(Aes256Gcm);

impl Vault {
    /// With a key derived from the secret that all processes share.
    pub fn new(secret: &Secret) -> Self {
        let key = Key::<Aes256Gcm>::from(secret.key("two-factor"));
        Vault(Aes256Gcm::new(&key))
    }

    /// A random nonce and what was sealed with it.
    pub(super) fn seal(&self, account: i64, key: &[u8; 20]) -> Result<Vec<u8>, Error> {
        // 96 random bits: a member who makes a new key every second would take millions of years to meet one twice.
        let nonce: [u8; NONCE] = rand::random();
        let aad = account.to_be_bytes();
        let sealed = self.0.encrypt(&Nonce::from(nonce), Payload { msg: key, aad: &aad });
        Ok([&nonce[..], &sealed.map_err(internal)?].concat())
    }

    /// `Internal` when it was sealed with another key, for another account, or tampered with.
    pub(super) fn open(&self, account: i64, sealed: &[u8]) -> Result<[u8; 20], Error> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(unusable)?;
        let aad = account.to_be_bytes();
        let opened = self.0.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &aad }).map_err(internal)?;
        opened.try_into().map_err(|_| unusable())
    }
}

fn internal(cause: aes_gcm::Error) -> Error {
    Error::Internal(cause.to_string().into())
}

fn unusable() -> Error {
    Error::Internal("what was sealed is not a key".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(secret: &str) -> Vault {
        Vault::new(&serde_json::from_value(secret.into()).expect("a secret"))
    }

    #[test]
    fn what_is_sealed_is_opened_for_its_account_alone() {
        let key = *b"12345678901234567890";
        let here = vault("ours");
        let sealed = here.seal(7, &key).expect("sealed");
        assert_eq!(here.open(7, &sealed).expect("opened"), key);
        assert_ne!(sealed, here.seal(7, &key).expect("sealed"), "no two look alike");
        assert!(here.open(8, &sealed).is_err(), "another account's");
        assert!(vault("theirs").open(7, &sealed).is_err(), "another key's");
        for at in 0..sealed.len() {
            let mut tampered = sealed.clone();
            tampered[at] ^= 1;
            assert!(here.open(7, &tampered).is_err(), "byte {at}");
            assert!(here.open(7, &sealed[..at]).is_err(), "cut at {at}");
        }
    }
}
