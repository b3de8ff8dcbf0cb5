//! How the site looks and behaves: for members in their account, for everybody else in a cookie.

mod zones;

use chrono::Utc;
use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::{Value, json};

use super::csrf::{self, Guarded, Pressed};
use super::db::Db;
use super::form::FormView;
use super::frame::say;
use super::keys::Keys;
use super::login::Answer;
use super::look::Look;
use super::view::View;
use super::visitor::Visitor;
use crate::accounts::{Settings, Theme, settings};
use crate::config::Config;
use crate::error::{Error, FieldError};

const THEMES: [(Theme, &str, &str); 4] = [
    (Theme::System, "system", "As my system has them"),
    (Theme::Light, "light", "Dark on light"),
    (Theme::Dark, "dark", "Light on dark"),
    (Theme::HighContrast, "high_contrast", "High contrast: white and yellow on black"),
];

/// What the form sends. Time zone and shortcuts are there for members only.
#[derive(FromForm)]
pub struct PreferencesForm<'r> {
    theme: Option<&'r str>,
    reduced_motion: Option<&'r str>,
    large_photos: Option<&'r str>,
    described_only: Option<&'r str>,
    digit_shortcuts: Option<&'r str>,
    time_zone: Option<&'r str>,
}

/// The form.
#[get("/preferences")]
pub fn edit(visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    let form = FormView::new(csrf::token(keys, &visitor)).field("theme", "").field("time_zone", "");
    page(&form, visitor.look(), visitor.member().map(|member| &member.settings))
}

/// Stores it; the next page shows it.
#[post("/preferences", data = "<form>")]
pub async fn update(
    form: Guarded<PreferencesForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let typed = form.0;
    let mut view = FormView::new(csrf::token(keys, &visitor)).field("theme", "").field("time_zone", "");
    let theme = THEMES.iter().find(|(_, name, _)| Some(*name) == typed.theme).map(|(theme, ..)| *theme);
    if theme.is_none() {
        view.wrong(FieldError { field: "theme", message: "Choose the colours.".into() });
    }
    let look = Look {
        theme: theme.unwrap_or(visitor.look().theme),
        reduced_motion: typed.reduced_motion.is_some(),
        large_photos: typed.large_photos.is_some(),
        described_only: typed.described_only.is_some(),
    };
    let chosen = visitor.member().map(|member| {
        let mut chosen = look.within(&member.settings);
        chosen.digit_shortcuts = typed.digit_shortcuts.is_some();
        match typed.time_zone.and_then(zones::parse) {
            Some(zone) => chosen.time_zone = zone.name().to_owned(),
            None => {
                let message = "Choose a time zone from the list.".into();
                view.wrong(FieldError { field: "time_zone", message });
            }
        }
        chosen
    });
    if !view.is_right() {
        return Ok(Answer::Page(page(&view, look, chosen.as_ref())));
    }
    store(look, chosen.as_ref(), &visitor, db, config, jar).await?;
    say(jar, config, "Your choices are saved.");
    Ok(Answer::redirect(Redirect::to("/preferences")))
}

/// Whoever has seen all described photos goes on through the others.
#[post("/preferences/described/off", data = "<_pressed>")]
pub async fn show_all(
    _pressed: Pressed,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    let look = Look { described_only: false, ..visitor.look() };
    let chosen = visitor.member().map(|member| look.within(&member.settings));
    store(look, chosen.as_ref(), &visitor, db, config, jar).await?;
    Ok(Redirect::to("/"))
}

async fn store(
    look: Look,
    chosen: Option<&Settings>,
    visitor: &Visitor<'_>,
    db: &Db,
    config: &Config,
    jar: &CookieJar<'_>,
) -> Result<(), Error> {
    // Also for members: the browser shows it once they are logged out too.
    look.keep(jar, config);
    if let (Some(member), Some(chosen)) = (visitor.member(), chosen) {
        let mut tx = db.begin().await?;
        settings::save(&mut tx, member.account.id, chosen).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// `chosen` is for members.
fn page(form: &FormView, look: Look, chosen: Option<&Settings>) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    let themes: Vec<Value> = THEMES
        .iter()
        .map(|(theme, name, label)| json!({ "value": name, "label": label, "chosen": *theme == look.theme }))
        .collect();
    let member = chosen.map(|chosen| {
        let utc = chosen.time_zone == "UTC";
        json!({ "digits": chosen.digit_shortcuts, "utc": utc, "areas": zones::all(&chosen.time_zone), "now": Utc::now() })
    });
    let data = json!({
        "form": form,
        "themes": themes,
        "calm": look.reduced_motion,
        "large": look.large_photos,
        "described": look.described_only,
        "member": member,
    });
    View::new("settings/preferences", data).status(status)
}
