//! What others see of a member.

use chrono::{DateTime, Utc};
use rocket::{Route, get, routes};
use serde::Serialize;

use super::answers::view::View;
use super::db::Db;
use super::guards::member::Member;
use super::submissions::photo::{alt, thumbnail};
use crate::accounts::profile::{self, Profile};
use crate::error::Error;
use crate::ratings::rating_style::{self, COUNTED, RatingStyle, SAMPLE};
use crate::ratings::standings::profile_photos::{self, PAGE, ProfilePhoto};

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// Who they are, how they vote if they show it, and their photos, newest first. `before` is the last number of the page before.
#[get("/u/<username>?<before>")]
pub async fn show(username: &str, before: Option<&str>, member: Option<Member>, db: &Db) -> Result<View, Error> {
    let viewer = member.as_ref().map(|member| member.account().id);
    let mut conn = db.acquire().await?;
    let profile = profile::find(&mut conn, username, viewer).await?.ok_or(Error::NotFound)?;
    let before = before.map(parse).transpose()?;
    let mut photos = profile_photos::page(&mut conn, profile.account, before).await?;
    let next = (photos.len() > PAGE).then(|| photos[PAGE - 1].submission);
    photos.truncate(PAGE);
    let shows_votes = profile.shows_votes && before.is_none();
    let style = if shows_votes { rating_style::of_account(&mut conn, profile.account).await? } else { None };
    let own = viewer == Some(profile.account);
    let rows = photos.into_iter().map(Row::from).collect();
    let style = style.map(Words::from);
    Ok(View::new(
        "profiles/page",
        Page { profile: profile.into(), own, shows_votes, style, rows, next, later: before.is_some() },
    ))
}

fn parse(number: &str) -> Result<i64, Error> {
    number
        .parse()
        .map_err(|_| Error::invalid("before", "This page of the profile does not exist. Begin with the newest photos."))
}

#[derive(Serialize)]
struct Page {
    profile: Person,
    own: bool,
    shows_votes: bool,
    style: Option<Words>,
    rows: Vec<Row>,
    next: Option<i64>,
    /// Is this not the first page?
    later: bool,
}

#[derive(Serialize)]
struct Person {
    username: String,
    name: String,
    about: String,
    since: DateTime<Utc>,
    public: bool,
    favourites: bool,
}

impl From<Profile> for Person {
    fn from(profile: Profile) -> Self {
        let Profile { username, display_name, about, since, public, shows_favourites, .. } = profile;
        Person { username, name: display_name, about, since, public, favourites: shows_favourites && public }
    }
}

/// How somebody votes, as templates say it.
#[derive(Serialize)]
pub struct Words {
    count: i64,
    /// Is `count` only the least that it is?
    more: bool,
    mean: f64,
    /// How many ratings the mean is over, when not all.
    newest: Option<i64>,
    /// As in "0.8 points kinder than the crowd".
    compared: Option<String>,
}

impl From<RatingStyle> for Words {
    fn from(style: RatingStyle) -> Self {
        let newest = (style.count > SAMPLE).then_some(SAMPLE);
        let compared = style.above_others.map(compare);
        Words { count: style.count.min(COUNTED), more: style.count > COUNTED, mean: style.mean, newest, compared }
    }
}

fn compare(above: f64) -> String {
    match format!("{:.1}", above.abs()).as_str() {
        "0.0" => "as kind as the crowd".to_owned(),
        points => format!("{points} points {} than the crowd", if above > 0.0 { "kinder" } else { "stricter" }),
    }
}

#[derive(Serialize)]
struct Row {
    id: i64,
    title: String,
    species: String,
    score: Option<f64>,
    count: i64,
    thumbnail: String,
    alt: String,
}

impl From<ProfilePhoto> for Row {
    fn from(photo: ProfilePhoto) -> Self {
        Row {
            id: photo.submission,
            alt: alt(&photo.title, &photo.species, &photo.alt_text),
            thumbnail: thumbnail(photo.rendition_key, &photo.rendition_sizes),
            title: photo.title,
            species: photo.species,
            score: photo.score,
            count: photo.count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn the_crowd_is_compared_with_in_words() {
        assert_eq!(compare(0.84), "0.8 points kinder than the crowd");
        assert_eq!(compare(-1.0), "1.0 points stricter than the crowd");
        assert_eq!(compare(-0.04), "as kind as the crowd");
        assert_eq!(compare(0.0), "as kind as the crowd");
    }
}
