//! The outbox is for development alone.

use rocket::http::Status;

use super::page::get;
use crate::support::World;

#[tokio::test]
async fn where_mail_is_really_sent_there_is_no_outbox() {
    let world = World::new().await;
    let client = world.client_with(world.figment().merge(("mail.transport", "smtp"))).await;
    for path in ["/outbox", "/outbox/00000000-0000-4000-8000-000000000000"] {
        assert_eq!(get(&client, path).await.status, Status::NotFound, "{path}");
    }
}

#[tokio::test]
async fn only_mails_can_be_read_there() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let figment = world.figment().merge(("mail.transport", "file")).merge(("mail.folder", folder.path().join("mails")));
    std::fs::write(folder.path().join("secret.eml"), "To: x\r\nSubject: y\r\nDate: z\r\n\r\n").unwrap();
    let client = world.client_with(figment).await;
    assert!(get(&client, "/outbox").await.text().contains("There are no mails yet."), "no folder yet");
    for id in ["..%2Fsecret", "../secret", "secret", "00000000-0000-4000-8000-000000000000", "%00"] {
        assert_eq!(get(&client, &format!("/outbox/{id}")).await.status, Status::NotFound, "{id}");
    }
}
