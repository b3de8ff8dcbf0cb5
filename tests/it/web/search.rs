//! Finding photos through the form.

use ratemyderp::queue::Job;
use rocket::http::{RawStr, Status};

use super::page::{Page, get, log_in};
use crate::support::World;

async fn world() -> World {
    let world = World::new().await;
    for title in ["Marmalade", "Noodle", "Żółw"] {
        world.photo(title).await;
    }
    write(&world).await;
    world
}

async fn write(world: &World) {
    world.enqueue(Job::WriteWords).await;
    world.drain().await;
}

fn titles(page: &Page) -> Vec<&str> {
    let names = page.html.split("<span class=\"name\"><bdi>").skip(1);
    names.map(|rest| rest.split('<').next().unwrap()).collect()
}

#[tokio::test]
async fn the_gallery_shows_everything_and_the_form_narrows_it_down() {
    let world = world().await;
    let client = world.client().await;
    let all = get(&client, "/photos").await;
    assert_eq!(titles(&all), ["Żółw", "Noodle", "Marmalade"]);
    assert!(
        all.html.contains("/photos\">") && all.html.contains("<title>All photos - RateMyDerp</title>"),
        "{}",
        all.html
    );
    let found = get(&client, "/search?q=zolw&species=&by=&period=all&least=").await;
    assert_eq!(titles(&found), ["Żółw"]);
    assert!(found.html.contains("value=\"zolw\""));
    let none = get(&client, "/search?q=zolw&species=dog").await;
    assert_eq!(titles(&none), [""; 0]);
    assert!(none.text().contains("No photo fits all of that."), "{}", none.text());
    assert_eq!(titles(&get(&client, "/search?species=CAT&period=week").await).len(), 3);
    assert_eq!(titles(&get(&client, "/search?q=&species=&by=&period=all&least=").await).len(), 3);
}

#[tokio::test]
async fn what_was_typed_wrong_is_said_and_what_is_shown_instead() {
    let world = world().await;
    let client = world.client().await;
    let found = get(&client, "/search?q=marmelade").await;
    assert_eq!(titles(&found), ["Marmalade"]);
    assert!(found.text().contains("Nothing has the word “marmelade”. Shown instead: “marmalade”."), "{}", found.text());
    let none = get(&client, "/search?q=xylophone").await;
    assert!(none.text().contains("Nothing has the word “xylophone”."), "{}", none.text());
    assert_eq!(titles(&none), [""; 0]);
}

