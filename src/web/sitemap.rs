//! What there is, for robots: a map of the site in pages, and what they need not look at.

use rocket::http::ContentType;
use rocket::{Route, State, get, routes};
use sqlx::PgConnection;

use super::answers::document::Document;
use super::answers::xml::{escape, time};
use super::db::Db;
use super::leaderboard::asked::species_address;
use super::submissions::head;
use crate::config::Config;
use crate::error::Error;
use crate::ratings::boards::species;
use crate::submissions::on_show;

/// Places of the deck on one page: of 50,000 that it may have, as many as are written within some milliseconds.
pub const PAGE: i64 = 2000;

/// Species on the map at most, those with the most photos first.
const SPECIES: usize = 1000;

/// Pages that are always there.
const PAGES: [&str; 8] = [
    "/",
    "/leaderboard",
    "/leaderboard?by=least_derpy",
    "/leaderboard?by=divisive",
    "/leaderboard?by=newest",
    "/species",
    "/photos-of-the-day",
    "/about",
];

/// What is of no use to anybody but the person who asks.
const NOT_FOR_ROBOTS: [&str; 12] = [
    "/appearance",
    "/join",
    "/login",
    "/logout",
    "/ops",
    "/password",
    "/ratings",
    "/settings",
    "/verify",
    "/submissions/*/share",
    "/submissions/*/reports",
    "/submissions/new",
];

pub fn routes() -> Vec<Route> {
    routes![robots, index, show]
}

#[get("/robots.txt")]
pub fn robots(config: &State<Config>) -> Document {
    let ways: String = NOT_FOR_ROBOTS.iter().map(|path| format!("Disallow: {path}\n")).collect();
    Document::new(ContentType::Plain, format!("User-agent: *\n{ways}\nSitemap: {}/sitemap.xml\n", config.site.url))
}

/// The pages of the map.
#[get("/sitemap.xml")]
pub async fn index(db: &Db, config: &State<Config>) -> Result<Document, Error> {
    let site = &config.site.url;
    let places = on_show::places(&mut *db.acquire().await?).await?;
    let photos = (1..=(places + PAGE - 1) / PAGE).map(|page| format!("photos-{page}.xml"));
    let maps: String = std::iter::once("pages.xml".to_owned())
        .chain(photos)
        .map(|name| format!("<sitemap><loc>{}/sitemap/{name}</loc></sitemap>\n", escape(site)))
        .collect();
    Ok(xml(format!("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{maps}</sitemapindex>\n")))
}

/// One of them: `pages.xml`, or `photos-1.xml` and so on.
#[get("/sitemap/<name>")]
pub async fn show(name: &str, db: &Db, config: &State<Config>) -> Result<Document, Error> {
    let site = &config.site.url;
    let mut conn = db.acquire().await?;
    if name == "pages.xml" {
        return pages(&mut conn, site).await;
    }
    photos(&mut conn, site, number(name).ok_or(Error::NotFound)?).await
}

/// Only the spelling that we give out.
fn number(name: &str) -> Option<i64> {
    let number: i64 = name.strip_prefix("photos-")?.strip_suffix(".xml")?.parse().ok()?;
    (number >= 1 && format!("photos-{number}.xml") == name).then_some(number)
}

async fn pages(conn: &mut PgConnection, site: &str) -> Result<Document, Error> {
    let mut paths: Vec<String> = PAGES.iter().map(|&path| path.to_owned()).collect();
    let mut found: Vec<species::Species> = vec![];
    while found.len() < SPECIES {
        let mut more = species::page(conn, found.last()).await?;
        more.truncate(species::PAGE);
        let last = more.len() < species::PAGE;
        found.extend(more);
        if last {
            break;
        }
    }
    paths.extend(found.iter().map(|species| species_address(&species.name)));
    let urls = paths.iter().map(|path| format!("<url><loc>{}</loc></url>\n", escape(&format!("{site}{path}"))));
    Ok(urlset(urls.collect()))
}

async fn photos(conn: &mut PgConnection, site: &str, number: i64) -> Result<Document, Error> {
    let last = number.checked_mul(PAGE).ok_or(Error::NotFound)?;
    if last - PAGE >= on_show::places(conn).await? {
        return Err(Error::NotFound);
    }
    let photos = on_show::between(conn, last - PAGE, last).await?;
    let urls = photos.iter().map(|photo| {
        let page = escape(&head::page(site, photo.id));
        format!(
            "<url><loc>{page}</loc><lastmod>{}</lastmod><image:image><image:loc>{page}/photo.jpg</image:loc></image:image></url>\n",
            time(photo.updated_at)
        )
    });
    Ok(urlset(urls.collect()))
}

fn urlset(urls: String) -> Document {
    xml(format!(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">\n{urls}</urlset>\n"
    ))
}

fn xml(text: String) -> Document {
    Document::new(ContentType::new("application", "xml"), format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}"))
}
