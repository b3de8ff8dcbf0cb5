//! Until when the certificate is good that visitors get: looked at each hour, as a browser would get it.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};
use x509_cert::der::Decode;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(3600);

/// For connecting, and for each answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One that is looked at.
pub(super) struct Certificate {
    /// As in `ratemyderp.example:443`.
    pub address: String,
    looked_at: Option<Instant>,
    good_until: Arc<Mutex<Option<DateTime<Utc>>>>,
}

impl Certificate {
    pub fn new(address: String) -> Self {
        Certificate { address, looked_at: None, good_until: Arc::default() }
    }

    /// For how many days it is still good, as far as that is known; below zero once it is not. Looks again on a thread of its own
    /// when it is time for that.
    pub fn days_left(&mut self, now: DateTime<Utc>) -> Option<f64> {
        if self.looked_at.is_none_or(|at| at.elapsed() >= EVERY) {
            self.looked_at = Some(Instant::now());
            let (address, good_until) = (self.address.clone(), Arc::clone(&self.good_until));
            std::thread::spawn(move || match look(&address) {
                Ok(until) => *good_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until),
                Err(cause) => log::warn!("the certificate of {address} cannot be looked at: {cause}"),
            });
        }
        let until = *self.good_until.lock().unwrap_or_else(PoisonError::into_inner);
        Some((until? - now).num_seconds() as f64 / 86_400.0)
    }
}

fn look(address: &str) -> io::Result<DateTime<Utc>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let host = address.rsplit_once(':').map(|(host, _)| host.to_owned()).ok_or_else(|| wrong("no port"))?;
    let name = ServerName::try_from(host).map_err(|_| wrong("no name of a host"))?;
    let to = address.to_socket_addrs()?.next().ok_or_else(|| wrong("no such host"))?;
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Whatever(provider)))
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    let chain = connection.peer_certificates().unwrap_or_default();
    // Whoever has the earliest end ends all of it.
    chain.iter().filter_map(|certificate| good_until(certificate)).min().ok_or_else(|| wrong("no certificate"))
}

/// Takes whatever comes: nothing is sent, and one that is over or of a stranger has an end too.
#[derive(Debug)]
struct Whatever(Arc<CryptoProvider>);

impl ServerCertVerifier for Whatever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The end of its validity.
fn good_until(certificate: &[u8]) -> Option<DateTime<Utc>> {
    let end = x509_cert::Certificate::from_der(certificate).ok()?.tbs_certificate.validity.not_after;
    DateTime::from_timestamp(end.to_unix_duration().as_secs().try_into().ok()?, 0)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::{ServerConfig, ServerConnection};

    use super::*;

    /// Of `derp.example`, made for this test alone, and its key.
    const CERTIFICATE: &str = "MIIBgzCCASmgAwIBAgIUGUlwKEmDHOwEaWLSMo9jCrOn/LQwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMZGVycC5leGFtcGxlMB4XDTI2MTEyNjE2MTUyMFoXDTM2MTEyMzE2MTUyMFowFzEVMBMGA1UEAwwMZGVycC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUID+ftNii0PiKckPpAfEvnXiuRIyv/VlipNd30H3yOYD7QJ/p9Nz1w+dw3p5K18uAgAXj/oERgmMuJQZeGhrQKNTMFEwHQYDVR0OBBYEFMGDFhB+XhjOzxyu92nDSqZHR54JMB8GA1UdIwQYMBaAFMGDFhB+XhjOzxyu92nDSqZHR54JMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAI400pRHnhYm2XKYjHZRe6WWcfHLQosHHUE6UN39Iok5AiAGhFPv4+Kxx6Op0v3vR6zZ+8/Tv1267Qq07Youpm5KFA==";
    const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHK0b+ym5kNTI5CUJMYgC+KzoOBuVP3SJMzLcrgeF3lmhRANCAARQgP5+02KLQ+IpyQ+kB8S+deK5EjK/9WWKk13fQffI5gPtAn+n03PXD53DenkrXy4CABeP+gRGCYy4lBl4aGtA";

    fn end() -> DateTime<Utc> {
        "2036-11-23T16:15:20Z".parse().unwrap()
    }

    fn decoded(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }

    #[test]
    fn a_server_is_asked_for_the_end_of_its_certificate() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![decoded(CERTIFICATE).into()], PrivatePkcs8KeyDer::from(decoded(KEY)).into())
                .unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
            while connection.is_handshaking() && connection.complete_io(&mut stream).is_ok() {}
        });
        assert_eq!(look(&address.to_string()).unwrap(), end());
        serving.join().unwrap();
        assert!(look(&address.to_string()).is_err(), "nobody is there any more");
        assert!(look("derp.example").is_err() && look("127.0.0.1:x").is_err());
    }

    #[test]
    fn the_end_is_read_and_nothing_of_one_that_is_cut_off() {
        let certificate = decoded(CERTIFICATE);
        assert_eq!(good_until(&certificate), Some(end()));
        for end in 0..certificate.len() {
            assert_eq!(good_until(&certificate[..end]), None, "cut off at {end}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_server_sends_is_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = good_until(&bytes);
        }
    }
}
