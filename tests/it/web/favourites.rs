//! Photos that members keep.

use ratemyderp::queue::Job;
use ratemyderp::submissions::removal;
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use super::page::{Page, get, log_in, post, submit};
use crate::support::World;

/// Three photos, and a member who is logged in.
async fn world() -> (World, Client) {
    let world = World::new().await;
    for title in ["Marmalade", "Noodle", "Biscuit"] {
        world.photo(title).await;
    }
    world.member("derpina").await;
    let client = world.client().await;
    log_in(&client, "derpina").await;
    (world, client)
}

fn titles(page: &Page) -> Vec<&str> {
    let names = page.html.split("<span class=\"name\"><bdi>").skip(1);
    names.map(|rest| rest.split('<').next().unwrap()).collect()
}

async fn save(client: &Client, photo: i64) -> Page {
    submit(client, &format!("/submissions/{photo}"), &format!("/submissions/{photo}/favourite"), &[]).await
}

async fn list(client: &Client) -> Page {
    get(client, "/favourites").await
}

#[tokio::test]
async fn a_photo_is_saved_and_taken_out_again_by_buttons() {
    let (world, client) = world().await;
    assert!(list(&client).await.text().contains("You have not saved any photo"));
    for photo in [1, 3, 1] {
        assert_eq!(save(&client, photo).await.status, Status::SeeOther);
    }
    let page = get(&client, "/submissions/1").await;
    assert!(page.text().contains("Marmalade is among your favourites."), "{}", page.text());
    assert!(
        page.html.contains("action=\"/submissions/1/favourite/delete\"")
            && page.html.contains("Remove from your favourites")
    );
    assert_eq!(titles(&list(&client).await), ["Biscuit", "Marmalade"], "what was saved last comes first, and once");
    let back = submit(&client, "/submissions/1", "/submissions/1/favourite/delete", &[]).await;
    assert_eq!(back.header("Location"), Some("/submissions/1"));
    let back = submit(&client, "/favourites", "/submissions/3/favourite/delete", &[("list", "1")]).await;
    assert_eq!(back.header("Location"), Some("/favourites"));
    assert_eq!(titles(&list(&client).await), [""; 0]);
    assert_eq!(world.count("favourites").await, 0);
    let again = submit(&client, "/favourites", "/submissions/3/favourite/delete", &[]).await;
    assert_eq!(again.status, Status::SeeOther, "once more changes nothing");
}

#[tokio::test]
async fn a_list_is_its_members_alone_until_they_show_it() {
    let (world, client) = world().await;
    save(&client, 2).await;
    let stranger = world.client().await;
    let asked = get(&stranger, "/favourites").await;
    assert!(asked.header("Location").is_some_and(|to| to.starts_with("/login")), "{}", asked.status);
    let theirs = "/u/derpina/favourites";
    assert_eq!(get(&stranger, theirs).await.status, Status::NotFound);
    assert!(!get(&stranger, "/u/derpina").await.html.contains(theirs));
    submit(&client, "/favourites", "/favourites", &[("public", "yes")]).await;
    let seen = get(&stranger, theirs).await;
    assert_eq!((seen.status, titles(&seen)), (Status::Ok, vec!["Noodle"]));
    assert!(!seen.html.contains("/favourite/delete"), "others cannot take anything out");
    assert!(get(&stranger, "/u/derpina").await.html.contains(theirs));
    sqlx::query("UPDATE settings SET profile_public = false").execute(&world.pool).await.unwrap();
    assert_eq!(get(&stranger, theirs).await.status, Status::NotFound, "with the profile its list is hidden");
    sqlx::query("UPDATE settings SET profile_public = true").execute(&world.pool).await.unwrap();
    submit(&client, "/favourites", "/favourites", &[]).await;
    for nobody in [theirs, "/u/nobody/favourites", "/u/%00/favourites"] {
        assert_eq!(get(&stranger, nobody).await.status, Status::NotFound, "{nobody}");
    }
}

#[tokio::test]
async fn what_is_out_of_sight_cannot_be_saved_and_is_not_shown() {
    let (world, client) = world().await;
    for photo in [1, 2, 3] {
        save(&client, photo).await;
    }
    world.hide(1).await;
    let mut tx = world.pool.begin().await.unwrap();
    removal::remove(&mut tx, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(titles(&list(&client).await), ["Biscuit"], "at once");
    world.drain().await;
    assert_eq!(world.count("favourites WHERE submission = 2").await, 0);
    world.unhide(1).await;
    assert_eq!(titles(&list(&client).await), ["Biscuit", "Marmalade"], "it was kept for them");
    let pending = world.pending("Pending").await;
    let csrf = list(&client).await.csrf();
    for unseen in [2, pending, 999, -1, i64::MAX] {
        let refused = post(&client, &format!("/submissions/{unseen}/favourite"), &format!("csrf={csrf}")).await;
        assert_eq!(refused.status, Status::NotFound, "{unseen}");
    }
    for wrong in ["x", "", "1.5", "99999999999999999999", "%00"] {
        let page = get(&client, &format!("/favourites?before={wrong}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{wrong}");
    }
    assert!(get(&client, "/favourites?before=-1").await.text().contains("None of these are on show now."));
}

#[tokio::test]
async fn pages_of_favourites_lead_on_past_what_is_hidden() {
    let (world, client) = world().await;
    for number in 4..=260 {
        world.photo(&format!("Photo {number}")).await;
    }
    let account: i64 =
        sqlx::query_scalar("SELECT id FROM accounts WHERE username = 'derpina'").fetch_one(&world.pool).await.unwrap();
    sqlx::query("INSERT INTO favourites (account, submission) SELECT $1, n FROM generate_series(1, 260) n")
        .bind(account)
        .execute(&world.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE submissions SET moderation = 'hidden', ordinal = NULL, described_ordinal = NULL WHERE id BETWEEN 20 AND 250")
        .execute(&world.pool)
        .await
        .unwrap();
    let (mut path, mut seen) = ("/favourites".to_owned(), 0);
    loop {
        let page = get(&client, &path).await;
        seen += titles(&page).len();
        match page.between("rel=\"next\" href=\"", "\"") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen, 29);
}

#[tokio::test]
async fn favourites_are_taken_along_and_forgotten_with_the_account() {
    let (world, client) = world().await;
    save(&client, 3).await;
    let file = get(&client, "/settings/export").await;
    let file: serde_json::Value = serde_json::from_str(&file.html).unwrap();
    assert_eq!(file["favourites"][0]["photo"], 3);
    assert_eq!(file["member"]["settings"]["favourites_public"], false);
    sqlx::query("UPDATE accounts SET deletion_due_at = now() - interval '1 day' WHERE username = 'derpina'")
        .execute(&world.pool)
        .await
        .unwrap();
    world.enqueue(Job::DeleteAccounts).await;
    world.drain().await;
    assert_eq!(world.count("favourites").await, 0);
    world.whole().await;
}

#[tokio::test]
async fn another_like_it_is_on_a_photos_page_and_nothing_that_is_hidden() {
    let (world, client) = world().await;
    world.enqueue(Job::WriteWords).await;
    world.drain().await;
    assert_eq!(titles(&get(&client, "/submissions/1").await).len(), 2);
    world.hide(2).await;
    let page = get(&client, "/submissions/1").await;
    assert_eq!(titles(&page), ["Biscuit"]);
    assert!(
        page.html.contains("<h2 id=\"alike-h\">Another like this</h2>") && page.html.contains("/search?species=cat")
    );
}
