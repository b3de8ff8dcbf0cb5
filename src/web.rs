//! Pages and fragments: everything that speaks HTTP.

mod about;
mod assets;
mod browser;
mod compress;
mod csrf;
mod db;
mod drafts;
mod error;
mod form;
mod frame;
mod headers;
mod health;
mod home;
mod hx;
mod images;
mod join;
mod keys;
mod leaderboard;
mod limits;
mod login;
mod logout;
mod look;
mod member;
mod next;
mod ops;
#[cfg(debug_assertions)]
mod outbox;
mod password;
mod preferences;
mod privileged;
mod profiles;
mod settings;
mod submissions;
mod unsubscribe;
mod upload;
mod verify;
mod view;
mod visitor;

use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Rocket, routes};
use rocket_db_pools::Database;

use crate::accounts::Passwords;
use crate::config::Config;
use crate::ratings::collector::Collector;
use crate::storage::Storage;
use crate::templates::Templates;

pub use db::Db;

/// The web process, ready to be launched. `figment` holds what `config` was read from.
/// The error says what is missing and what to do about it.
pub fn rocket(figment: Figment, config: Config, storage: Storage) -> Result<Rocket<Build>, String> {
    privileged::may_start(config.accounts.two_factor_required, cfg!(debug_assertions))?;
    let keys = keys::Keys::new(config.secret()?);
    let assets = assets::Assets::load(&config.assets)?;
    let templates = Templates::load(&config.assets.templates(), assets.urls(), config.assets.reload)
        .map_err(|cause| cause.to_string())?;
    let passwords = Passwords::new().map_err(|cause| cause.to_string())?;
    let figment = Figment::from(rocket::Config::default()).merge(figment);
    Ok(rocket::custom(figment)
        .attach(headers::shield(config.cookies.secure))
        .attach(Db::init())
        .attach(AdHoc::try_on_ignite("vote collector", start_collector))
        .attach(frame::recognition())
        .attach(compress::Gzip)
        .attach(headers::SameSiteLast)
        .manage(keys)
        .manage(assets)
        .manage(templates)
        .manage(passwords)
        .manage(limits::Limits::new(&config.rates))
        .manage(storage)
        .mount("/", routes())
        .mount("/", development_routes(&config))
        .manage(config)
        .register("/", error::catchers()))
}

fn routes() -> Vec<rocket::Route> {
    routes![
        about::show,
        about::scores,
        about::accessibility,
        about::privacy,
        about::terms,
        assets::show,
        health::alive,
        health::ready,
        home::show,
        images::show,
        images::out_of_reach,
        join::new,
        join::create,
        leaderboard::show,
        login::new,
        login::create,
        login::code::new,
        login::code::create,
        logout::new,
        logout::create,
        ops::audit::list,
        ops::look_alikes::list,
        ops::look_alikes::distinct,
        password::forgot::new,
        password::forgot::create,
        password::reset::new,
        password::reset::create,
        preferences::edit,
        preferences::update,
        preferences::show_all,
        profiles::show,
        settings::show,
        settings::profile::edit,
        settings::profile::update,
        settings::email::edit,
        settings::email::update,
        settings::email::resend,
        settings::export::show,
        settings::mails::edit,
        settings::mails::update,
        settings::password::edit,
        settings::password::update,
        settings::sessions::list,
        settings::sessions::revoke,
        settings::sessions::revoke_others,
        settings::two_factor::show,
        settings::two_factor::create,
        settings::two_factor::abandon,
        settings::two_factor::confirm,
        settings::two_factor::picture,
        settings::two_factor::off::new,
        settings::two_factor::off::create,
        settings::two_factor::recovery::show,
        settings::two_factor::recovery::download,
        settings::two_factor::recovery::create,
        settings::two_factor::recovery::noted,
        settings::delete::new,
        settings::delete::create,
        settings::delete::cancel,
        unsubscribe::create,
        unsubscribe::show,
        verify::show,
        verify::create,
        drafts::preview,
        submissions::new::new,
        submissions::new::create,
        submissions::mine::index,
        submissions::show,
        submissions::receipt::progress,
        submissions::edit::edit,
        submissions::edit::update,
        submissions::edit::preview,
        submissions::delete::new,
        submissions::delete::create,
        submissions::rating::create,
        submissions::reports::new,
        submissions::reports::create,
    ]
}

/// Pages for whoever develops, which no other build has.
#[cfg(debug_assertions)]
use outbox::routes as development_routes;
#[cfg(not(debug_assertions))]
fn development_routes(_: &Config) -> Vec<rocket::Route> {
    Vec::new()
}

async fn start_collector(rocket: Rocket<Build>) -> rocket::fairing::Result {
    match Db::fetch(&rocket) {
        Some(db) => {
            let collector = Collector::start(db.pool().clone());
            Ok(rocket.manage(collector))
        }
        None => Err(rocket),
    }
}
