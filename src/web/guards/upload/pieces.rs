//! The body of a form with a file, piece by piece, as fast as it is its turn.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::try_unfold;
use rocket::tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use super::turns::{Lane, Turn};
use crate::config::PatienceConfig;

/// Bytes read at once. The parser reads one piece ahead at each of its steps, also while it still has enough.
const PIECE: usize = 4 << 10;

/// How long one turn lasts when bytes keep coming. Who takes longer is slow, and stands in line again.
const TURN: Duration = Duration::from_secs(3);

/// What comes before the content of a part: nothing, a boundary and a few short lines. The parser searches all of it anew with each
/// piece.
const HEAD: usize = 64 << 10;

/// Between two pieces of a form that is read for its words alone: slow, since it is not its turn.
const DRIP: Duration = Duration::from_millis(10);

/// What the stream and whoever parses it tell each other.
#[derive(Default)]
pub struct Progress {
    /// Bytes that may come before the next part's content does.
    head: AtomicUsize,
    turned_away: AtomicBool,
}

impl Progress {
    /// The head of a part comes next.
    pub fn expect_head(&self) {
        self.head.store(HEAD, Ordering::Relaxed);
    }

    /// A part's content comes next, however long.
    pub fn expect_content(&self) {
        self.head.store(usize::MAX, Ordering::Relaxed);
    }

    /// Did it have to wait too long? Then only what was typed is still wanted.
    pub fn is_turned_away(&self) -> bool {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// Why no more is read.
#[derive(Debug)]
pub enum Stopped {
    /// Nothing came for too long.
    Silent,
    /// A part began and began.
    EndlessHead,
    /// The connection broke.
    Broken(std::io::Error),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stopped::Silent => f.write_str("nothing came any more"),
            Stopped::EndlessHead => f.write_str("the head of a part is too long"),
            Stopped::Broken(cause) => cause.fmt(f),
        }
    }
}

impl std::error::Error for Stopped {}

/// Reads to the end. A form that falls silent loses its turn to others, and stands in line again when something comes.
pub fn pieces<'r>(
    reader: impl AsyncRead + Unpin + Send + 'r,
    lane: Lane,
    progress: &'r Progress,
    patience: PatienceConfig,
) -> impl Stream<Item = Result<Vec<u8>, Stopped>> + Send + 'r {
    let reading = Reading { reader, lane, progress, patience, turn: None, since: Instant::now(), slow: false };
    try_unfold(reading, |mut reading| async move {
        let piece = reading.piece().await?;
        Ok(piece.map(|piece| (piece, reading)))
    })
}

struct Reading<'r, R> {
    reader: R,
    lane: Lane,
    progress: &'r Progress,
    patience: PatienceConfig,
    turn: Option<Turn>,
    since: Instant,
    slow: bool,
}

impl<R: AsyncRead + Unpin> Reading<'_, R> {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Stopped> {
        // The parser reads on until a read has to wait, so that on a fast connection it would hold the whole file.
        yield_now().await;
        self.stand_in_line().await;
        let mut piece = Vec::with_capacity(PIECE);
        let read = self.read(&mut piece).await?;
        let head = self.progress.head.load(Ordering::Relaxed);
        self.progress.head.store(head.checked_sub(read).ok_or(Stopped::EndlessHead)?, Ordering::Relaxed);
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }

    async fn stand_in_line(&mut self) {
        if self.progress.is_turned_away() {
            return sleep(DRIP).await;
        }
        if self.turn.is_some() && self.since.elapsed() > TURN {
            (self.turn, self.slow) = (None, true);
        }
        if self.turn.is_none() {
            self.turn = self.lane.turn(self.slow, Duration::from_secs(self.patience.turn_wait_seconds)).await;
            self.since = Instant::now();
            self.progress.turned_away.store(self.turn.is_none(), Ordering::Relaxed);
        }
    }

    async fn read(&mut self, piece: &mut Vec<u8>) -> Result<usize, Stopped> {
        let [short, long] =
            [self.patience.turn_silence_seconds, self.patience.silence_seconds].map(Duration::from_secs);
        let mut read = pin!(self.reader.read_buf(piece));
        let come = match timeout(short.min(long), &mut read).await {
            Ok(come) => come,
            Err(_) => {
                self.turn = None;
                timeout(long.saturating_sub(short), read).await.map_err(|_| Stopped::Silent)?
            }
        };
        come.map_err(Stopped::Broken)
    }
}
