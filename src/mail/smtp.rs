//! Mail to an SMTP server, a connection for each. lettre's own transport is not used: it takes a connection back whose answer
//! was given up on, so that the next mail waits for ever or reads the answer meant for another; and it cannot tell whether
//! a server refuses a mail or us.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::Url;

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// This mail will never be taken.
    Permanent(String),
    /// Another time it may be.
    Temporary(String),
}

/// The server that carries our mail on.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    timeout: Duration,
}

#[derive(Clone)]
enum Encryption {
    None,
    /// Asked for before anything is told; without it nothing is.
    StartTls(TlsParameters),
    FromTheStart(TlsParameters),
}

impl Smtp {
    /// Reads `smtps://user:password@host:port`, `smtp://..` or `smtp://..?tls=required`. `timeout` is for a whole mail.
    pub fn parse(address: &str, timeout: Duration) -> Result<Self, String> {
        let url = Url::parse(address).map_err(|cause| cause.to_string())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it names no host")?.to_owned();
        let tls = || TlsParameters::new(host.clone()).map_err(|cause| cause.to_string());
        let (encryption, usual) = match (url.scheme(), url.query()) {
            ("smtp", None) => (Encryption::None, SMTP_PORT),
            ("smtp", Some("tls=required")) => (Encryption::StartTls(tls()?), SUBMISSION_PORT),
            ("smtps", None) => (Encryption::FromTheStart(tls()?), SUBMISSIONS_PORT),
            _ => return Err("it must begin with smtps:// or smtp://, the latter perhaps with ?tls=required".to_owned()),
        };
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let credentials = url.password().map(|password| Credentials::new(decoded(url.username()), decoded(password)));
        Ok(Smtp { port: url.port().unwrap_or(usual), host, encryption, credentials, timeout })
    }

    /// Hands a mail over. Whatever goes wrong before the server knows whom it is for is no fault of the mail.
    pub async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Refusal> {
        let handed_over = async {
            let mut connection = self.connect(envelope, mail).await.map_err(temporary)?;
            deliver(&mut connection, envelope, mail).await.map_err(about_the_mail)?;
            Ok(connection)
        };
        let late = |_| Refusal::Temporary(format!("no answer within {} s", self.timeout.as_secs()));
        let mut connection = tokio::time::timeout(self.timeout, handed_over).await.map_err(late)??;
        // The mail is theirs. Whether they take leave as well does not matter.
        let timeout = self.timeout;
        tokio::spawn(async move { tokio::time::timeout(timeout, connection.quit()).await });
        Ok(())
    }

    /// Up to the point where the server has accepted us and our sender.
    async fn connect(&self, envelope: &Envelope, mail: &[u8]) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let tls = match &self.encryption {
            Encryption::FromTheStart(tls) => Some(tls.clone()),
            Encryption::None | Encryption::StartTls(_) => None,
        };
        let server = (self.host.trim_matches(['[', ']']), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, tls, None).await?;
        if let Encryption::StartTls(tls) = &self.encryption {
            connection.starttls(tls.clone(), &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        let mut parameters = Vec::new();
        if !envelope.to().iter().all(|address| address.user().is_ascii())
            && connection.server_info().supports_feature(Extension::SmtpUtfEight)
        {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !mail.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        connection.command(Mail::new(envelope.from().cloned(), parameters)).await?;
        Ok(connection)
    }
}

async fn deliver(connection: &mut AsyncSmtpConnection, envelope: &Envelope, mail: &[u8]) -> Result<(), Error> {
    for address in envelope.to() {
        connection.command(Rcpt::new(address.clone(), Vec::new())).await?;
    }
    connection.command(Data).await?;
    connection.message(mail).await.map(drop)
}

fn temporary(cause: Error) -> Refusal {
    Refusal::Temporary(cause.to_string())
}

/// 530 asks for a password that we do not have.
fn about_the_mail(cause: Error) -> Refusal {
    let wants_password = cause.status().is_some_and(|code| code.to_string() == "530");
    if cause.is_permanent() && !wants_password { Refusal::Permanent(cause.to_string()) } else { temporary(cause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_of_servers_are_read() {
        let parse = |address| Smtp::parse(address, Duration::from_secs(1));
        for (address, port) in [
            ("smtp://127.0.0.1", 25),
            ("smtp://mail.example.com:2525", 2525),
            ("smtp://derp:s%40crt@mail.example.com?tls=required", 587),
            ("smtps://derp:secret@[::1]", 465),
        ] {
            assert_eq!(parse(address).map(|smtp| smtp.port), Ok(port), "{address}");
        }
        for wrong in ["", "mail.example.com", "https://mail.example.com", "smtp://", "smtp://h?tls=maybe", "smtp://h:x"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
