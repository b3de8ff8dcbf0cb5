//! Where the focus is after something was swapped in, and how it shows.

use std::collections::BTreeSet;
use std::path::Path;

use super::{log_in, name, rate, told, untroubled, visit};
use crate::support::browser::{Options, Viewport, Visitor};
use crate::support::site::Site;

/// Fragments that replace themselves without being asked. Each is watched by a test here.
const POLLING: [&str; 2] = ["ops/_live.html.hbs", "submissions/_progress.html.hbs"];

#[test]
fn everything_in_a_fragment_that_replaces_itself_has_a_name_to_find_the_focus_by() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut polling = BTreeSet::new();
    for (name, template) in files(&templates) {
        if !template.contains("hx-trigger") {
            continue;
        }
        for tag in template.split('<').map(|rest| rest.split('>').next().unwrap_or_default()) {
            let focusable = ["a ", "button", "input", "select", "textarea", "summary"];
            if focusable.iter().any(|start| tag.starts_with(start)) || tag.contains("tabindex") {
                assert!(tag.contains(" id=\""), "{name}: <{tag}> loses the focus when it is replaced");
            }
        }
        polling.insert(name);
    }
    assert_eq!(polling, POLLING.map(str::to_owned).into(), "a fragment that nobody watches");
}

#[rocket::async_test]
async fn the_focus_stays_in_a_receipt_that_asks_again() {
    let site = Site::new().await;
    let noodle = site.world.member("noodle").await;
    let photo = site.world.pending("Noodle").await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(noodle)
        .bind(photo)
        .execute(&site.world.pool)
        .await
        .unwrap();
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url(&format!("/submissions/{photo}"))).await;
    let link = "#progress a.action";
    for _ in 0..2 {
        visitor.evaluate::<()>(&format!("document.querySelector('{link}').focus()")).await;
        visitor.evaluate::<()>("document.querySelector('#progress').dataset.old = 'yes', null").await;
        visitor.wait_until("the next answer", "!document.querySelector('#progress').dataset.old").await;
        let focus = visitor.focused().await;
        assert_eq!((focus.name.as_str(), focus.in_view), ("Look again", true));
    }
    site.world.publish(photo, uuid::Uuid::new_v4(), &[160, 320, 640]).await;
    visitor.wait_for_text("#progress", "Noodle is ready").await;
    assert_eq!(visitor.focused().await.name, "Go to its page");
    let page = visitor.evaluate::<String>("document.activeElement.getAttribute('href')").await;
    assert_eq!(page, format!("/submissions/{photo}"));
}

#[rocket::async_test]
async fn the_focus_on_a_heading_shows_to_the_keyboard_alone_and_stays_clear_of_the_photo() {
    let site = Site::new().await;
    for viewport in [Viewport::Desktop, Viewport::Phone] {
        let visitor = visit(&site, Options { viewport, ..Options::default() }).await;
        rate(&visitor, 7).await;
        assert_eq!(outline(&visitor).await, ("none".to_owned(), 0.0), "{viewport:?}");
        visitor.screenshot(&format!("focus-pointer-{viewport:?}")).await;
        let rated = name(&visitor).await;
        visitor.evaluate::<()>("document.querySelector('button[value=\"6\"]').focus()").await;
        visitor.press("Tab").await;
        visitor.press("Enter").await;
        told(&visitor, &format!("You rated {rated} 7 out of 10.")).await;
        let (style, overlap) = outline(&visitor).await;
        assert_eq!(style, "dotted", "{viewport:?}");
        assert!(overlap <= 0.0, "{viewport:?}: {overlap} pixels of the photo");
        visitor.screenshot(&format!("focus-keyboard-{viewport:?}")).await;
        untroubled(&visitor).await;
    }
}

/// The style of the outline around what has the focus, which is the heading, and by how many pixels it reaches over the photo.
async fn outline(visitor: &Visitor) -> (String, f64) {
    visitor
        .evaluate(
            "(() => {
                const heading = document.activeElement, style = getComputedStyle(heading);
                if (heading.id !== 'photo-h') throw heading.outerHTML;
                if (style.outlineStyle === 'none') return ['none', 0];
                const end = heading.getBoundingClientRect().bottom + parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
                return [style.outlineStyle, Math.ceil(end) - Math.ceil(document.querySelector('.photo').getBoundingClientRect().top)];
            })()",
        )
        .await
}

/// Every template with its path below the folder.
fn files(folder: &Path) -> Vec<(String, String)> {
    let (mut found, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(each) = folders.pop() {
        for entry in std::fs::read_dir(each).expect("templates") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path below it").display().to_string();
                found.push((name, std::fs::read_to_string(&path).expect("a template")));
            }
        }
    }
    found
}