#[tokio::test]
async fn members_and_their_photos_are_found() {
    let world = world().await;
    let noodle = world.member("noodle").await;
    let shy = world.member("shy-one").await;
    sqlx::query("UPDATE settings SET profile_public = false WHERE account = $1")
        .bind(shy)
        .execute(&world.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = 1").bind(noodle).execute(&world.pool).await.unwrap();
    write(&world).await;
    let client = world.client().await;
    let found = get(&client, "/search?q=noodle").await;
    assert!(found.html.contains("href=\"/u/noodle\"") && found.html.contains("/search?by=noodle"), "{}", found.html);
    assert_eq!(titles(&found), ["Noodle"]);
    assert_eq!(titles(&get(&client, "/search?by=@noodle").await), ["Marmalade"]);
    for hidden in ["shy-one", "nobody", "%00", "'"] {
        let page = get(&client, &format!("/search?by={hidden}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{hidden}");
        assert!(page.text().contains("they do not show their profile"), "{}", page.text());
    }
    let misspelt = get(&client, "/search?q=shy-onee").await;
    assert!(!misspelt.text().contains("“one”"), "a name that is not to be known: {}", misspelt.text());
}

#[tokio::test]
async fn whatever_is_typed_is_answered_in_words_and_never_with_everything() {
    let world = world().await;
    let client = world.client().await;
    for empty in [
        "%25",
        "%25%25%25",
        "_",
        "'",
        "\"",
        "\\",
        "';--",
        "%00",
        "%07",
        "🐢",
        "\u{202e}",
        "\u{200b}\u{feff}",
        "&q=",
        "!",
        "|",
        "(",
        "<script>",
        "\u{1f468}\u{200d}\u{1f469}",
        "*",
        ":*",
        "…",
    ] {
        let path = format!(
            "/search?q={}",
            if empty.starts_with(['%', '&']) {
                empty.to_owned()
            } else {
                RawStr::new(empty).percent_encode().to_string()
            }
        );
        let page = get(&client, &path).await;
        if empty == "&q=" {
            assert_eq!(titles(&page).len(), 3, "nothing was asked for");
            continue;
        }
        assert!(matches!(page.status.code, 200 | 422), "{empty:?}: {}", page.status);
        assert_eq!(titles(&page), [""; 0], "{empty:?}");
    }
    for found in
        ["mar\u{200b}malade", "\u{202e}marmalade", "MARMALADE", "marmala\u{301}de", "'marmalade'", "ma\u{200b}rmalade%"]
    {
        let page = get(&client, &format!("/search?q={}", RawStr::new(found).percent_encode())).await;
        assert_eq!(titles(&page), ["Marmalade"], "{found:?}: {}", page.text());
    }
    let fifty: Vec<String> = (0..50).map(|n| format!("w{n}")).collect();
    for (wrong, said) in [
        (format!("q={}", "x".repeat(10_000)), "200 characters or fewer; you typed 10000"),
        (format!("q={}", fifty.join("+")), "8 words or fewer; you typed 50"),
        (format!("species={}", "x".repeat(10_000)), "40 characters or fewer"),
        ("period=8".to_owned(), "this week"),
        ("least=11".to_owned(), "from 1 to 10"),
        ("least=x".to_owned(), "from 1 to 10"),
        ("after=x".to_owned(), "Begin with the first"),
        ("q=a&after=9~9".to_owned(), "Begin with the first"),
    ] {
        let page = get(&client, &format!("/search?{wrong}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{}", &wrong[..wrong.len().min(40)]);
        assert!(page.text().contains(said), "{}", page.text());
    }
    let beyond = get(&client, "/search?q=marmalade&after=0~1").await;
    assert_eq!((beyond.status, titles(&beyond).len()), (Status::Ok, 0));
    for raw in ["/search?q=%", "/search?q=%ff%fe", "/search?q=%zz"] {
        let page = get(&client, raw).await;
        assert!(page.status.code < 500 && titles(&page).is_empty(), "{raw}: {}", page.status);
    }
}

#[tokio::test]
async fn pages_lead_on_and_keep_what_was_asked_for() {
    let world = World::new().await;
    for number in 0..30 {
        world.photo(&format!("Noodle & {number}")).await;
    }
    write(&world).await;
    let client = world.client().await;
    for path in ["/photos", "/search?q=Noodle+%26&period=year"] {
        let first = get(&client, path).await;
        assert_eq!(titles(&first).len(), 24, "{path}");
        let next = first.between("rel=\"next\" href=\"", "\"").expect("a way on");
        let second = get(&client, &next).await;
        assert_eq!(titles(&second).len(), 6, "{next}");
        assert!(!second.html.contains("rel=\"next\""));
        let back =
            second.between("<li><a href=\"", "\">First page").map(|rest| rest.rsplit('"').next().unwrap().to_owned());
        assert_eq!(titles(&get(&client, &back.expect("a way back")).await), titles(&first));
    }
}

#[tokio::test]
async fn whoever_searches_without_end_is_told_to_wait_and_can_still_look_around() {
    let world = world().await;
    let client = world
        .client_with(
            world
                .figment()
                .merge(("rates.searches_per_network.burst", 3))
                .merge(("rates.searches_per_network.per_second", 1)),
        )
        .await;
    for _ in 0..3 {
        assert_eq!(get(&client, "/search?q=noodle").await.status, Status::Ok);
    }
    let braked = get(&client, "/search?q=noodle").await;
    assert_eq!(braked.status, Status::TooManyRequests);
    assert!(braked.text().contains("very many searches"), "{}", braked.text());
    assert_eq!(get(&client, "/photos").await.status, Status::Ok);
}

#[tokio::test]
async fn a_member_finds_what_a_stranger_finds() {
    let world = world().await;
    world.member("noodle").await;
    world.hide(1).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    assert_eq!(titles(&get(&client, "/photos").await), ["Żółw", "Noodle"]);
    assert_eq!(titles(&get(&client, "/search?q=marmalade").await), [""; 0]);
}
