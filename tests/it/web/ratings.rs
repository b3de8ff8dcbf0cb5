use rocket::http::Status;

use crate::support::{World, someone};
use crate::web::page::{Page, get, log_in, post, rate};

/// The links to change a rating, from top to bottom.
fn photos(page: &Page) -> Vec<i64> {
    page.html
        .split("<td><a href=\"/submissions/")
        .skip(1)
        .filter_map(|rest| rest.split_once('"')?.0.parse().ok())
        .collect()
}

#[tokio::test]
async fn a_visitor_finds_what_they_rated_newest_first_and_nobody_elses() {
    let world = World::new().await;
    for number in 0..3 {
        let photo = world.photo(&format!("Photo {number}")).await;
        world.rate(someone(9), photo, 10).await;
    }
    let client = world.client().await;
    let nothing = get(&client, "/ratings").await;
    assert!(nothing.text().contains("You have not rated any photo yet"), "{}", nothing.text());
    let mut rated = vec![];
    for score in ["7", "2"] {
        let page = get(&client, "/").await;
        rated.insert(0, page.photo().unwrap());
        rate(&client, &page, score).await;
    }
    let page = get(&client, "/ratings").await;
    assert_eq!(photos(&page), rated);
    assert!(page.text().contains("in this browser"), "{}", page.text());
    assert!(page.html.contains("<td>8.5</td>") && page.html.contains("<td>6.0</td>"), "beside everybody's");
    let twos = get(&client, "/ratings?score=2").await;
    assert_eq!(photos(&twos), rated[..1]);
    assert!(get(&client, "/ratings?score=9").await.text().contains("There are no photos that you gave 9 out of 10."));
    // A change stays where it was.
    let form = get(&client, &format!("/submissions/{}", rated[1])).await;
    post(&client, &format!("/submissions/{}/rating", rated[1]), &format!("csrf={}&stay=true&score=1", form.csrf()))
        .await;
    assert_eq!(photos(&get(&client, "/ratings").await), rated);
    assert_eq!(photos(&get(&client, "/ratings?score=1").await), rated[1..]);
    world.hide(rated[0]).await;
    assert_eq!(photos(&get(&client, "/ratings").await), rated[1..], "what is hidden is out of sight here too");
}

#[tokio::test]
async fn a_member_finds_them_in_every_browser() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.member("noodle").await;
    let one = world.client().await;
    rate(&one, &get(&one, "/").await, "7").await;
    log_in(&one, "noodle").await;
    let other = world.client().await;
    log_in(&other, "noodle").await;
    let page = get(&other, "/ratings").await;
    assert_eq!(photos(&page), [photo]);
    assert!(page.text().contains("in whichever browser"), "{}", page.text());
}

#[tokio::test]
async fn pages_of_ratings_hold_each_once() {
    let world = World::new().await;
    let client = world.client().await;
    for number in 0..45 {
        world.photo(&format!("Photo {number}")).await;
    }
    for _ in 0..45 {
        rate(&client, &get(&client, "/").await, "7").await;
    }
    let mut all = vec![];
    let mut next = Some("/ratings".to_owned());
    while let Some(path) = next {
        let page = get(&client, &path).await;
        assert_eq!(page.status, Status::Ok, "{path}");
        all.extend(photos(&page));
        next = page.between("rel=\"next\" href=\"", "\"");
    }
    assert_eq!(all.len(), 45);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 45);
}

#[tokio::test]
async fn a_mangled_address_of_ratings_is_explained() {
    let world = World::new().await;
    let client = world.client().await;
    for (wrong, said) in [
        ("score=11", "Choose a score from 1 to 10"),
        ("score=%25", "Choose a score"),
        ("score=%E2%80%AE7", "Choose a score"),
        ("before=x", "Begin with the newest"),
        ("before=", "Begin with the newest"),
        ("before=99999999999999999999~1", "Begin with the newest"),
        ("before=-62135596800000000~1", "Begin with the newest"),
    ] {
        let page = get(&client, &format!("/ratings?{wrong}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{wrong}");
        assert!(page.text().contains(said), "{}", page.text());
    }
    assert_eq!(get(&client, "/ratings?score=").await.status, Status::Ok, "as the form sends it for all of them");
}
