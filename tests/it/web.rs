//! Pages and fragments, as a browser without script and as htmx see them.

mod about;
mod answers;
mod appearance;
mod costs;
mod described;
mod enumeration;
mod fairings;
mod guards;
mod health;
mod home;
mod join;
mod leaderboard;
mod login;
mod mail_links;
mod members;
mod openmetrics;
pub mod ops;
mod outbox;
pub mod page;
mod profiles;
mod rating;
mod ratings;
mod settings;
mod stuffing;
mod submissions;
mod throttle;
mod well_known;
