//! Passwords: what makes a good one, and how they are kept (Argon2id with OWASP's parameters).

mod strength;

use std::sync::Arc;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::Score;

use crate::error::Error;

/// The shortest password, in characters.
pub const SHORTEST: usize = 10;

/// The longest one: as much as anybody needs, and not so much that hashing it becomes work.
pub const LONGEST: usize = 200;

/// A new password that is good enough.
pub struct Password(String);

impl Password {
    /// Reads a new password. `about_them` is what others can guess: names and addresses. `Invalid` says what to change.
    /// Takes some milliseconds of a core: requests use [`Passwords::parse`].
    pub fn parse(typed: &str, about_them: &[&str]) -> Result<Self, Error> {
        check_length(typed)?;
        let guessing = strength::measure(typed, about_them);
        if guessing.score() < Score::Three {
            return refuse(advice(&guessing));
        }
        Ok(Password(normal(typed)))
    }
}

fn check_length(typed: &str) -> Result<(), Error> {
    let length = typed.chars().count();
    if length == 0 {
        return refuse("Choose a password.".into());
    }
    if length < SHORTEST {
        return refuse(format!("Choose a password of at least {SHORTEST} characters; this one has {length}."));
    }
    if length > LONGEST {
        return refuse(format!("Choose a password of at most {LONGEST} characters; this one has {length}."));
    }
    Ok(())
}

fn refuse<T>(message: String) -> Result<T, Error> {
    Err(Error::invalid("password", message))
}

/// The password of the demo's accounts.
#[cfg(feature = "demo")]
pub(super) const DEMO: &str = "derpderpderp";

/// The same as a password, which nobody could choose: everybody knows it.
#[cfg(feature = "demo")]
pub(super) fn demo() -> Password {
    Password(DEMO.to_owned())
}

/// Why it is easy to guess, and what would help.
fn advice(guessing: &zxcvbn::Entropy) -> String {
    let mut text = String::from("This password is easy to guess.");
    if let Some(feedback) = guessing.feedback() {
        if let Some(warning) = feedback.warning() {
            text = format!("{text} {warning}");
        }
        for suggestion in feedback.suggestions() {
            text = format!("{text} {suggestion}");
        }
    }
    text + " Three or four words that have nothing to do with each other make a good password."
}

/// The same characters typed on another keyboard give the same bytes (NIST SP 800-63B, 3.1.1.2).
fn normal(typed: &str) -> String {
    typed.nfkc().collect()
}

/// Measures, hashes and compares passwords off the async threads, a few at a time: a hash takes a core and 19 MiB for some 20 ms.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// What nobody's password is compared with, so that an unknown account takes as long as a known one.
    decoy: Arc<str>,
}

/// What a comparison has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is the password. With a new hash to store when the old one was made with other parameters.
    Right(Option<String>),
    Wrong,
}

impl Passwords {
    /// As many at once as there are cores.
    pub fn new() -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Passwords { permits: Arc::new(Semaphore::new(cores)), decoy: decoy()?.into() })
    }

    /// [`Password::parse`] for requests. Brake before: it is work.
    pub async fn parse(&self, typed: &str, about_them: &[&str]) -> Result<Password, Error> {
        // Too short or too long is seen at once.
        check_length(typed)?;
        let typed = typed.to_owned();
        let about_them: Vec<String> = about_them.iter().map(|&about| about.to_owned()).collect();
        self.blocking(move || {
            let about_them: Vec<&str> = about_them.iter().map(String::as_str).collect();
            Password::parse(&typed, &about_them)
        })
        .await
    }

    /// What is stored of a password: a PHC string.
    pub async fn hash(&self, password: Password) -> Result<String, Error> {
        self.blocking(move || hash(&password.0)).await
    }

    /// Is this the password behind `stored`? Without one it takes as long, and is always wrong.
    pub async fn verify(&self, typed: &str, stored: Option<&str>) -> Result<PasswordCheck, Error> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.decoy).to_owned();
        // Nobody's password is longer: what it is does not matter.
        let typed = normal(&typed.chars().take(LONGEST + 1).collect::<String>());
        self.blocking(move || verify(&typed, &stored, known)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|closed| Error::Internal(closed.into()))?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        done.await.map_err(|panic| Error::Internal(panic.into()))?
    }
}

