//! Pages and fragments, as a browser without script and as htmx see them.

mod about;
mod accounts;
mod appearance;
mod assets;
mod described;
mod export;
mod guards;
mod handing_in;
mod health;
mod home;
mod leaderboard;
mod merging;
mod outbox;
pub mod page;
mod profiles;
mod rating;
mod reports;
mod stuffing;
mod submissions;
mod times;
