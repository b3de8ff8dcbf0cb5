//! How the site looks and behaves: for members in their account, for everybody else in a cookie.

use chrono_tz::{TZ_VARIANTS, Tz};
use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::{Value, json};

use super::csrf::{self, Guarded};
use super::db::Db;
use super::frame::say;
use super::keys::Keys;
use super::login::Answer;
use super::look::Look;
use super::view::View;
use super::visitor::Visitor;
use crate::accounts::{Theme, settings};
use crate::config::Config;
use crate::error::Error;

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
    page(&visitor, keys, visitor.look(), &[])
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
    let theme = THEMES.iter().find(|(_, name, _)| Some(*name) == typed.theme).map(|(theme, ..)| *theme);
    let look = Look {
        theme: theme.unwrap_or_default(),
        reduced_motion: typed.reduced_motion.is_some(),
        large_photos: typed.large_photos.is_some(),
        described_only: typed.described_only.is_some(),
    };
    let mut wrong = vec![];
    if theme.is_none() {
        wrong.push(("theme", "Choose the colours."));
    }
    let zone = typed.time_zone.unwrap_or("UTC").parse::<Tz>();
    if zone.is_err() {
        wrong.push(("time_zone", "Choose a time zone from the list."));
    }
    let (true, Ok(zone)) = (wrong.is_empty(), zone) else {
        return Ok(Answer::Page(page(&visitor, keys, look, &wrong)));
    };
    // The browser shows it also once it is logged out.
    look.keep(jar, config);
    if let Some(member) = visitor.member() {
        let mut chosen = member.settings.clone();
        (chosen.theme, chosen.reduced_motion) = (look.theme, look.reduced_motion);
        (chosen.large_photos, chosen.described_only) = (look.large_photos, look.described_only);
        (chosen.digit_shortcuts, chosen.time_zone) = (typed.digit_shortcuts.is_some(), zone.name().to_owned());
        let mut tx = db.begin().await?;
        settings::save(&mut tx, member.account.id, &chosen).await?;
        tx.commit().await?;
    }
    say(jar, config, "Your choices are saved.");
    Ok(Answer::redirect(Redirect::to("/preferences")))
}

fn page(visitor: &Visitor<'_>, keys: &Keys, look: Look, wrong: &[(&'static str, &str)]) -> View {
    let status = if wrong.is_empty() { Status::Ok } else { Status::UnprocessableEntity };
    let errors: Vec<Value> =
        wrong.iter().map(|(field, message)| json!({ "field": field, "message": message })).collect();
    let themes: Vec<Value> = THEMES
        .iter()
        .map(|(theme, name, label)| json!({ "value": name, "label": label, "chosen": *theme == look.theme }))
        .collect();
    let member = visitor.member().map(|member| {
        let zones: Vec<Value> = TZ_VARIANTS
            .iter()
            .map(|zone| json!({ "name": zone.name(), "chosen": zone.name() == member.settings.time_zone }))
            .collect();
        json!({ "digits": member.settings.digit_shortcuts, "zones": zones })
    });
    let data = json!({
        "form": { "csrf": csrf::token(keys, visitor), "errors": errors },
        "themes": themes,
        "calm": look.reduced_motion,
        "large": look.large_photos,
        "described": look.described_only,
        "member": member,
    });
    View::new("settings/preferences", data).status(status)
}
