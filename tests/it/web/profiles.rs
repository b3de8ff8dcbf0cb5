//! What others see of a member.

use rocket::http::Status;

use super::page::{Page, get, log_in, submit};
use crate::support::{World, someone};

/// Noodle says something about herself, and has as many photos on show.
async fn world(photos: usize) -> World {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    sqlx::query(
        "UPDATE accounts SET display_name = 'Noodle the Great', about = E'I draw.\n<b>Badly.</b>' WHERE id = $1",
    )
    .bind(noodle)
    .execute(&world.pool)
    .await
    .unwrap();
    for number in 0..photos {
        let photo = world.photo(&format!("Photo {number}")).await;
        give(&world, photo, noodle).await;
    }
    world
}

async fn give(world: &World, photo: i64, owner: i64) {
    let give = sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2").bind(owner).bind(photo);
    give.execute(&world.pool).await.expect("given");
}

async fn set(world: &World, change: &str) {
    sqlx::query(&format!("UPDATE {change}")).execute(&world.pool).await.expect("set");
}

/// The titles in the table, in order.
fn titles(page: &Page) -> Vec<&str> {
    page.html.split("<bdi>Photo ").skip(1).map(|rest| rest.split('<').next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn a_profile_says_who_somebody_is_and_shows_their_photos() {
    let world = world(2).await;
    let photo: i64 = sqlx::query_scalar("SELECT max(id) FROM submissions").fetch_one(&world.pool).await.unwrap();
    for (rater, given) in [(1, 9), (2, 9), (3, 9)] {
        world.rate(someone(rater), photo, given).await;
    }
    let hidden = world.photo("Hidden").await;
    give(
        &world,
        hidden,
        sqlx::query_scalar("SELECT id FROM accounts WHERE username = 'noodle'").fetch_one(&world.pool).await.unwrap(),
    )
    .await;
    world.hide(hidden).await;
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let client = world.client().await;
    for address in ["/u/noodle", "/u/Noodle"] {
        let page = get(&client, address).await;
        assert_eq!(page.status, Status::Ok);
        let text = page.text();
        for said in [
            "Noodle the Great",
            "@noodle, a member since",
            "I draw. &lt;b&gt;Badly.&lt;/b&gt;",
            "has not rated any photo yet",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert_eq!(titles(&page), ["1", "0"], "newest first");
        assert!(text.contains("Photo 1 cat 6.8 3") && text.contains("Photo 0 cat none yet 0"), "{text}");
        assert!(!text.contains("Hidden"));
    }
}

#[tokio::test]
async fn what_may_not_be_seen_looks_like_what_was_never_there() {
    let world = world(1).await;
    let client = world.client().await;
    let missing = get(&client, "/u/nobody-here").await;
    assert_eq!(missing.status, Status::NotFound);
    for (hide, show) in [
        ("settings SET profile_public = false", "settings SET profile_public = true"),
        (
            "accounts SET suspended_at = now(), suspension = 'Spam' WHERE username = 'noodle'",
            "accounts SET suspended_at = NULL, suspension = NULL",
        ),
        (
            "accounts SET deleted_at = now(), password_hash = NULL, email = NULL, email_verified_at = NULL WHERE username = 'noodle'",
            "accounts SET deleted_at = NULL",
        ),
        (
            "accounts SET deletion_due_at = now() + interval '1 day' WHERE username = 'noodle'",
            "accounts SET deletion_due_at = NULL",
        ),
    ] {
        set(&world, hide).await;
        for address in ["/u/noodle", "/u/noodle?before=7", "/u/noodle?before=x"] {
            let page = get(&client, address).await;
            let (seen, expected) = (page.but_for_way_back(), missing.but_for_way_back());
            assert_eq!((page.status, seen), (missing.status, expected), "{hide} {address}");
        }
        set(&world, show).await;
        assert_eq!(get(&client, "/u/noodle").await.status, Status::Ok);
    }
    for address in ["/u/no%00dle", "/u/%F0%9F%90%B6", "/u/'%20OR%201=1", "/u/noodle%20"] {
        assert_eq!(get(&client, address).await.but_for_way_back(), missing.but_for_way_back(), "{address}");
    }
}

#[tokio::test]
async fn members_see_their_own_hidden_profile_and_nobody_elses() {
    let world = world(1).await;
    world.member("pickle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    assert!(get(&client, "/u/noodle").await.text().contains("This is what others see of you."));
    let fields = [("display_name", "Noodle"), ("about", ""), ("votes", "yes")];
    assert_eq!(submit(&client, "/settings/profile", "/settings/profile", &fields).await.status, Status::SeeOther);
    assert!(get(&client, "/u/noodle").await.text().contains("Only you can see this profile"));
    let other = world.client().await;
    log_in(&other, "pickle").await;
    assert_eq!(get(&other, "/u/noodle").await.status, Status::NotFound);
}

#[tokio::test]
async fn how_somebody_votes_is_shown_by_choice() {
    let world = world(0).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let rater = sqlx::query_scalar("SELECT id FROM raters WHERE account IS NOT NULL").fetch_one(&world.pool).await;
    let rater = ratemyderp::ratings::RaterId(rater.expect("noodle's rater"));
    for _ in 0..5 {
        let photo = world.photo("Photo").await;
        world.rate(rater, photo, 8).await;
        world.rate(someone(1), photo, 7).await;
    }
    let stranger = world.client().await;
    let said = "has rated 5 photos and gives 8.0 points on average, 1.0 points kinder than the crowd.";
    assert!(get(&stranger, "/u/noodle").await.text().contains(said));
    set(&world, "settings SET show_own_votes = false").await;
    let silent = get(&stranger, "/u/noodle").await;
    assert!(!silent.text().contains("rated"), "{}", silent.text());
}

#[tokio::test]
async fn badges_say_what_can_be_checked() {
    let world = world(10).await;
    let client = world.client().await;
    let text = get(&client, "/u/noodle").await.text();
    assert!(text.contains("Photographer has 10 photos or more on show"), "{text}");
    assert!(!text.contains("Top derp") && !text.contains("Keen eye"), "{text}");
    set(&world, "accounts SET created_at = now() - interval '800 days' WHERE username = 'noodle'").await;
    let photo: i64 = sqlx::query_scalar("SELECT max(id) FROM submissions").fetch_one(&world.pool).await.unwrap();
    for (rater, given) in [(1, 9), (2, 9), (3, 9)] {
        world.rate(someone(rater), photo, given).await;
    }
    for other in 0..10 {
        let other = world.photo(&format!("Other {other}")).await;
        world.rate(someone(1), other, 2).await;
    }
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::ratings::standings::recompute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let page = get(&client, "/u/noodle").await;
    let text = page.text();
    for said in [
        "Top derp number 1 of 11 in the ranking: Photo 9",
        "Old friend a member for 2 years",
        "Beside everybody Noodle the Great Everybody",
        "Ratings of a photo, on average 0.3 1.2",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(page.html.contains("src=\"/u/noodle/face.svg\""), "drawn as long as no photo is chosen");
    let face = get(&client, "/u/noodle/face.svg").await;
    assert!(face.status == Status::Ok && face.html.starts_with("<svg "), "{}", face.html);
    assert_eq!(get(&client, "/u/nobody-here/face.svg").await.status, Status::NotFound);
    set(&world, "settings SET profile_public = false").await;
    assert_eq!(get(&client, "/u/noodle/face.svg").await.status, Status::NotFound);
}

#[tokio::test]
async fn members_choose_the_photo_that_they_are_shown_with() {
    let world = world(2).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let photo: i64 = sqlx::query_scalar("SELECT max(id) FROM submissions").fetch_one(&world.pool).await.unwrap();
    let other = world.photo("Of the house").await;
    let choose = async |avatar: &str| {
        let fields = [("display_name", "Noodle"), ("about", ""), ("public", "yes"), ("avatar", avatar)];
        submit(&client, "/settings/profile", "/settings/profile", &fields).await
    };
    for wrong in [&other.to_string(), "x", "99999999999999999999", "-1"] {
        let page = choose(wrong).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{wrong}");
        assert!(
            page.text().contains("Choose one of your photos that are on show, or the drawn face."),
            "{}",
            page.text()
        );
    }
    assert_eq!(choose(&photo.to_string()).await.status, Status::SeeOther);
    let stranger = world.client().await;
    let face = |page: &Page| page.between("<img class=\"face\" src=\"", "\"");
    let shown = face(&get(&stranger, "/u/noodle").await).expect("a face");
    assert!(shown.starts_with("/images/"), "{shown}");
    let form = get(&client, "/settings/profile").await;
    assert!(form.html.contains(&format!("value=\"{photo}\" checked")), "{}", form.html);
    // A page from before the question changes nothing.
    let fields = [("display_name", "Noodle"), ("about", ""), ("public", "yes")];
    assert_eq!(submit(&client, "/settings/profile", "/settings/profile", &fields).await.status, Status::SeeOther);
    assert_eq!(face(&get(&stranger, "/u/noodle").await), Some(shown));
    world.hide(photo).await;
    assert_eq!(face(&get(&stranger, "/u/noodle").await).as_deref(), Some("/u/noodle/face.svg"));
    assert_eq!(choose("").await.status, Status::SeeOther);
}

#[tokio::test]
async fn many_photos_come_in_pages_that_meet() {
    let world = world(45).await;
    let client = world.client().await;
    let (mut seen, mut address) = (vec![], "/u/noodle".to_owned());
    loop {
        let page = get(&client, &address).await;
        seen.extend(titles(&page).into_iter().map(|title| title.parse::<usize>().expect("a number")));
        match page.between("rel=\"next\" href=\"", "\"") {
            Some(next) => address = next,
            None => break,
        }
    }
    assert_eq!(seen, (0..45).rev().collect::<Vec<_>>());
    let last = get(&client, &address).await;
    assert!(last.html.contains("<title>Noodle the Great, older photos - RateMyDerp</title>"));
    assert!(last.html.contains("<a href=\"/u/noodle\">Newest photos</a>"));
    let wrong = get(&client, "/u/noodle?before=x").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.text().contains("Begin with the newest photos."));
}

#[tokio::test]
async fn photos_lead_to_their_owners_profile_while_it_is_public() {
    let world = world(1).await;
    let photo: i64 = sqlx::query_scalar("SELECT max(id) FROM submissions").fetch_one(&world.pool).await.unwrap();
    let address = format!("/submissions/{photo}");
    let client = world.client().await;
    let link = "sent in by <a href=\"/u/noodle\">";
    assert!(get(&client, &address).await.html.contains(link));
    for (hide, show) in [
        ("settings SET profile_public = false", "settings SET profile_public = true"),
        (
            "accounts SET suspended_at = now(), suspension = 'Spam'",
            "accounts SET suspended_at = NULL, suspension = NULL",
        ),
        ("accounts SET deletion_due_at = now() + interval '1 day'", "accounts SET deletion_due_at = NULL"),
    ] {
        set(&world, hide).await;
        let page = get(&client, &address).await;
        assert!(page.text().contains("sent in by Noodle the Great") && !page.html.contains("/u/noodle"), "{hide}");
        set(&world, show).await;
    }
}
