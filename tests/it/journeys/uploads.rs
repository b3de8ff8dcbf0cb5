//! Handing in a photo: with script, without, in a text browser.

pub mod refusals;
mod terminal;

use std::path::PathBuf;

use tempfile::TempDir;

use super::pages::look;
use super::{log_in, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::uploads::{good_photo, hostile_files, phone_photo};

#[rocket::async_test]
async fn a_photo_is_handed_in_and_the_page_says_by_itself_when_it_is_ready() {
    let site = Site::new().await;
    let files = Files::new();
    let visitor = member(&site, Options::default()).await;
    fill_in(&visitor).await;
    visitor.choose("#file", &files.phone).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("#progress").await.contains("It is number 1 in the queue"));
    look(&visitor, "queued").await;
    sqlx::raw_sql("UPDATE fang_tasks SET state = 'in_progress' WHERE state = 'new'")
        .execute(&site.world.pool)
        .await
        .unwrap();
    visitor.wait_for_text("#progress", "in the darkroom right now").await;
    visitor.wait_for_text("#status", "Your photo is in the darkroom now.").await;
    look(&visitor, "processing").await;
    sqlx::raw_sql("UPDATE fang_tasks SET state = 'new' WHERE state = 'in_progress'")
        .execute(&site.world.pool)
        .await
        .unwrap();
    site.drain().await;
    visitor.wait_for_text("#progress", "Noodle is ready").await;
    visitor.wait_for_text("#status", "Your photo is ready.").await;
    assert_eq!(visitor.evaluate::<String>("document.title").await, "Noodle is ready - RateMyDerp");
    visitor.wait_until("the picture to be there", "document.querySelector('#progress img').naturalWidth > 0").await;
    look(&visitor, "ready").await;
    visitor.reset();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(visitor.network().await.is_empty(), "it no longer asks");
    choose_another_crop(&site, &visitor).await;
    delete(&visitor).await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_photo_is_handed_in_without_script() {
    let site = Site::new().await;
    let files = Files::new();
    let visitor = member(&site, Options::without_script()).await;
    fill_in(&visitor).await;
    visitor.choose("#file", &files.phone).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("main").await.contains("It is number 1 in the queue"));
    site.drain().await;
    visitor.follow("main .action").await;
    assert!(visitor.text("main").await.contains("This is your own photo"));
    visitor.follow("a[href$='/edit']").await;
    choose_another_crop(&site, &visitor).await;
    delete(&visitor).await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn mistakes_cost_neither_the_words_nor_the_file() {
    let site = Site::new().await;
    let visitor = member(&site, Options::default()).await;
    look(&visitor, "empty form").await;
    make_mistakes(&site, &visitor, async |state| look(&visitor, state).await).await;
}

#[rocket::async_test]
async fn mistakes_cost_as_little_without_script() {
    let site = Site::new().await;
    let visitor = member(&site, Options::without_script()).await;
    // The pages are the same, so that they need not be looked at again.
    make_mistakes(&site, &visitor, async |_| ()).await;
}

/// Makes every mistake that there is, and what follows of them.
async fn make_mistakes(site: &Site, visitor: &Visitor, look: impl AsyncFn(&str)) {
    let files = Files::new();
    untroubled(visitor).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".errors").await.contains("Choose a photo."));
    assert_eq!(visitor.focused().await.name, "There is a problem");
    look("everything wrong").await;
    visitor.choose("#file", &files.text).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".errors").await.contains("This file is not a photo."));
    visitor.fill("#title", "Noodle").await;
    visitor.choose("#file", &files.good).await;
    // The page is complete when its preview is, and that is made meanwhile.
    tokio::join!(visitor.follow("main button.action"), async {
        while site.world.count("drafts").await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        site.drain().await;
    });
    let page = visitor.text("main").await;
    assert!(page.contains("Your photo is kept.") && page.contains("400 x 200 pixels"), "{page}");
    visitor.wait_until("the preview", "document.querySelector('.note img').naturalWidth === 160").await;
    look("kept").await;
    visitor.reset();
    // It is still there when the page was closed meanwhile.
    visitor.goto(&site.url("/submissions/new")).await;
    assert!(visitor.text("main").await.contains("Your photo is kept."));
    fill_in(visitor).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("#progress").await.contains("Noodle is not ready yet"));
    site.drain().await;
    visitor.reload().await;
    assert!(visitor.text("main").await.contains("This is your own photo"));
    untroubled(visitor).await;
    // The same file again, and then a file that only fails when it is looked at.
    visitor.goto(&site.url("/submissions/new")).await;
    fill_in(visitor).await;
    visitor.choose("#file", &files.good).await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("main").await.contains("It is here as Noodle."));
    look("here already").await;
    assert!(visitor.evaluate::<bool>("document.querySelector('#terms').checked").await, "what was ticked stays so");
    visitor.choose("#file", &files.broken).await;
    visitor.follow("main button.action").await;
    site.drain().await;
    visitor.reload().await;
    assert!(visitor.text("main").await.contains("did not work out"));
    look("failed").await;
    visitor.follow("a[href='/submissions/mine']").await;
    look("own photos").await;
    visitor.follow(".own li:last-child a").await;
    let id: i64 = visitor.url().await.rsplit('/').next().unwrap().parse().unwrap();
    site.world.hide(id).await;
    site.drain().await;
    visitor.reload().await;
    assert!(visitor.text("main").await.contains("is hidden"));
    visitor.wait_until("its picture", "document.querySelector('main img').naturalWidth === 160").await;
    look("hidden").await;
}

