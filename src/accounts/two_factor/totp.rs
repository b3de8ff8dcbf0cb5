//! The key that the member's app and we share, and the codes that follow from it and the time.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Secret};

use crate::error::Error;

/// A key; never logged. SHA-1, six digits, 30 seconds: what every app knows.
pub struct AppKey([u8; 20]);

impl AppKey {
    pub fn random() -> Self {
        AppKey(rand::random())
    }

    pub(super) fn from_bytes(bytes: [u8; 20]) -> Self {
        AppKey(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// In Base32, in groups of four, for whoever types it.
    pub fn in_groups(&self) -> String {
        let text = Secret::new_stack(self.0).to_base32();
        let groups: Vec<&str> = (0..text.len()).step_by(4).map(|at| &text[at..text.len().min(at + 4)]).collect();
        groups.join(" ")
    }

    /// What the QR code says: `otpauth://totp/..`, with the names that the app is to show.
    pub fn url(&self, site: &str, username: &str) -> Result<String, Error> {
        // A colon stands between the two names.
        let named = self.builder().with_issuer(Some(site.replace(':', " "))).with_account_name(username);
        let url = named.build().and_then(|totp| totp.to_url());
        url.map_err(|cause| Error::Internal(cause.to_string().into()))
    }

    /// The step of 30 seconds that this code belongs to, if that is the one of `now` or a neighbour, since clocks differ.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let step = self.builder().build_noncompliant().check(code, u64::try_from(now.timestamp()).ok()?)?;
        i64::try_from(step).ok()
    }

    fn builder(&self) -> Builder {
        Builder::new().with_secret(Secret::new_stack(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6238 (appendix B, SHA-1), to six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let key = AppKey::from_bytes(*b"12345678901234567890");
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let now = DateTime::from_timestamp(second, 0).expect("a moment");
            assert_eq!(key.step_of(code, now), Some(second / 30), "{second}");
        }
    }

    #[test]
    fn clocks_may_differ_by_half_a_minute() {
        let key = AppKey::from_bytes(*b"12345678901234567890");
        // The code of the seconds 1,234,567,890 to 919.
        let step = |second| key.step_of("005924", DateTime::from_timestamp(second, 0).expect("a moment"));
        let good: Vec<i64> = (1_234_567_800..1_234_568_000).filter(|&second| step(second).is_some()).collect();
        assert_eq!((good[0], good[good.len() - 1], good.len()), (1_234_567_860, 1_234_567_949, 90));
        assert_eq!(step(1_234_567_860), step(1_234_567_949), "it is the same step all the time");
        assert_eq!(key.step_of("005924", DateTime::from_timestamp(-1, 0).expect("a moment")), None);
    }

    #[test]
    fn the_key_can_be_typed_and_its_address_read() {
        let key = AppKey::from_bytes(*b"12345678901234567890");
        assert_eq!(key.in_groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            key.url("derp.example:8000", "noodle").expect("an address"),
            "otpauth://totp/derp.example%208000:noodle?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=derp.example%208000"
        );
    }
}
