//! How fast forms with files are read, so that many at once need little memory.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use rocket::tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Forms that one process reads at the same time. On a fast connection each takes more than a megabyte, most of it in hyper's
/// buffers, whose size Rocket cannot set.
const AT_ONCE: usize = 4;

/// How long each may keep the others waiting. One that takes longer is slow, and slow ones need little memory.
const TURN: Duration = Duration::from_secs(3);

/// Nobody waits longer than this for a turn, however many are slow on purpose.
const WAIT: Duration = Duration::from_secs(30);

static READING: Semaphore = Semaphore::const_new(AT_ONCE);

/// Reads a form when it is its turn.
pub async fn in_turn<T>(reading: impl Future<Output = T>) -> T {
    let turn = timeout(WAIT, READING.acquire()).await;
    let mut reading = pin!(reading);
    match timeout(TURN, &mut reading).await {
        Ok(read) => read,
        Err(_) => {
            drop(turn);
            reading.await
        }
    }
}

/// A reader that pauses after every piece. The parser reads on until a read has to wait, so that on a fast connection it would
/// hold the whole file.
pub struct Paced<R> {
    reader: R,
    pause: bool,
}

impl<R> Paced<R> {
    /// Around the body of a request.
    pub fn new(reader: R) -> Self {
        Paced { reader, pause: false }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Paced<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        if std::mem::take(&mut self.pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.reader).poll_read(cx, buf);
        self.pause = read.is_ready();
        read
    }
}
