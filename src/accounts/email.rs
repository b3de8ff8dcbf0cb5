//! Addresses of mail.

use std::str::FromStr;

use email_address::EmailAddress;

use crate::error::Error;

/// An address that could receive mail. Addresses that differ in capital letters only are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// The longest address that SMTP can carry, in bytes (RFC 5321, as corrected by erratum 1690).
const LENGTH: usize = 254;

impl Email {
    /// Reads an address as it was typed. `Invalid` says what to change.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let address = typed.trim();
        let refuse = |message: &str| Err(Error::invalid("email", message));
        if address.is_empty() {
            return refuse("Enter your email address.");
        }
        if address.len() > LENGTH {
            return refuse("This email address is too long to receive mail. Check it.");
        }
        let parsed = EmailAddress::from_str(address);
        // Quoted names and bare hosts are legal, and always a slip of the finger.
        match parsed {
            Ok(parsed) if parsed.domain().contains('.') && !address.contains(['"', '[', '<', ' ']) => {
                Ok(Email(address.to_owned()))
            }
            _ => refuse("Enter an email address such as noodle@example.com."),
        }
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_what_mail_can_reach() {
        for right in ["noodle@example.com", " a.b+c@mail.example.co.uk ", "zoë@exämple.de", "用户@例子.广告"] {
            assert!(Email::parse(right).is_ok(), "{right}");
        }
        let long = format!("{}@example.com", "x".repeat(250));
        for wrong in [
            "",
            "noodle",
            "noodle@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@b@example.com",
            "\"a\"@b.com",
            "a@example.com\r\nBcc: b@example.com",
            "a@[127.0.0.1]",
            "Noodle <a@example.com>",
            &long,
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
