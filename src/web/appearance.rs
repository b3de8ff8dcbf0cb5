//! How the site looks and behaves: for members in their account, for everybody else in a cookie.

mod zones;

use chrono::Utc;
use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};
use serde_json::{Value, json};

use super::answers::Answer;
use super::answers::form::FormView;
use super::answers::view::View;
use super::db::Db;
use super::guards::appearance::Appearance;
use super::guards::csrf::{Guarded, Pressed};
use super::guards::visitor::Visitor;
use crate::accounts::{Settings, Theme, settings};
use crate::error::{Error, FieldError};

pub fn routes() -> Vec<Route> {
    routes![edit, update, show_all]
}

const THEMES: [(Theme, &str, &str); 4] = [
    (Theme::System, "system", "As my system has them"),
    (Theme::Light, "light", "Dark on light"),
    (Theme::Dark, "dark", "Light on dark"),
    (Theme::HighContrast, "high_contrast", "High contrast: white and yellow on black"),
];

/// What the form sends. Time zone and shortcuts are there for members only.
#[derive(FromForm)]
pub struct AppearanceForm<'r> {
    theme: Option<&'r str>,
    reduced_motion: Option<&'r str>,
    large_photos: Option<&'r str>,
    described_only: Option<&'r str>,
    digit_shortcuts: Option<&'r str>,
    time_zone: Option<&'r str>,
}

#[get("/appearance")]
pub fn edit(visitor: Visitor<'_>) -> View {
    let form = FormView::of(&visitor).field("theme", "").field("time_zone", "");
    page(&form, visitor.appearance(), visitor.member().map(|member| &member.settings))
}

/// Stores it; the next page shows it.
#[post("/appearance", data = "<form>")]
pub async fn update(form: Guarded<AppearanceForm<'_>>, visitor: Visitor<'_>, db: &Db) -> Result<Answer, Error> {
    let typed = form.0;
    let mut view = FormView::of(&visitor).field("theme", "").field("time_zone", "");
    let theme = THEMES.iter().find(|(_, name, _)| Some(*name) == typed.theme).map(|(theme, ..)| *theme);
    if theme.is_none() {
        view.add_error(FieldError { field: "theme", message: "Choose the colours.".into() });
    }
    let appearance = Appearance {
        theme: theme.unwrap_or(visitor.appearance().theme),
        reduced_motion: typed.reduced_motion.is_some(),
        large_photos: typed.large_photos.is_some(),
        described_only: typed.described_only.is_some(),
    };
    let chosen = visitor.member().map(|member| {
        let mut chosen = appearance.within(&member.settings);
        chosen.digit_shortcuts = typed.digit_shortcuts.is_some();
        match typed.time_zone.and_then(zones::parse) {
            Some(zone) => chosen.time_zone = zone.name().to_owned(),
            None => {
                let message = "Choose a time zone from the list.".into();
                view.add_error(FieldError { field: "time_zone", message });
            }
        }
        chosen
    });
    if !view.is_valid() {
        return Ok(Answer::Page(page(&view, appearance, chosen.as_ref())));
    }
    store(appearance, chosen.as_ref(), &visitor, db).await?;
    visitor.say("Your choices are saved.");
    Ok(Answer::to("/appearance"))
}

/// Whoever has seen all described photos goes on through the others.
#[post("/appearance/described/off", data = "<_pressed>")]
pub async fn show_all(_pressed: Pressed, visitor: Visitor<'_>, db: &Db) -> Result<Redirect, Error> {
    let appearance = Appearance { described_only: false, ..visitor.appearance() };
    let chosen = visitor.member().map(|member| appearance.within(&member.settings));
    store(appearance, chosen.as_ref(), &visitor, db).await?;
    Ok(Redirect::to("/"))
}

async fn store(appearance: Appearance, chosen: Option<&Settings>, visitor: &Visitor<'_>, db: &Db) -> Result<(), Error> {
    // Also for members: the browser shows it once they are logged out too.
    appearance.keep(&visitor.cookies);
    if let (Some(member), Some(chosen)) = (visitor.member(), chosen) {
        let mut tx = db.begin().await?;
        settings::save(&mut tx, member.account.id, chosen).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// `chosen` is for members.
fn page(form: &FormView, appearance: Appearance, chosen: Option<&Settings>) -> View {
    let themes: Vec<Value> = THEMES
        .iter()
        .map(|(theme, name, label)| json!({ "value": name, "label": label, "chosen": *theme == appearance.theme }))
        .collect();
    let member = chosen.map(|chosen| {
        let utc = chosen.time_zone == "UTC";
        json!({ "digits": chosen.digit_shortcuts, "utc": utc, "areas": zones::all(&chosen.time_zone), "now": Utc::now() })
    });
    let data = json!({
        "themes": themes,
        "calm": appearance.reduced_motion,
        "large": appearance.large_photos,
        "described": appearance.described_only,
        "member": member,
    });
    form.page("appearance/page", data)
}
