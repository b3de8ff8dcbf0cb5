//! What the head of a photo's page tells other sites: OpenGraph, JSON-LD, and where oEmbed is.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::photo::alt;
use crate::error::Error;
use crate::submissions::share_pictures::{self, SharePicture};
use crate::submissions::{Submission, share_picture};

/// What `submissions/_head` needs.
#[derive(Serialize)]
pub struct Head {
    url: String,
    /// The address, as a value in another one.
    encoded: String,
    title: String,
    description: String,
    image: String,
    width: u32,
    height: u32,
    alt: String,
    json_ld: Value,
}

/// What is said of a photo on show.
pub struct Said<'a> {
    pub photo: &'a Submission,
    /// How many have rated it.
    pub count: i64,
    /// The path of its owner's profile, when everybody may see it.
    pub profile: Option<String>,
    /// The site's own address.
    pub site: &'a str,
}

impl Head {
    /// Of this photo.
    pub async fn of(conn: &mut PgConnection, said: Said<'_>) -> Result<Self, Error> {
        let picture = share_pictures::find(conn, said.photo.id).await?;
        let tenths = picture.as_ref().and_then(|picture| picture.tenths);
        let (width, height) = picture.as_ref().map_or((0, 0), size);
        let Said { photo, count, site, .. } = &said;
        let url = page(site, photo.id);
        let described = alt(&photo.title, &photo.species, &photo.alt_text);
        let score = tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10));
        let description = match &score {
            Some(score) => format!("Derp score {score} out of 10, from {count} ratings. {described}"),
            None => described.clone(),
        };
        Ok(Head {
            encoded: utf8_percent_encode(&url, NON_ALPHANUMERIC).to_string(),
            title: format!("How derpy is {}?", photo.title),
            description,
            image: preview(site, photo.id, tenths),
            width,
            height,
            json_ld: json_ld(&said, &url, &described, score),
            alt: described,
            url,
        })
    }
}

/// The address of a photo's page.
pub fn page(site: &str, id: i64) -> String {
    format!("{site}/submissions/{id}")
}

/// The address of its picture with the score; another one for another score, since sites keep what they have seen under an address.
pub fn preview(site: &str, id: i64, tenths: Option<i16>) -> String {
    let version = tenths.map_or_else(|| "none".to_owned(), |tenths| tenths.to_string());
    format!("{site}/submissions/{id}/preview.jpg?v={version}")
}

/// Of the picture that is there now.
pub fn size(picture: &SharePicture) -> (u32, u32) {
    match (picture.made, picture.rendition()) {
        (Some(_), _) => share_picture::SIZE,
        (None, side) => (side.unwrap_or_default(), side.unwrap_or_default()),
    }
}

fn json_ld(said: &Said<'_>, url: &str, described: &str, score: Option<String>) -> Value {
    let Said { photo, count, profile, site } = said;
    let mut author = json!({ "@type": "Person", "name": photo.owner_name });
    if let Some(profile) = profile {
        author["url"] = format!("{site}{profile}").into();
    }
    let mut thing = json!({
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "name": photo.title,
        "description": described,
        "about": photo.species,
        "url": url,
        "contentUrl": format!("{url}/photo.jpg"),
        "thumbnailUrl": format!("{url}/photo.jpg?size=160"),
        "uploadDate": photo.created_at.to_rfc3339(),
        "author": author,
    });
    if let Some(score) = score {
        thing["aggregateRating"] = json!({
            "@type": "AggregateRating", "ratingValue": score, "bestRating": 10, "worstRating": 1, "ratingCount": count,
        });
    }
    thing
}
