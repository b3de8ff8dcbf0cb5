//! Ballot stuffing from one network.

use std::net::SocketAddr;

use ratemyderp::config::VoteBrakes;
use ratemyderp::ratings::brake::{NetworkKey, admit};
use ratemyderp::ratings::record::{Braked, Vote, record};
use rocket::http::{ContentType, Status};
use rocket::local::asynchronous::Client;

use super::page::{Page, get};
use crate::support::{World, score, someone};

const LIMITS: VoteBrakes = VoteBrakes {
    new_for_hours: 24,
    new_raters_per_network: 5,
    new_raters_hours: 1,
    ratings_per_photo_and_network: 3,
    photo_hours: 24,
};

/// Browsers on a site with these limits. Each has a web process of its own: the brake holds for all of them together.
struct Crowd<'w> {
    world: &'w World,
    new_raters: i32,
    per_photo: i32,
}

impl Crowd<'_> {
    /// A browser without cookies.
    async fn browser(&self) -> Client {
        let figment = self
            .world
            .figment()
            .merge(("rates.stuffing.new_raters_per_network", self.new_raters))
            .merge(("rates.stuffing.ratings_per_photo_and_network", self.per_photo));
        self.world.client_with(figment).await
    }

    /// Such a browser rates this photo with a ten on the photo's page, from this address.
    async fn stuff(&self, photo: i64, address: &str) -> (Client, Page) {
        let client = self.browser().await;
        let page = get(&client, &format!("/submissions/{photo}")).await;
        let answer = rate_from(&client, photo, address, &format!("csrf={}&score=10&stay=true", page.csrf())).await;
        (client, answer)
    }
}

async fn rate_from(client: &Client, photo: i64, address: &str, body: &str) -> Page {
    let address: SocketAddr = format!("{address}:4711").parse().expect("an address");
    let request = client.post(format!("/submissions/{photo}/rating")).remote(address).header(ContentType::Form);
    Page::of(request.body(body).dispatch().await).await
}

#[tokio::test]
async fn new_browsers_of_one_network_cannot_stuff_a_photo() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let crowd = Crowd { world: &world, new_raters: 0, per_photo: 3 };
    for host in 1..=6 {
        let (client, answer) = crowd.stuff(photo, &format!("192.0.2.{host}")).await;
        assert_eq!(answer.status, Status::SeeOther);
        let page = get(&client, &format!("/submissions/{photo}")).await;
        let refused = page.text().contains("Your rating of Marmalade was not counted: new visitors in your network");
        assert_eq!(refused, host > 3, "{}", page.text());
    }
    assert_eq!(world.ratings().await, 3);
    crowd.stuff(photo, "198.51.100.7").await;
    assert_eq!(world.ratings().await, 4, "the network beside it may");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn whose_vote_is_braked_is_shown_the_next_photo() {
    let world = World::new().await;
    let (one, other) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let crowd = Crowd { world: &world, new_raters: 0, per_photo: 1 };
    crowd.stuff(one, "192.0.2.1").await;
    crowd.stuff(other, "192.0.2.2").await;
    let client = crowd.browser().await;
    let page = get(&client, "/").await;
    let first = page.photo().expect("a photo");
    rate_from(&client, first, "192.0.2.3", &format!("csrf={}&score=7", page.csrf())).await;
    let page = get(&client, "/").await;
    assert!(page.text().contains("was not counted: new visitors in your network"), "{}", page.text());
    assert_eq!(page.photo(), Some(if first == one { other } else { one }));
    assert_eq!(world.ratings().await, 2);
}

#[tokio::test]
async fn a_flood_of_beginners_is_told_to_wait() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let crowd = Crowd { world: &world, new_raters: 2, per_photo: 0 };
    for (host, status) in [(1, Status::SeeOther), (2, Status::SeeOther), (3, Status::TooManyRequests)] {
        let (_, answer) = crowd.stuff(photo, &format!("192.0.2.{host}")).await;
        assert_eq!(answer.status, status);
        let told = answer.text().contains("very many new visitors have begun in your network");
        assert_eq!(told, status == Status::TooManyRequests, "{}", answer.text());
    }
    assert_eq!(world.ratings().await, 2);
}

#[tokio::test]
async fn who_has_been_here_for_a_day_is_never_braked_and_a_batch_is_counted_one_by_one() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.rate(someone(99), world.photo("Noodle").await, 5).await;
    sqlx::query("UPDATE raters SET created_at = now() - interval '25 hours'").execute(&world.pool).await.unwrap();
    let mut votes = Vec::new();
    for rater in [1, 2, 3, 4, 99, 5] {
        let rater = world.rater(someone(rater)).await;
        votes.push(Vote { rater, submission: photo, score: score(10), network: Some(7) });
    }
    let mut tx = world.pool.begin().await.unwrap();
    let braked = admit(&mut tx, &votes, &LIMITS).await.unwrap();
    assert_eq!(braked, [None, None, None, Some(Braked::Photo), None, Some(Braked::Photo)]);
    let admitted: Vec<Vote> =
        votes.iter().zip(&braked).filter(|(_, braked)| braked.is_none()).map(|(vote, _)| *vote).collect();
    record(&mut tx, &admitted).await.unwrap();
    tx.commit().await.unwrap();
    // Changing what one has given is no stuffing.
    let rater = world.rater(someone(1)).await;
    let change = Vote { rater, submission: photo, score: score(4), network: Some(7) };
    let mut tx = world.pool.begin().await.unwrap();
    assert_eq!(admit(&mut tx, &[change], &LIMITS).await.unwrap(), [None]);
}

#[test]
fn a_network_has_another_hash_the_next_day() {
    let secret = ratemyderp::config::figment().merge(("secret_key", "c2VjcmV0IGtleSBvZiB0aGUgdGVzdHMsIDMyIGJ5dGVz"));
    let config: ratemyderp::config::Config = secret.extract().expect("a configuration");
    let key = NetworkKey::new(config.secret().expect("a secret"));
    let noon = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    let network = "192.0.2.0".parse().expect("an address");
    assert_eq!(key.hash(network, noon), key.hash(network, noon + chrono::Duration::minutes(1)));
    assert_ne!(key.hash(network, noon), key.hash(network, noon + chrono::Duration::days(1)));
}
