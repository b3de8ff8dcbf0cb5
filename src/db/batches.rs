//! Questions that wait at the same moment are answered together, so that many cost about as many statements as one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;

use crate::error::Error;

/// The most questions in one batch: enough to share what a statement costs, few enough to hold locks for milliseconds.
const BATCH: usize = 128;

/// Questions that may wait; whoever comes then is told that the site is busy.
const WAITING: usize = 1024;

/// How long a connection is kept for questions that may come: others may want it.
const KEPT: Duration = Duration::from_millis(100);

/// What answers a batch.
pub trait Answers: Send + Sync + 'static {
    type Question: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// One answer for each question, in their order. After an error each may be asked again alone: what happened is undone, or
    /// happens only once.
    fn answer(
        &self,
        conn: &mut PgConnection,
        questions: &[Self::Question],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, sqlx::Error>> + Send;
}

struct Asked<A: Answers> {
    question: A::Question,
    reply: oneshot::Sender<Result<A::Answer, Error>>,
}

/// Answers batch after batch, several at once. A question alone is a batch of one and waits for nobody.
pub struct Batches<A: Answers> {
    questions: mpsc::Sender<Asked<A>>,
}

impl<A: Answers> Clone for Batches<A> {
    fn clone(&self) -> Self {
        Batches { questions: self.questions.clone() }
    }
}

impl<A: Answers> Batches<A> {
    /// Starts answering, on so many connections at most; stops when the last clone is dropped.
    pub fn start(pool: PgPool, answers: A, connections: u32) -> Self {
        let (questions, waiting) = mpsc::channel(WAITING);
        let shared = Arc::new((Mutex::new(waiting), answers));
        for _ in 0..connections {
            tokio::spawn(work(pool.clone(), shared.clone()));
        }
        Batches { questions }
    }

    /// Answers when the batch is committed, or at once with [`Error::Busy`] when too many wait.
    pub async fn ask(&self, question: A::Question) -> Result<A::Answer, Error> {
        let (reply, answer) = oneshot::channel();
        self.questions.try_send(Asked { question, reply }).map_err(|_| Error::Busy)?;
        answer.await.map_err(|_| Error::Internal("nobody answers any more".into()))?
    }
}

/// What those who answer share: the questions that wait, and how they are answered.
type Shared<A> = Arc<(Mutex<mpsc::Receiver<Asked<A>>>, A)>;

async fn work<A: Answers>(pool: PgPool, shared: Shared<A>) {
    let (waiting, answers) = &*shared;
    let mut kept: Option<PoolConnection<Postgres>> = None;
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        let taken = async { waiting.lock().await.recv_many(&mut batch, BATCH).await };
        let taken = match &kept {
            None => taken.await,
            Some(_) => match timeout(KEPT, taken).await {
                Ok(taken) => taken,
                Err(_) => {
                    kept = None;
                    continue;
                }
            },
        };
        if taken == 0 {
            return;
        }
        let conn = match kept.take() {
            Some(conn) => Ok(conn),
            None => pool.acquire().await,
        };
        kept = match conn {
            Ok(mut conn) => answer_all(&mut conn, answers, batch).await.then_some(conn),
            Err(cause) => {
                turn_away(batch.into_iter().map(|asked| asked.reply).collect(), &cause);
                None
            }
        };
    }
}

/// Says whether the connection is as good as before.
async fn answer_all<A: Answers>(conn: &mut PgConnection, answers: &A, batch: Vec<Asked<A>>) -> bool {
    let (questions, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|asked| (asked.question, asked.reply)).unzip();
    match answers.answer(conn, &questions).await {
        Ok(answers) => {
            for (reply, answer) in replies.into_iter().zip(answers) {
                // Whoever went away no longer needs the answer.
                let _ = reply.send(Ok(answer));
            }
            true
        }
        // Whose fault it is is found by asking each alone, so that neighbours do not suffer.
        Err(cause) if questions.len() > 1 && concerns_one(&cause) => {
            log::warn!("{} questions are asked one by one, as one of them fails: {cause}", questions.len());
            for (question, reply) in questions.into_iter().zip(replies) {
                let answer = answers.answer(conn, std::slice::from_ref(&question)).await;
                let _ = reply.send(answer.map_err(Error::from).and_then(|mut all| all.pop().ok_or(Error::NotFound)));
            }
            false
        }
        Err(cause) if questions.len() == 1 => {
            let reply = replies.into_iter().next();
            let _ = reply.map(|reply| reply.send(Err(Error::from(cause))));
            false
        }
        Err(cause) => {
            turn_away(replies, &cause);
            false
        }
    }
}

/// PostgreSQL refused something of what was asked for, and is well itself.
fn concerns_one(cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::Database(cause) => {
            cause.code().is_some_and(|code| !["08", "53", "57"].iter().any(|class| code.starts_with(class)))
        }
        sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => true,
        _ => false,
    }
}

fn turn_away<T>(replies: Vec<oneshot::Sender<Result<T, Error>>>, cause: &sqlx::Error) {
    log::error!("{} questions were not answered: {cause}", replies.len());
    for reply in replies {
        let _ = reply.send(Err(Error::Busy));
    }
}
