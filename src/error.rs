//! The one error of the domain and the web: what went wrong, in terms that decide the answer.

use std::fmt;

/// What the visitor or operator is told.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing, or it may not be seen.
    NotFound,
    /// It exists, and this visitor may not do that; the text says why.
    Forbidden(String),
    /// What was sent cannot be used; one entry for each field.
    Invalid(Vec<FieldError>),
    /// It clashes with what is stored; the text says with what.
    Conflict(String),
    /// A form came without the cookie that we gave: the browser refuses cookies.
    CookieMissing,
    /// This visitor did too much in too short a time.
    TooFast {
        /// What was too much, and what to do.
        message: String,
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The site cannot take this now; trying again will help.
    Busy,
    /// Our fault: logged once, at the boundary, never shown.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with one field, in words to its author.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: &'static str,
    /// What to do about it.
    pub message: String,
}

impl Error {
    /// One field is wrong.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldError { field, message: message.into() }])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound => f.write_str("not found"),
            Error::Forbidden(why) => write!(f, "forbidden: {why}"),
            Error::Invalid(fields) => {
                let all: Vec<_> = fields.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
                write!(f, "invalid: {}", all.join("; "))
            }
            Error::Conflict(with) => write!(f, "conflict: {with}"),
            Error::CookieMissing => f.write_str("no cookie"),
            Error::TooFast { message, retry_after } => write!(f, "too fast, wait {retry_after} s: {message}"),
            Error::Busy => f.write_str("busy"),
            Error::Internal(cause) => write!(f, "internal: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        match cause {
            sqlx::Error::RowNotFound => Error::NotFound,
            // PostgreSQL is away or swamped.
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Error::Busy,
            // It went away while a connection was being made: what came was no answer.
            sqlx::Error::Protocol(_) => Error::Busy,
            sqlx::Error::Database(cause) if cause.code().is_some_and(|code| passes(&code)) => Error::Busy,
            other => Error::Internal(other.into()),
        }
    }
}

/// PostgreSQL stops, starts or has crashed (57P), or is full (53): trying again will help.
fn passes(code: &str) -> bool {
    code.starts_with("57P") || code.starts_with("53")
}
