//! What others see of a member.

mod badges;
mod beside;
mod face;

use chrono::{DateTime, Utc};
use rocket::{Route, get, routes};
use serde::Serialize;
use sqlx::PgConnection;

use self::badges::{Badge, Known};
use self::beside::Beside;
use super::answers::picture::Drawing;
use super::answers::view::View;
use super::db::Db;
use super::guards::member::Member;
use super::submissions::photo::{alt, thumbnail};
use crate::accounts::profile::{self, Profile};
use crate::error::Error;
use crate::ratings::achievements;
use crate::ratings::rating_style::{self, COUNTED, RatingStyle, SAMPLE};
use crate::ratings::standings::profile_photos::{self, PAGE, ProfilePhoto};
use crate::submissions::avatars;

pub fn routes() -> Vec<Route> {
    routes![show, drawn_face]
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
    let about = if before.is_none() { Some(About::read(&mut conn, &profile).await?) } else { None };
    let own = viewer == Some(profile.account);
    let rows = photos.into_iter().map(Row::from).collect();
    Ok(View::new("profiles/page", Page { profile: profile.into(), own, about, rows, next, later: before.is_some() }))
}

/// The face of whoever has chosen no photo. Who may not see the profile does not see that there is one.
#[get("/u/<username>/face.svg")]
pub async fn drawn_face(username: &str, member: Option<Member>, db: &Db) -> Result<Drawing, Error> {
    let viewer = member.as_ref().map(|member| member.account().id);
    let profile = profile::find(&mut *db.acquire().await?, username, viewer).await?.ok_or(Error::NotFound)?;
    Ok(Drawing(face::of(&profile.username)))
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
    /// On the first page alone.
    about: Option<About>,
    rows: Vec<Row>,
    next: Option<i64>,
    /// Is this not the first page?
    later: bool,
}

/// What is said of a member before their photos.
#[derive(Serialize)]
struct About {
    /// The address of their picture.
    face: String,
    badges: Vec<Badge>,
    beside: Vec<Beside>,
    shows_votes: bool,
    style: Option<Words>,
}

impl About {
    async fn read(conn: &mut PgConnection, profile: &Profile) -> Result<Self, Error> {
        let account = profile.account;
        let avatar = avatars::find(conn, account).await?;
        let photos = achievements::of_photos(conn, account).await?;
        let everybody = achievements::everybody(conn).await?;
        let (mut style, mut rated_lately) = (None, None);
        if profile.shows_votes {
            style = rating_style::of_account(conn, account).await?;
            rated_lately = achievements::rated_all_lately(conn, account).await?;
        }
        let known =
            Known { since: profile.since, photos: &photos, everybody: &everybody, style: style.as_ref(), rated_lately };
        Ok(About {
            face: avatar.map_or_else(
                || format!("/u/{}/face.svg", profile.username),
                |avatar| thumbnail(avatar.rendition_key, &avatar.rendition_sizes),
            ),
            badges: badges::of(&known, Utc::now()),
            beside: beside::of(&photos, &everybody, style.as_ref()),
            shows_votes: profile.shows_votes,
            style: style.map(Words::from),
        })
    }
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