fn hash(password: &str) -> Result<String, Error> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(internal)
}

/// Looks like the hash of a password, takes as long to compare with, and is none's: chance would have to hit 256 bits.
fn decoy() -> Result<String, Error> {
    let any = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: (&Params::default()).try_into().map_err(internal)?,
        salt: Some(Salt::new(&rand::random::<[u8; 16]>()).map_err(internal)?),
        hash: Some(Output::new(&rand::random::<[u8; Params::DEFAULT_OUTPUT_LEN]>()).map_err(internal)?),
    };
    Ok(any.to_string())
}

fn verify(typed: &str, stored: &str, known: bool) -> Result<PasswordCheck, Error> {
    let parsed = PasswordHash::new(stored).map_err(internal)?;
    let right = Argon2::default().verify_password(typed.as_bytes(), &parsed).is_ok();
    if !right || !known {
        return Ok(PasswordCheck::Wrong);
    }
    let (wanted, was) = (Params::default(), Params::try_from(&parsed).map_err(internal)?);
    let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    let current = cost(&was) == cost(&wanted);
    Ok(PasswordCheck::Right(if current { None } else { Some(hash(typed)?) }))
}

fn internal(cause: impl std::fmt::Display) -> Error {
    Error::Internal(cause.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Password {
        Password::parse("wobbly teapot under seven moons", &[]).expect("a good password")
    }

    #[test]
    fn what_can_be_guessed_is_refused_with_advice() {
        for wrong in
            ["", "short", "password123", "derpderpderp", "aaaaaaaaaaaaaaaa", "noodle@example.com", &"x".repeat(201)]
        {
            let refused = Password::parse(wrong, &["noodle", "noodle@example.com"]).err().expect(wrong);
            assert!(refused.to_string().contains("hoose") || refused.to_string().contains("guess"), "{refused}");
        }
        assert!(Password::parse("wobbly teapot under seven moons", &["noodle"]).is_ok());
    }

    #[tokio::test]
    async fn a_password_is_recognised_and_nothing_else_is() {
        let passwords = Passwords::new().expect("a hasher");
        let stored = passwords.hash(good()).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verify =
            async |typed: &str, stored: Option<&str>| passwords.verify(typed, stored).await.expect("a verdict");
        assert_eq!(verify("wobbly teapot under seven moons", Some(&stored)).await, PasswordCheck::Right(None));
        assert_eq!(verify("wobbly teapot under seven moon", Some(&stored)).await, PasswordCheck::Wrong);
        assert_eq!(verify("wobbly teapot under seven moons", None).await, PasswordCheck::Wrong);
    }

    #[test]
    fn the_decoy_takes_what_a_password_takes() {
        let of = |hash: &str| hash.rsplitn(3, '$').map(str::to_owned).collect::<Vec<_>>();
        let (decoy, real) = (of(&decoy().expect("a decoy")), of(&hash("wobbly teapot").expect("a hash")));
        assert_eq!(decoy[2], real[2], "algorithm, version and parameters");
        assert_eq!((decoy[0].len(), decoy[1].len()), (real[0].len(), real[1].len()), "output and salt");
    }

    #[tokio::test]
    async fn an_old_hash_is_made_anew() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).expect("parameters"));
        let stored = weak.hash_password(b"wobbly teapot under seven moons").expect("a hash").to_string();
        let passwords = Passwords::new().expect("a hasher");
        let verdict = passwords.verify("wobbly teapot under seven moons", Some(&stored)).await.expect("a verdict");
        let PasswordCheck::Right(Some(fresh)) = verdict else { panic!("{verdict:?}") };
        assert!(fresh.contains("m=19456,t=2,p=1"), "{fresh}");
    }

    #[tokio::test]
    async fn another_keyboard_makes_no_difference() {
        let passwords = Passwords::new().expect("a hasher");
        let composed = Password::parse("zoë wobbles under seven moons", &[]).expect("a good password");
        let stored = passwords.hash(composed).await.expect("a hash");
        let verdict = passwords.verify("zoe\u{308} wobbles under seven moons", Some(&stored)).await.expect("a verdict");
        assert_eq!(verdict, PasswordCheck::Right(None));
    }
}
