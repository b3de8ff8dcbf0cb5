//! Links that switch off one kind of mail without logging in (RFC 8058): whoever has the mail may.

use crate::secret::{Secret, mac, verify};

/// Mails that a member can switch off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionalMail {
    /// On photos that are ready or have failed.
    Photos,
    /// On how their photos did in a week.
    Digest,
    /// That there are more photos to rate, for who has asked to be told.
    AwaitedPhotos,
}

impl OptionalMail {
    /// As in the link that ends them.
    pub fn name(self) -> &'static str {
        match self {
            OptionalMail::Photos => "photos",
            OptionalMail::Digest => "digest",
            OptionalMail::AwaitedPhotos => "awaited",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let all = [OptionalMail::Photos, OptionalMail::Digest, OptionalMail::AwaitedPhotos];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// The key under such links.
#[derive(Clone)]
pub struct UnsubscribeKey([u8; 32]);

/// Whose mails, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    pub account: i64,
    pub mails: OptionalMail,
}

impl UnsubscribeKey {
    /// Derived from the secret that all processes share.
    pub fn new(secret: &Secret) -> Self {
        UnsubscribeKey(secret.key("unsubscribe"))
    }
}

impl Subscription {
    /// As the last part of a link, such as `photos-12-0123..ef`.
    pub fn sign(self, key: &UnsubscribeKey) -> String {
        let text = self.text();
        let tag = mac(&key.0, text.as_bytes());
        format!("{text}-{}", hex::encode(&tag[..16]))
    }

    /// Reads the last part of a link. Only what we signed is read.
    pub fn parse(signed: &str, key: &UnsubscribeKey) -> Option<Self> {
        let (text, tag) = signed.rsplit_once('-')?;
        let (mails, account) = text.split_once('-')?;
        let subscription = Subscription { account: account.parse().ok()?, mails: OptionalMail::parse(mails)? };
        let mut bytes = [0; 16];
        hex::decode_to_slice(tag, &mut bytes).ok()?;
        verify(&key.0, subscription.text().as_bytes(), &bytes).then_some(subscription)
    }

    fn text(self) -> String {
        format!("{}-{}", self.mails.name(), self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_read() {
        let key = UnsubscribeKey([7; 32]);
        let subscription = Subscription { account: 12, mails: OptionalMail::Photos };
        let signed = subscription.sign(&key);
        assert!(signed.starts_with("photos-12-"), "{signed}");
        assert_eq!(Subscription::parse(&signed, &key), Some(subscription));
        assert_eq!(Subscription::parse(&signed, &UnsubscribeKey([8; 32])), None, "another key");
        for forged in [
            signed.replace("12", "13"),
            signed.replace("photos", "digest"),
            signed.replace("photos", "awaited"),
            signed.replace("photos", "password"),
            signed[..signed.len() - 2].to_owned(),
            signed.clone() + "00",
            signed.replace("-12-", "--12-"),
            "photos-12-".to_owned(),
            "photos-12".to_owned(),
            String::new(),
        ] {
            assert_eq!(Subscription::parse(&forged, &key), None, "{forged}");
        }
    }
}
