//! The blob store behaves the same wherever the blobs are: in memory, on disk, in a bucket.

use ratemyderp::storage::{Folder, Storage};
use uuid::Uuid;

/// The program `s3s-fs` (`cargo install s3s-fs --features binary`), a server that speaks S3 and keeps its buckets in a folder.
const VARIABLE: &str = "RATEMYDERP_TEST_S3_SERVER";

#[tokio::test]
async fn blobs_in_memory() {
    does_everything(&Storage::memory()).await;
}

#[tokio::test]
async fn blobs_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    does_everything(&Storage::local(folder.path()).expect("a store")).await;
}

#[cfg(not(feature = "s3"))]
#[tokio::test]
async fn blobs_in_a_bucket() {
    eprintln!(
        "SKIPPED: nothing was tried against S3: run `cargo test --features s3` with {VARIABLE} set to the program s3s-fs."
    );
}

#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread")]
async fn blobs_in_a_bucket() {
    let Some(program) = std::env::var_os(VARIABLE) else {
        eprintln!("SKIPPED: nothing was tried against S3: set {VARIABLE} to the program s3s-fs.");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("derps")).expect("a bucket");
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let mut server = std::process::Command::new(program)
        .args([
            "--host",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--access-key",
            "noodle",
            "--secret-key",
            "spaghetti",
        ])
        .arg(folder.path())
        .spawn()
        .expect("the server starts");
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(server.try_wait().expect("a child").is_none(), "the server ended");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let config = ratemyderp::config::figment()
        .merge(("storage.kind", "s3"))
        .merge(("storage.endpoint", format!("http://127.0.0.1:{port}")))
        .merge(("storage.bucket", "derps"))
        .merge(("storage.region", "us-east-1"))
        .merge(("storage.access_key", "noodle"))
        .merge(("storage.secret_key", "spaghetti"));
    let config: ratemyderp::config::Config = config.extract().expect("a configuration");
    let tried = tokio::spawn(async move {
        does_everything(&Storage::from_config(&config.storage).expect("a store")).await;
    })
    .await;
    server.kill().expect("it runs");
    server.wait().expect("it ends");
    tried.expect("the same as on disk");
}

async fn does_everything(storage: &Storage) {
    let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
    // A file in pieces, long enough for several parts of an upload to S3.
    let piece: Vec<u8> = (0..1_500_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut receiving = storage.original_writer(one).await.expect("begun");
    for _ in 0..8 {
        receiving.write(&piece).await.expect("written");
    }
    assert!(storage.original(one).await.is_err(), "nothing can be read before it is whole");
    let received = receiving.finish().await.expect("stored");
    assert_eq!(received.bytes, 12_000_000);
    assert!(storage.original(one).await.expect("there") == piece.repeat(8));
    let mut unwanted = storage.original_writer(two).await.expect("begun");
    unwanted.write(&piece.repeat(4)).await.expect("written");
    unwanted.abort().await.expect("aborted");
    assert!(storage.original(two).await.is_err());

    for size in [160, 320] {
        storage.put_rendition(one, size, vec![size as u8; 9]).await.expect("stored");
    }
    storage.put_preview(one, "start", b"preview".to_vec()).await.expect("stored");
    storage.copy_renditions((Folder::Images, one), (Folder::Hidden, three), &[160, 320]).await.expect("copied");
    assert_eq!(
        storage.hidden_rendition(three, 320).await.expect("there"),
        storage.rendition(one, 320).await.expect("there")
    );
    let all = storage.blobs_after("", 100).await.expect("listed");
    assert_eq!((all.blobs.len(), all.more), (6, false));
    let first = storage.blobs_after("", 4).await.expect("listed");
    assert_eq!((first.blobs.as_slice(), first.more), (&all.blobs[..4], true));
    let rest = storage.blobs_after(&first.blobs[3].path, 4).await.expect("listed");
    assert_eq!((rest.blobs.as_slice(), rest.more), (&all.blobs[4..], false));
    storage.delete_all(Folder::Images, one).await.expect("deleted");
    storage.delete_all(Folder::Images, one).await.expect("deleted twice");
    assert!(storage.rendition(one, 160).await.is_err() && storage.hidden_rendition(three, 160).await.is_ok());
    for blob in &storage.blobs_after("", 100).await.expect("listed").blobs {
        storage.delete_at(blob).await.expect("deleted");
    }
    assert!(storage.blobs_after("", 100).await.expect("listed").blobs.is_empty());
}
