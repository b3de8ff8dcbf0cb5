//! Feeds: the newest photos of the site, of a species and of a member, and every board.

use chrono::Utc;
use rocket::{Route, State, get, routes};
use sqlx::PgConnection;

use super::answers::atom::{Entry, Feed};
use super::answers::document::Document;
use super::db::Db;
use super::leaderboard::asked::{self, Asked, Looks};
use super::leaderboard::{figure, heading, words};
use super::submissions::head;
use super::submissions::photo::alt;
use crate::accounts::profile;
use crate::config::Config;
use crate::error::Error;
use crate::ratings::boards::{self, Board, Listed, Order, Page, Period, species};
use crate::ratings::standings;
use crate::ratings::standings::profile_photos;
use crate::submissions::{self, Submission};

pub fn routes() -> Vec<Route> {
    routes![newest, board, of_species, of_member]
}

/// The newest photos.
#[get("/feed.atom")]
pub async fn newest(db: &Db, config: &State<Config>) -> Result<Document, Error> {
    let board = Board { order: Order::Newest, period: Period::All, since: Default::default(), species: None };
    of_board(db, &config.site.url, board, "/feed.atom".to_owned(), "/leaderboard?by=newest".to_owned()).await
}

/// A board from its top, such as `?by=divisive&period=week`.
#[get("/leaderboard/feed.atom?<asked..>")]
pub async fn board(asked: Asked<'_>, db: &Db, config: &State<Config>) -> Result<Document, Error> {
    let board = asked.board(None)?;
    let (feed, page) = (asked::feed_address(&board), asked::address(&board, Looks::Gallery, ""));
    of_board(db, &config.site.url, board, feed, page).await
}

/// A board of one species.
#[get("/species/<name>/feed.atom?<asked..>")]
pub async fn of_species(name: &str, asked: Asked<'_>, db: &Db, config: &State<Config>) -> Result<Document, Error> {
    if name.contains('\0') {
        return Err(Error::NotFound);
    }
    let species = species::find(&mut *db.acquire().await?, name).await?.ok_or(Error::NotFound)?;
    let board = asked.board_or(Order::Newest, Some(species.name))?;
    let (feed, page) = (asked::feed_address(&board), asked::address(&board, Looks::Gallery, ""));
    of_board(db, &config.site.url, board, feed, page).await
}

/// The newest photos of a member whose profile everybody may see.
#[get("/u/<username>/feed.atom")]
pub async fn of_member(username: &str, db: &Db, config: &State<Config>) -> Result<Document, Error> {
    let site = &config.site.url;
    let mut conn = db.acquire().await?;
    let profile = profile::find(&mut conn, username, None).await?.ok_or(Error::NotFound)?;
    let mut photos = profile_photos::page(&mut conn, profile.account, None).await?;
    photos.truncate(profile_photos::PAGE);
    let ids: Vec<i64> = photos.iter().map(|photo| photo.submission).collect();
    let words = photos.iter().map(|photo| {
        let ratings = count(photo.count);
        photo.score.map_or_else(|| ratings.clone(), |score| format!("Score {score:.1} from {ratings}"))
    });
    let entries = entries(&mut conn, site, &ids, words.collect()).await?;
    let page = format!("{site}/u/{}", profile.username);
    Ok(Feed {
        title: format!("RateMyDerp: photos by {}", profile.display_name),
        address: format!("{page}/feed.atom"),
        page,
        changed: None,
        entries,
    }
    .into())
}

async fn of_board(db: &Db, site: &str, board: Board, feed: String, page: String) -> Result<Document, Error> {
    let mut conn = db.acquire().await?;
    let listing = boards::page(&mut conn, &board, Page::First).await?;
    let ids: Vec<i64> = listing.photos.iter().map(|photo| photo.submission).collect();
    let words = listing.photos.iter().map(|photo| place(&board, photo)).collect();
    let entries = entries(&mut conn, site, &ids, words).await?;
    // What is ranked is another list whenever it is worked out.
    let ranked = board.order != Order::Newest;
    let changed = if ranked { standings::generation(&mut conn).await?.finished_at } else { None };
    let title = format!("RateMyDerp: {}", title(&board));
    let (address, page) = (format!("{site}{feed}"), format!("{site}{page}"));
    Ok(Feed { title, address, page, changed, entries }.into())
}

/// What the board shows, and of which time.
fn title(board: &Board) -> String {
    let time = asked::time(board, Utc::now().date_naive());
    let heading = heading(board);
    if board.period == Period::All { heading } else { format!("{heading}. {time}") }
}

fn place(board: &Board, photo: &Listed) -> String {
    let ratings = count(photo.ratings);
    if board.order == Order::Newest {
        return ratings;
    }
    let (unit, figure) = (words(board.order).unit, figure(board.order, photo));
    let rank = photo.rank.map_or_else(String::new, |rank| format!("Rank {rank}, "));
    format!("{rank}{unit} {figure:.1} from {ratings}")
}

fn count(ratings: i64) -> String {
    format!("{ratings} {}.", if ratings == 1 { "rating" } else { "ratings" })
}

/// These photos in this order, with what is said of each; not those that went out of sight meanwhile.
async fn entries(
    conn: &mut PgConnection,
    site: &str,
    ids: &[i64],
    words: Vec<String>,
) -> Result<Vec<Entry>, sqlx::Error> {
    let photos = submissions::find_all(conn, ids).await?;
    let entry = |(id, words): (&i64, String)| {
        let photo = photos.iter().find(|photo| photo.id == *id && photo.votable())?;
        Some(entry(site, photo, words))
    };
    Ok(ids.iter().zip(words).filter_map(entry).collect())
}

fn entry(site: &str, photo: &Submission, words: String) -> Entry {
    let address = head::page(site, photo.id);
    Entry {
        picture: format!("{address}/photo.jpg"),
        address,
        title: photo.title.clone(),
        author: photo.owner_name.clone(),
        species: photo.species.clone(),
        published: photo.created_at,
        updated: photo.updated_at,
        alt: alt(&photo.title, &photo.species, &photo.alt_text),
        words,
    }
}
