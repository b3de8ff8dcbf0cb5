//! What a vote is answered with.

use super::look::be;
use super::{look, rate, untroubled, visit};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

#[rocket::async_test]
async fn a_vote_shows_the_photo_once_more_beside_what_everybody_says() {
    let site = Site::new().await;
    site.rank().await;
    for script in [true, false] {
        let visitor = visit(&site, Options { script, ..Options::default() }).await;
        let src = "document.querySelector('img.photo').currentSrc";
        let shown: String = visitor.evaluate(src).await;
        visitor.reset();
        if script {
            rate(&visitor, 7).await;
        } else {
            visitor.follow("button[value='7']").await;
        }
        let requests = visitor.network().await;
        assert!(requests.iter().all(|request| request.url != shown), "the browser has the picture: {requests:?}");
        let small: String = visitor.evaluate("document.querySelector('.result img').currentSrc").await;
        assert_eq!(small, shown);
        let result = visitor.text("#last").await;
        assert!(result.contains("Everybody says ") && result.contains("You are the "), "{result}");
        assert_eq!(steps(&visitor).await.1, "65%", "in the middle of the seventh of ten steps");
        look(&visitor, "payoff").await;
        for (width, height, scheme) in
            [(1280, 800, "light"), (1280, 800, "dark"), (360, 640, "light"), (360, 640, "dark"), (1366, 625, "light")]
        {
            be(&visitor, (width, height), scheme, "none").await;
            visitor.screenshot(&format!("payoff-{width}-{scheme}")).await;
        }
        be(&visitor, (360, 640), "light", "active").await;
        visitor.screenshot("payoff-forced").await;
        untroubled(&visitor).await;
    }
}

/// As far as everybody goes, and where one's own score is.
async fn steps(visitor: &Visitor) -> (String, String) {
    visitor
        .evaluate(
            "[document.querySelector('.bar rect').getAttribute('width'),
              document.querySelector('.bar circle').getAttribute('cx')]",
        )
        .await
}
