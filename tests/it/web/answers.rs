//! How we reply.

mod form;
