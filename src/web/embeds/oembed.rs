//! oEmbed 1.0: what a site needs to show a photo of ours by its address.

use rocket::http::{ContentType, Header, Status};
use rocket::response::{self, Responder, Response};
use rocket::{FromForm, Request, State, get};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use url::Url;

use super::super::answers::xml::escape;
use super::super::db::Db;
use super::super::submissions::head::{page, preview, size};
use super::at_most;
use crate::accounts::profile;
use crate::config::Config;
use crate::error::Error;
use crate::submissions::share_pictures;
use crate::submissions::{self, Submission, short_code};

/// Seconds for which a site may keep the answer.
const KEPT: u32 = 3600;

/// The side of the small picture, in pixels.
const THUMBNAIL: u32 = 160;

/// As it stands in the address.
#[derive(FromForm)]
pub struct Asked<'r> {
    url: Option<&'r str>,
    format: Option<&'r str>,
    maxwidth: Option<&'r str>,
    maxheight: Option<&'r str>,
}

/// The photo at an address of ours.
#[get("/oembed?<asked..>")]
pub async fn show(asked: Asked<'_>, db: &Db, config: &State<Config>) -> Result<Oembed, Error> {
    let site = &config.site.url;
    let xml = match asked.format {
        None | Some("json") => false,
        Some("xml") => true,
        Some(_) => return Ok(Oembed::refused(Status::NotImplemented, "There is format=json and format=xml.")),
    };
    let Some(url) = asked.url else {
        return Ok(Oembed::refused(Status::BadRequest, "Say which photo, as in url=..."));
    };
    let (Ok(width), Ok(height)) = (limit(asked.maxwidth), limit(asked.maxheight)) else {
        return Ok(Oembed::refused(Status::BadRequest, "maxwidth and maxheight are numbers of pixels."));
    };
    let mut conn = db.acquire().await?;
    let photo = match photo_at(url, site) {
        Some(id) => submissions::find_votable(&mut conn, id).await?,
        None => None,
    };
    let Some(photo) = photo else {
        return Ok(Oembed::refused(Status::NotFound, "There is no photo of ours at this address."));
    };
    let described = describe(&mut conn, &photo, site, (width, height)).await?;
    Ok(Oembed { status: Status::Ok, body: if xml { Body::Xml(described) } else { Body::Json(described) } })
}

/// Any number when none is asked for.
fn limit(asked: Option<&str>) -> Result<u32, ()> {
    asked.map_or(Ok(u32::MAX), |text| text.parse().ok().filter(|&limit| limit > 0).ok_or(()))
}

/// The number of the photo whose page or short link this is.
fn photo_at(url: &str, site: &str) -> Option<i64> {
    let (url, site) = (Url::parse(url).ok()?, Url::parse(site).ok()?);
    let here = matches!(url.scheme(), "http" | "https") && url.host() == site.host() && url.port() == site.port();
    let path = url.path().strip_prefix(site.path().trim_end_matches('/')).filter(|_| here)?;
    match path.strip_prefix("/s/") {
        Some(code) => short_code::parse(code),
        None => path.strip_prefix("/submissions/")?.parse().ok(),
    }
}

/// With the score where there is room for it, and otherwise the photo alone.
async fn describe(
    conn: &mut PgConnection,
    photo: &Submission,
    site: &str,
    (width, height): (u32, u32),
) -> Result<Map<String, Value>, Error> {
    let picture = share_pictures::find(conn, photo.id).await?.ok_or(Error::NotFound)?;
    let large = size(&picture);
    let (url, (wide, high)) = if large.0 <= width && large.1 <= height {
        (preview(site, photo.id, picture.tenths), large)
    } else {
        let most = width.min(height);
        let side = at_most(&picture, most).ok_or(Error::NotFound)?;
        (format!("{}/photo.jpg?size={side}", page(site, photo.id)), (side.min(most), side.min(most)))
    };
    let small = at_most(&picture, THUMBNAIL.min(width).min(height)).ok_or(Error::NotFound)?;
    let mut described = Map::new();
    let mut say = |name: &str, value: Value| described.insert(name.to_owned(), value);
    say("type", "photo".into());
    say("version", "1.0".into());
    say("title", photo.title.clone().into());
    say("author_name", photo.owner_name.clone().into());
    if let Some(username) = profile::public_username(conn, photo.owner).await? {
        say("author_url", format!("{site}/u/{username}").into());
    }
    say("provider_name", "RateMyDerp".into());
    say("provider_url", site.into());
    say("cache_age", KEPT.into());
    say("url", url.into());
    say("width", wide.into());
    say("height", high.into());
    let smallest = small.min(width).min(height);
    say("thumbnail_url", format!("{}/photo.jpg?size={small}", page(site, photo.id)).into());
    say("thumbnail_width", smallest.into());
    say("thumbnail_height", smallest.into());
    Ok(described)
}

/// An answer to a program.
pub struct Oembed {
    status: Status,
    body: Body,
}

enum Body {
    Json(Map<String, Value>),
    Xml(Map<String, Value>),
    /// Why there is none.
    Words(&'static str),
}

impl Oembed {
    fn refused(status: Status, why: &'static str) -> Self {
        Oembed { status, body: Body::Words(why) }
    }
}

fn to_xml(described: &Map<String, Value>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<oembed>\n");
    for (name, value) in described {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        xml += &format!("<{name}>{}</{name}>\n", escape(&text));
    }
    xml + "</oembed>\n"
}

impl<'r> Responder<'r, 'static> for Oembed {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let (kind, body) = match self.body {
            Body::Json(described) => (ContentType::JSON, json!(described).to_string()),
            Body::Xml(described) => (ContentType::XML, to_xml(&described)),
            Body::Words(why) => (ContentType::Plain, format!("{why}\n")),
        };
        Response::build()
            .status(self.status)
            .header(kind)
            .header(Header::new("Cache-Control", format!("public, max-age={KEPT}")))
            .header(Header::new("Access-Control-Allow-Origin", "*"))
            .sized_body(body.len(), std::io::Cursor::new(body))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::photo_at;

    #[test]
    fn only_addresses_of_photos_here_are_known() {
        let site = "https://derp.example";
        for good in [
            "https://derp.example/submissions/812",
            "http://derp.example/submissions/812?statistics=1#card",
            "https://DERP.example/s/sc",
        ] {
            assert_eq!(photo_at(good, site), Some(812), "{good}");
        }
        for wrong in [
            "",
            "812",
            "/submissions/812",
            "https://derp.example/",
            "https://derp.example/submissions/812/edit",
            "https://derp.example.evil/submissions/812",
            "https://derp.example:81/submissions/812",
            "ftp://derp.example/submissions/812",
            "https://evil@other.example/submissions/812",
            "https://derp.example/submissions/99999999999999999999",
        ] {
            assert_eq!(photo_at(wrong, site), None, "{wrong}");
        }
    }
}
