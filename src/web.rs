//! Pages and fragments: everything that speaks HTTP.
//!
//! One file a resource, each with its `routes()`. Between them stand three rooms: [`guards`] (what a request must show),
//! [`answers`] (how we reply) and [`fairings`] (what happens to every request).

mod answers;
mod db;
mod fairings;
mod files;
mod guards;
mod keys;

mod about;
mod appearance;
mod awaited;
mod charts;
mod dashboard;
mod drafts;
mod embeds;
mod favourites;
mod feeds;
mod health;
mod home;
mod images;
mod join;
mod leaderboard;
mod login;
mod logout;
mod openmetrics;
mod ops;
#[cfg(debug_assertions)]
mod outbox;
mod password;
mod profiles;
mod rating;
mod ratings;
mod search;
mod settings;
mod shares;
mod sitemap;
mod submissions;
mod unsubscribe;
mod verify;
mod well_known;

use std::sync::Arc;
use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Rocket, Route};
use rocket_db_pools::Database;

use self::fairings::{assets, compress, headers, proxy, session, timing};
use self::guards::upload::turns::Turns;
use self::guards::{limits, privileged};
use crate::accounts::Passwords;
use crate::alerts;
use crate::config::Config;
use crate::metrics::source::Source;
use crate::ratings::collector::Collector;
use crate::ratings::dealer::Dealer;
use crate::ratings::reach::{self, Reach};
use crate::storage::Storage;

pub use db::Db;
pub use files::Files;

/// The web process, ready to be launched. `figment` holds what `config` was read from.
/// The error says what is missing and what to do about it.
pub fn rocket(figment: Figment, config: Config, files: Files, storage: Storage) -> Result<Rocket<Build>, String> {
    privileged::may_start(config.accounts.two_factor_required, cfg!(debug_assertions))?;
    let keys = keys::Keys::new(config.secret()?);
    let reach = Arc::new(Reach::new(config.secret()?));
    let passwords = Passwords::new().map_err(|cause| cause.to_string())?;
    let source = Source::from_config(&config.influxdb)?;
    let figment = Figment::from(rocket::Config::default()).merge(figment);
    Ok(rocket::custom(figment)
        .attach(timing::Timing::default())
        .attach(headers::shield(config.cookies.secure))
        .attach(proxy::ProxyCheck::default())
        .attach(Db::init())
        .attach(AdHoc::try_on_ignite("collector and dealer", start_batches))
        .attach(AdHoc::try_on_ignite("alerts", watch_for_alerts))
        .attach(AdHoc::try_on_ignite("reach", write_reach))
        .attach(session::lookup())
        .attach(compress::Gzip)
        .attach(headers::SameSiteLast)
        .attach(headers::NoStore)
        .manage(keys)
        .manage(reach)
        .manage(files.templates)
        .manage(files.assets)
        .manage(passwords)
        .manage(limits::Limits::new(&config.rates))
        .manage(Turns::new(&config.uploads))
        .manage(charts::Sheets::new(source))
        .manage(storage)
        .mount("/", routes())
        .mount("/", development_routes(&config))
        .manage(config)
        .register("/", answers::error::catchers()))
}

/// Every address of the site, by resource.
fn routes() -> Vec<Route> {
    [
        about::routes(),
        appearance::routes(),
        assets::routes(),
        awaited::routes(),
        dashboard::routes(),
        drafts::routes(),
        embeds::routes(),
        favourites::routes(),
        feeds::routes(),
        health::routes(),
        home::routes(),
        images::routes(),
        join::routes(),
        leaderboard::routes(),
        login::routes(),
        logout::routes(),
        openmetrics::routes(),
        ops::routes(),
        password::routes(),
        profiles::routes(),
        rating::routes(),
        ratings::routes(),
        search::routes(),
        settings::routes(),
        shares::routes(),
        sitemap::routes(),
        submissions::routes(),
        unsubscribe::routes(),
        verify::routes(),
        well_known::routes(),
    ]
    .concat()
}

/// Pages for whoever develops, which no other build has.
#[cfg(debug_assertions)]
use outbox::routes as development_routes;
#[cfg(not(debug_assertions))]
fn development_routes(_: &Config) -> Vec<Route> {
    Vec::new()
}

/// Takes part in looking for alerts until the process stops.
async fn watch_for_alerts(rocket: Rocket<Build>) -> rocket::fairing::Result {
    let (Some(db), Some(config)) = (Db::fetch(&rocket), rocket.state::<Config>()) else { return Err(rocket) };
    match alerts::watch(db.pool().clone(), config.clone()) {
        Ok(Some(watching)) => {
            let watching = tokio::spawn(watching).abort_handle();
            Ok(rocket.attach(AdHoc::on_shutdown("alerts", move |_| Box::pin(async move { watching.abort() }))))
        }
        Ok(None) => Ok(rocket),
        Err(wrong) => {
            log::error!("{wrong}");
            Err(rocket)
        }
    }
}

/// Writes shares and arrivals until the process stops, and then what is left.
async fn write_reach(rocket: Rocket<Build>) -> rocket::fairing::Result {
    let (Some(db), Some(reach)) = (Db::fetch(&rocket), rocket.state::<Arc<Reach>>()) else { return Err(rocket) };
    let (pool, reach) = (db.pool().clone(), Arc::clone(reach));
    let writing = tokio::spawn(reach::keep_writing(Arc::clone(&reach), pool.clone())).abort_handle();
    Ok(rocket.attach(AdHoc::on_shutdown("reach", move |_| {
        Box::pin(async move {
            writing.abort();
            if let Err(error) = reach.flush(&pool).await {
                log::warn!("shares and arrivals are lost: {error}");
            }
        })
    })))
}

async fn start_batches(rocket: Rocket<Build>) -> rocket::fairing::Result {
    match (Db::fetch(&rocket), rocket.state::<Config>(), rocket.state::<keys::Keys>()) {
        (Some(db), Some(config), Some(keys)) => {
            let same_tap = Duration::from_millis(config.rates.same_tap_ms.into());
            let collector = Collector::start(db.pool().clone(), config.rates.stuffing, same_tap);
            let dealer = Dealer::start(db.pool().clone(), keys.deck.clone());
            Ok(rocket.manage(collector).manage(dealer))
        }
        _ => Err(rocket),
    }
}
