//! Switching two-factor on and off in the settings.

use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::support::authenticator::Authenticator;
use crate::support::{PASSWORD, World};
use crate::web::page::{Page, get, log_in, post, submit};

const SETTINGS: &str = "/settings/two-factor";
const CODES: &str = "/settings/two-factor/recovery-codes";
const OFF: &str = "/settings/two-factor/off";

async fn world() -> (World, i64, Client) {
    let world = World::new().await;
    let account = world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    (world, account, client)
}

/// Begins, and gives the app that has read the key.
async fn begin(client: &Client) -> Authenticator {
    let answer = submit(client, SETTINGS, SETTINGS, &[("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some(SETTINGS)));
    let page = get(client, SETTINGS).await;
    Authenticator::new(&page.between("<p class=\"key\"><code>", "</code>").expect("a key"))
}

async fn confirm(client: &Client, code: &str) -> Page {
    submit(client, SETTINGS, "/settings/two-factor/confirm", &[("code", code)]).await
}

fn codes(page: &Page) -> Vec<String> {
    page.html.split("<li><code>").skip(1).filter_map(|rest| Some(rest.split_once("</code>")?.0.to_owned())).collect()
}

#[rocket::async_test]
async fn the_password_then_a_first_code_then_ten_recovery_codes_shown_once() {
    let (world, _, client) = world().await;
    let other = world.client().await;
    log_in(&other, "noodle").await;
    let app = begin(&client).await;
    let page = get(&client, SETTINGS).await;
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    assert!(page.html.contains("otpauth://totp/127.0.0.1%208000:noodle?secret"), "{}", page.html);
    let answer = confirm(&client, &app.code()).await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some(CODES)));
    let page = get(&client, CODES).await;
    assert!(page.text().contains("Two-factor is on. All other browsers are logged out."));
    assert_eq!(get(&other, "/settings").await.status, Status::SeeOther, "it came in without a code");
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    let shown = codes(&page);
    assert_eq!(shown.len(), 10, "{}", page.html);
    assert_eq!(codes(&get(&client, CODES).await), shown, "a reload does no harm");

    let file = get(&client, &format!("{CODES}.txt")).await;
    assert_eq!(file.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert!(file.header("Content-Disposition").unwrap().starts_with("attachment;"));
    assert_eq!(file.header("Cache-Control"), Some("no-store"));
    assert!(file.html.contains("noodle at http://127.0.0.1:8000\n"), "{}", file.html);
    assert_eq!(file.html.lines().skip(3).collect::<Vec<_>>(), shown);

    submit(&client, CODES, &format!("{CODES}/noted"), &[]).await;
    assert_eq!(codes(&get(&client, CODES).await), [""; 0]);
    assert_eq!(get(&client, &format!("{CODES}.txt")).await.status, Status::NotFound);
    assert!(get(&client, SETTINGS).await.text().contains("You have 10 recovery codes left."));
    let mails: i64 = sqlx::query_scalar("SELECT count(*) FROM mails WHERE notification::text LIKE '%wo%actor%'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(mails, 1, "the member is told");
}

#[rocket::async_test]
async fn a_wrong_password_or_code_says_so_and_nothing_is_half_done() {
    let (world, _, client) = world().await;
    let page = submit(&client, SETTINGS, SETTINGS, &[("password", "wrong")]).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.text().contains("This is not your password.") && page.html.contains("<title>Error: "));
    assert_eq!(count(&world, "two_factor").await, 0);
    let app = begin(&client).await;
    for (code, why) in [("", "Enter the code"), ("000000", "This code is wrong."), ("0000", "A code has 6 digits")] {
        let page = confirm(&client, code).await;
        assert_eq!(page.status, Status::UnprocessableEntity);
        assert!(page.text().contains(why), "{}", page.text());
        assert!(page.html.contains("<p class=\"key\">"), "the key is still there");
    }
    assert_eq!(count(&world, "two_factor WHERE confirmed_at IS NOT NULL").await, 0);
    let plain = world.client().await;
    assert_eq!(log_in(&plain, "noodle").await.header("Location"), Some("/"), "nothing asks for codes yet");
    assert_eq!(confirm(&client, &app.code()).await.header("Location"), Some(CODES));
    assert_eq!(get(&plain, "/settings").await.status, Status::SeeOther);
    // Sent twice.
    let csrf = get(&client, CODES).await.csrf();
    let again = post(&client, "/settings/two-factor/confirm", &format!("csrf={csrf}&code={}", app.code())).await;
    assert_eq!((again.status, again.header("Location")), (Status::SeeOther, Some(SETTINGS)));
    assert!(get(&client, SETTINGS).await.text().contains("If you have not seen your recovery codes, make new ones."));
    assert_eq!(codes(&get(&client, CODES).await).len(), 10, "and the codes are still to be seen");
    let again = post(&client, SETTINGS, &format!("csrf={csrf}&password={}", PASSWORD.replace(' ', "+"))).await;
    assert_eq!(again.status, Status::Conflict, "a key that is in use is not replaced");
}

#[rocket::async_test]
async fn the_picture_says_the_key_to_its_member_while_it_waits() {
    let (world, _, client) = world().await;
    let path = "/settings/two-factor/qr.svg";
    assert_eq!(get(&client, path).await.status, Status::NotFound, "nothing waits");
    let app = begin(&client).await;
    let picture = get(&client, path).await;
    assert_eq!(picture.header("Content-Type"), Some("image/svg+xml"));
    assert_eq!(picture.header("Cache-Control"), Some("no-store"));
    let key = app.totp.secret().to_base32();
    let url = format!("otpauth://totp/127.0.0.1%208000:noodle?secret={key}&issuer=127.0.0.1%208000");
    assert_eq!(read(&picture.html), url);
    let (stranger, biscuit) = (world.client().await, world.client().await);
    assert_eq!(get(&stranger, path).await.status, Status::SeeOther);
    world.member("biscuit").await;
    log_in(&biscuit, "biscuit").await;
    assert_eq!(get(&biscuit, path).await.status, Status::NotFound);
    submit(&client, SETTINGS, "/settings/two-factor/abandon", &[]).await;
    assert_eq!(get(&client, path).await.status, Status::NotFound, "given up");
    begin(&client).await;
    sqlx::query("UPDATE two_factor SET begun_at = now() - interval '31 minutes'").execute(&world.pool).await.unwrap();
    assert_eq!(get(&client, path).await.status, Status::NotFound, "too long ago");
    assert!(get(&client, SETTINGS).await.text().contains("Set up two-factor"));
}

/// What a phone's camera reads: the picture drawn large, decoded by a reader of QR codes.
fn read(svg: &str) -> String {
    const SQUARE: usize = 4;
    let side: usize = svg.split_once("viewBox=\"0 0 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    let mut dark = vec![false; side * side];
    let path = svg.rsplit_once("<path d=\"").unwrap().1;
    for run in path.split('M').skip(1) {
        let (start, length) = run.split_once('h').unwrap();
        let (x, y) = start.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = length.split('v').next().unwrap().parse().unwrap();
        dark[y * side + x..y * side + x + length].fill(true);
    }
    let pixel = |x: usize, y: usize| if dark[y / SQUARE * side + x / SQUARE] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SQUARE, side * SQUARE, pixel);
    image.detect_grids().first().expect("a QR code").decode().expect("readable").1
}

#[rocket::async_test]
async fn switching_it_off_takes_password_and_code() {
    let (world, account, client) = world().await;
    let app = world.guard(account).await;
    let code = app.code();
    for (password, code, why) in [
        ("wrong", code.as_str(), "This is not your password."),
        (PASSWORD, "000000", "This code is wrong."),
        (PASSWORD, "", "Enter the code"),
    ] {
        let page = submit(&client, OFF, OFF, &[("password", password), ("code", code)]).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{why}");
        assert!(page.text().contains(why), "{}", page.text());
    }
    let answer = submit(&client, OFF, OFF, &[("password", PASSWORD), ("code", &code)]).await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some(SETTINGS)), "it was not used up");
    assert!(get(&client, SETTINGS).await.text().contains("Two-factor is off."));
    let again = submit(&client, OFF, OFF, &[("password", PASSWORD), ("code", &code)]).await;
    assert_eq!(again.header("Location"), Some(SETTINGS), "a doubled click");
    let plain = world.client().await;
    assert_eq!(log_in(&plain, "noodle").await.header("Location"), Some("/"));
}

