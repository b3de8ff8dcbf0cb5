//! Handing in a photo with w3m, which sends a form as soon as a file is chosen in it: the rest is filled in around the kept file.

use std::path::Path;

use super::Files;
use super::refusals::terminal;
use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn a_photo_is_handed_in_changed_and_deleted_with_w3m() {
    let site = Site::new().await;
    site.world.member("noodle").await;
    let files = Files::new();
    let terminal = terminal(&site, "noodle", "/submissions/new").await;
    choose(&terminal, &files.good, "Your photo is kept.").await;
    terminal.fill_below("What kind of animal is it?", "dog").await;
    terminal.tick("I may show this photo here").await;
    terminal.activate("Send the photo").await;
    terminal.wait_for("There is a problem • Enter the animal's name. Send in a photo").await;
    terminal.fill_below("Error: Enter the animal's name.", "Noodle").await;
    terminal.activate("Send the photo").await;
    terminal.wait_for("It is number").await;
    terminal.wait_for("Nobody is working there at the moment").await;
    site.drain().await;
    terminal.activate("Look again").await;
    terminal.wait_for("This is your own photo").await;
    terminal.activate("Change it or its crop").await;
    terminal.wait_for("Change Noodle").await;
    terminal.tick("end] Right").await;
    terminal.activate("Save").await;
    terminal.wait_for("The new crop takes a moment").await;
    site.drain().await;
    terminal.activate("Delete it").await;
    terminal.wait_for("Delete Noodle?").await;
    terminal.activate("Delete Noodle").await;
    terminal.wait_for("Your photo is deleted.").await;
}

#[rocket::async_test]
async fn what_is_wrong_with_a_file_is_read_in_w3m() {
    let site = Site::new().await;
    site.world.member("noodle").await;
    let files = Files::new();
    site.world.upload("Noodle", std::fs::read(&files.good).expect("a file")).await;
    site.drain().await;
    let terminal = terminal(&site, "noodle", "/submissions/new").await;
    choose(&terminal, &files.text, "This file is not a photo.").await;
    choose(&terminal, &files.good, "It is here as Noodle.").await;
    choose(&terminal, &files.broken, "Your photo is kept.").await;
    terminal.fill_below("Error: Enter the animal's name.", "Biscuit").await;
    terminal.fill_below("Error: Enter what kind of animal it is.", "dog").await;
    terminal.tick("I may show this photo here").await;
    terminal.activate("Send the photo").await;
    terminal.wait_for("Biscuit is not ready yet").await;
    site.drain().await;
    terminal.activate("Look again").await;
    terminal.wait_for("Biscuit did not work out").await;
    terminal.wait_for("open it on your device").await;
    terminal.activate("Your photos").await;
    terminal.wait_for("Did not work out").await;
    terminal.activate("Biscuit").await;
    terminal.activate("Send it again").await;
    terminal.wait_for("What is the animal called? [Biscuit").await;
}

async fn choose(terminal: &Terminal, file: &Path, said: &str) {
    terminal.wait_for("JPEG, PNG, WebP or GIF").await;
    terminal.fill_below("We take out", file.to_str().expect("a path")).await;
    terminal.wait_for(said).await;
}
