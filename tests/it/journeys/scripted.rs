//! With script, as most people come.

use super::{name, rate, told, untroubled, visit};
use crate::support::browser::Options;
use crate::support::site::{PHOTOS, Site};

#[rocket::async_test]
async fn a_vote_swaps_in_the_next_photo_and_says_what_became_of_it() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    for score in [7, 10, 1] {
        visitor.reset();
        let rated = rate(&visitor, score).await;
        let next = name(&visitor).await;
        assert_ne!(next, rated);
        let result = visitor.text("#last").await;
        assert_eq!(result, format!("You rated {rated} {score} out of 10. You are the first to rate {rated}."));
        let focus = visitor.focused().await;
        assert_eq!((focus.id.as_str(), focus.in_view), ("photo-h", true));
        assert_eq!((focus.name, focus.description), (format!("Photo of {next}"), result));
        assert_eq!(visitor.evaluate::<String>("document.title").await, format!("Rate {next} - RateMyDerp"));
        assert_eq!(visitor.text("#status").await, "", "focus tells it; a live region would tell it twice");
        let requests = visitor.network().await;
        let seen: Vec<_> =
            requests.iter().map(|request| (request.method.as_str(), request.kind.as_str(), request.status)).collect();
        assert_eq!(seen, [("POST", "Fetch", 200), ("GET", "Image", 200)]);
        untroubled(&visitor).await;
    }
    assert_eq!(site.world.ratings().await, 3);
}

#[rocket::async_test]
async fn impatient_clicks_send_one_vote() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let rated = name(&visitor).await;
    visitor.reset();
    visitor.click_repeatedly("button[value='7']", 3).await;
    visitor.wait_for_text("#last", &format!("You rated {rated} 7 out of 10.")).await;
    let posts = visitor.network().await.into_iter().filter(|request| request.method == "POST").count();
    assert_eq!((posts, site.world.ratings().await), (1, 1));
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn reload_and_back_keep_the_current_photo() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let first = name(&visitor).await;
    visitor.reload().await;
    assert_eq!(name(&visitor).await, first);
    rate(&visitor, 4).await;
    let second = name(&visitor).await;
    visitor.follow(".top a[href='/leaderboard']").await;
    visitor.back().await;
    assert_eq!(name(&visitor).await, second, "not the page as it was before the vote");
    visitor.reload().await;
    assert_eq!(name(&visitor).await, second);
    assert_eq!(visitor.count("#last").await, 0, "the result is told once");
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn two_tabs_neither_skip_nor_repeat_a_photo() {
    let site = Site::new().await;
    let first = visit(&site, Options::default()).await;
    let second = first.new_tab().await;
    second.goto(&site.url("/")).await;
    let tabs = [&first, &second];
    let mut met = Vec::new();
    for turn in 0..PHOTOS {
        // The tab that is behind changes its rating, and catches up.
        for (tab, score) in tabs.iter().zip([3, 8]) {
            let shown = name(tab).await;
            if met.len() == turn as usize {
                met.push(shown.clone());
            }
            assert_eq!(shown, met[turn as usize]);
            tab.click(&format!("button[value='{score}']")).await;
            let result = if score == 3 { "You rated" } else { "You changed your rating of" };
            told(tab, &format!("{result} {shown}")).await;
        }
    }
    for tab in tabs {
        assert_eq!(tab.text("#photo-h").await, "You have seen them all");
        untroubled(tab).await;
    }
    met.sort();
    met.dedup();
    assert_eq!((met.len(), site.world.ratings().await), (PHOTOS as usize, i64::from(PHOTOS)));
    assert_eq!(site.world.complaints().await, [""; 0]);
}

#[rocket::async_test]
async fn a_vote_is_changed_on_the_photos_own_page() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let rated = rate(&visitor, 7).await;
    let next = name(&visitor).await;
    visitor.follow(".result a").await;
    assert_eq!(name(&visitor).await, rated);
    assert!(visitor.text("legend").await.starts_with(&format!("You rated {rated} 7. Change it,")));
    visitor.click("button[value='9']").await;
    let result = format!("You changed your rating of {rated} from 7 to 9. Nobody else has rated it yet.");
    told(&visitor, &result).await;
    let focus = visitor.focused().await;
    assert_eq!((focus.id.as_str(), focus.in_view, focus.description), ("photo-h", true, result));
    assert!(visitor.text("legend").await.starts_with(&format!("You rated {rated} 9. Change it,")));
    visitor.follow(".links a[href='/']").await;
    assert_eq!(name(&visitor).await, next);
    assert_eq!(site.world.ratings().await, 1);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_photo_that_was_not_rated_keeps_its_score_to_itself() {
    let site = Site::new().await;
    site.rank().await;
    let visitor = visit(&site, Options::default()).await;
    assert!(!visitor.text("main").await.contains("Average"), "no figure before the vote");
    visitor.follow(".extras a").await;
    assert!(visitor.text("main").await.contains("3 ratings so far."));
    assert_eq!(visitor.count(".histogram").await, 0);
    visitor.follow("a[href$='?statistics=1']").await;
    assert!(visitor.text("main").await.contains("Average"));
    assert_eq!(visitor.count(".histogram tbody tr").await, 10);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn whoever_has_seen_them_all_is_told_so_until_there_is_more() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    for _ in 0..PHOTOS {
        rate(&visitor, 5).await;
    }
    assert_eq!(visitor.text("#photo-h").await, "You have seen them all");
    let focus = visitor.focused().await;
    assert_eq!((focus.id.as_str(), focus.in_view), ("photo-h", true));
    assert_eq!(visitor.evaluate::<String>("document.title").await, "You have seen them all - RateMyDerp");
    visitor.reload().await;
    assert_eq!(visitor.text("#photo-h").await, "You have seen them all");
    visitor.follow("#card .action").await;
    assert_eq!(visitor.url().await, site.url("/leaderboard"));
    site.add(1).await;
    visitor.goto(&site.url("/")).await;
    assert_eq!(name(&visitor).await, "Another derp 1");
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_reported_photo_is_passed_over() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let reported = name(&visitor).await;
    visitor.follow("a[href$='/reports/new']").await;
    visitor.follow("button.action").await;
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "));
    let focus = visitor.focused().await;
    assert_eq!((focus.name.as_str(), focus.in_view), ("There is a problem", true));
    visitor.reset();
    visitor.click("input[value='stolen']").await;
    visitor.fill("textarea", "That is my sofa.").await;
    visitor.follow("button.action").await;
    assert!(visitor.text("main").await.contains(&format!("Your report of {reported}")));
    visitor.follow("main .action").await;
    assert_ne!(name(&visitor).await, reported);
    untroubled(&visitor).await;
}