#[rocket::async_test]
async fn new_recovery_codes_make_the_old_ones_worthless() {
    let (world, account, client) = world().await;
    assert_eq!(get(&client, CODES).await.header("Location"), Some(SETTINGS), "there is nothing to recover");
    let app = world.guard(account).await;
    let fields = [("password", PASSWORD), ("code", app.recovery[0].as_str())];
    let answer = submit(&client, CODES, CODES, &fields).await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some(CODES)));
    let fresh = codes(&get(&client, CODES).await);
    assert_eq!(fresh.len(), 10);
    let other = world.client().await;
    log_in(&other, "noodle").await;
    let enter = async |code: &str| submit(&other, "/login/code", "/login/code", &[("code", code)]).await.status;
    assert_eq!(enter(&app.recovery[1]).await, Status::UnprocessableEntity);
    assert_eq!(enter(&fresh[0]).await, Status::SeeOther);
}

#[rocket::async_test]
async fn new_codes_are_shown_to_nobody_who_logs_in_to_the_same_browser_later() {
    let (world, _, client) = world().await;
    let app = begin(&client).await;
    confirm(&client, &app.code()).await;
    submit(&client, "/logout", "/logout", &[]).await;
    let biscuit = world.member("biscuit").await;
    world.guard(biscuit).await;
    sqlx::query("DELETE FROM two_factor WHERE account = $1").bind(biscuit).execute(&world.pool).await.unwrap();
    log_in(&client, "biscuit").await;
    assert_eq!(get(&client, CODES).await.header("Location"), Some(SETTINGS));
    assert_eq!(get(&client, &format!("{CODES}.txt")).await.status, Status::NotFound);
}

async fn count(world: &World, of: &str) -> i64 {
    sqlx::query_scalar(&format!("SELECT count(*) FROM {of}")).fetch_one(&world.pool).await.unwrap()
}