/// A member with the empty form in front of them.
async fn member(site: &Site, options: Options) -> Visitor {
    site.world.member("noodle").await;
    let visitor = Visitor::new(options).await;
    log_in(&visitor, site, "noodle").await;
    visitor.goto(&site.url("/submissions/new")).await;
    visitor.reset();
    visitor
}

/// Everything but the file.
async fn fill_in(visitor: &Visitor) {
    visitor.fill("#title", "Noodle").await;
    visitor.fill("#species", "dog").await;
    visitor.fill("#description", "A dog in a bath").await;
    visitor.click("input[value='top']").await;
    visitor.click("#terms").await;
}

async fn choose_another_crop(site: &Site, visitor: &Visitor) {
    if !visitor.url().await.contains("/edit") {
        visitor.follow("#progress a[href*='/edit']").await;
    }
    assert_eq!(visitor.count(".places img").await, 3);
    assert!(
        visitor
            .evaluate::<bool>("[...document.querySelectorAll('.places img')].every(i => i.naturalWidth === 160)")
            .await
    );
    assert!(visitor.evaluate::<bool>("document.querySelector(\"[value='top']\").checked").await);
    look(visitor, "edit").await;
    visitor.evaluate::<String>("document.querySelector('#title').value = ''").await;
    visitor.click("input[value='bottom']").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text(".errors").await.contains("Enter the animal's name."));
    assert!(visitor.evaluate::<bool>("document.querySelector(\"[value='bottom']\").checked").await);
    look(visitor, "edit, wrong").await;
    visitor.reset();
    visitor.fill("#title", "Noodle").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("main").await.contains("The new crop takes a moment"));
    let picture = "document.querySelector('.photo').currentSrc";
    let before: String = visitor.evaluate(picture).await;
    site.drain().await;
    visitor.reload().await;
    assert_ne!(visitor.evaluate::<String>(picture).await, before);
}

async fn delete(visitor: &Visitor) {
    visitor.follow("main a[href$='/delete']").await;
    look(visitor, "delete").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("main").await.contains("Your photo is deleted."));
    assert!(visitor.text("main").await.contains("You have not sent in any yet."));
    look(visitor, "no photos").await;
}

struct Files {
    phone: PathBuf,
    good: PathBuf,
    text: PathBuf,
    broken: PathBuf,
    _folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, content: Vec<u8>| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("written");
            path
        };
        let hostile = |wanted| hostile_files().into_iter().find(|(what, ..)| *what == wanted).expect("one of them").1;
        Files {
            phone: put("IMG_0001.JPG", phone_photo()),
            good: put("good.jpg", good_photo(1)),
            text: put("diary.jpg", hostile("text")),
            broken: put("broken.webp", hostile("a spoilt WebP")),
            _folder: folder,
        }
    }
}
