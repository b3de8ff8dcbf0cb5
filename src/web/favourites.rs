//! Photos that members keep.

use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::answers::view::View;
use super::db::Db;
use super::guards::csrf::{Guarded, Pressed};
use super::guards::member::Member;
use super::guards::visitor::Visitor;
use super::submissions::shot::Shot;
use crate::accounts::profile;
use crate::accounts::settings;
use crate::error::Error;
use crate::finding::favourites;
use crate::submissions;

pub fn routes() -> Vec<Route> {
    routes![index, update, show, create, delete]
}

/// One's own. `before` is the last number of the page before.
#[get("/favourites?<before>")]
pub async fn index(before: Option<&str>, member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let before = parse(before)?;
    let list = favourites::page(&mut *db.acquire().await?, member.account().id, before).await?;
    let account = member.account();
    Ok(View::new(
        "favourites/page",
        Page {
            own: true,
            csrf: visitor.form_token(),
            username: account.username.clone(),
            name: account.display_name.clone(),
            public: member.settings.favourites_public,
            hidden_profile: !member.settings.profile_public || account.deletion_due_at.is_some(),
            shots: list.photos.into_iter().map(Shot::from).collect(),
            next: list.next.map(|next| format!("/favourites?before={next}")),
            first: "/favourites".to_owned(),
            later: before.is_some(),
        },
    )
    .current())
}

/// What the form sends.
#[derive(FromForm)]
pub struct SharingForm<'r> {
    public: Option<&'r str>,
}

/// Who may see the list.
#[post("/favourites", data = "<form>")]
pub async fn update(
    form: Guarded<SharingForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut chosen = member.settings.clone();
    chosen.favourites_public = form.0.public.is_some();
    let mut tx = db.begin().await?;
    settings::save(&mut tx, member.account().id, &chosen).await?;
    tx.commit().await?;
    visitor.say(if chosen.favourites_public {
        "Others can see your favourites now."
    } else {
        "Only you can see your favourites now."
    });
    Ok(Redirect::to("/favourites"))
}

/// Somebody's, if they show them. What is not shown gives the same answer as what never was.
#[get("/u/<username>/favourites?<before>")]
pub async fn show(username: &str, before: Option<&str>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let profile = profile::find(&mut conn, username, None).await?.filter(|profile| profile.shows_favourites);
    let profile = profile.ok_or(Error::NotFound)?;
    let before = parse(before)?;
    let list = favourites::page(&mut conn, profile.account, before).await?;
    let first = format!("/u/{}/favourites", profile.username);
    Ok(View::new(
        "favourites/page",
        Page {
            own: false,
            csrf: String::new(),
            username: profile.username,
            name: profile.display_name,
            public: true,
            hidden_profile: false,
            shots: list.photos.into_iter().map(Shot::from).collect(),
            next: list.next.map(|next| format!("{first}?before={next}")),
            first,
            later: before.is_some(),
        },
    ))
}

/// Saves it.
#[post("/submissions/<id>/favourite", data = "<_pressed>")]
pub async fn create(
    id: i64,
    _pressed: Pressed,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    let photo = submissions::find_votable(&mut tx, id).await?.ok_or(Error::NotFound)?;
    favourites::save(&mut tx, member.account().id, id).await?;
    tx.commit().await?;
    visitor.say(&format!("{} is among your favourites.", photo.title));
    Ok(Redirect::to(format!("/submissions/{id}")))
}

/// Where somebody took it out.
#[derive(FromForm)]
pub struct UnsaveForm<'r> {
    list: Option<&'r str>,
}

/// Takes it out of the list again, and goes back to where that was asked for. What is out of sight by now can be taken out, too.
#[post("/submissions/<id>/favourite/delete", data = "<form>")]
pub async fn delete(
    id: i64,
    form: Guarded<UnsaveForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    favourites::unsave(&mut tx, member.account().id, id).await?;
    let shown = submissions::find_votable(&mut tx, id).await?;
    tx.commit().await?;
    visitor.say("It is no longer among your favourites.");
    let list = form.0.list.is_some() || shown.is_none();
    Ok(Redirect::to(if list { "/favourites".to_owned() } else { format!("/submissions/{id}") }))
}

fn parse(before: Option<&str>) -> Result<Option<i64>, Error> {
    let wrong = |_| Error::invalid("before", "This page of the favourites does not exist. Begin with the newest.");
    before.map(|before| before.parse().map_err(wrong)).transpose()
}

#[derive(Serialize)]
struct Page {
    own: bool,
    csrf: String,
    username: String,
    name: String,
    /// May others see the list?
    public: bool,
    /// Is the profile hidden, so that nobody else finds the list, public or not?
    hidden_profile: bool,
    shots: Vec<Shot>,
    next: Option<String>,
    /// The address of the first page.
    first: String,
    /// Is this not the first page?
    later: bool,
}
