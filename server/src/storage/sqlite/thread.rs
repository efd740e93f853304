//! The thread that owns the connection. Writes that wait while another commits share the next transaction, so a burst
//! costs few syncs.

use super::mark::Mark;
use super::queries;
use crate::storage::row::unavailable;
use crate::storage::{Committed, StorageError, Write, WriteError};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

/// What the thread is to do.
pub(super) enum Job {
    Write(Box<Write>, WriteReply),
    Query(Box<dyn FnOnce(&Connection) + Send>),
    Close(oneshot::Sender<Result<(), StorageError>>),
}

type WriteReply = oneshot::Sender<Result<Committed, WriteError>>;

/// Writes that share one transaction.
const WRITES_PER_COMMIT: usize = 64;

/// One job after the other until `Close`, or until nobody can send another.
pub(super) fn work(mut mark: Option<Mark>, mut connection: Connection, mut inbox: mpsc::Receiver<Job>) {
    let mut next = inbox.blocking_recv();
    while let Some(job) = next.take() {
        match job {
            Job::Query(query) => query(&connection),
            Job::Close(reply) => {
                let closed = connection.close().map_err(|(_, error)| unavailable(error));
                // Before the answer: closed means that the next one can open the file.
                drop(mark);
                // What waits is dropped, which tells who sent it. A job that is just being sent could come behind the
                // last look of a receiver that is merely dropped, and its sender would wait for ever.
                inbox.close();
                while inbox.blocking_recv().is_some() {}
                // Who asked may have stopped waiting.
                let _ = reply.send(closed);
                return;
            }
            Job::Write(write, reply) => {
                let mut batch = vec![(*write, reply)];
                while batch.len() < WRITES_PER_COMMIT && next.is_none() {
                    match inbox.try_recv() {
                        Ok(Job::Write(write, reply)) => batch.push((*write, reply)),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                commit(&mut connection, batch);
            }
        }
        // After every job, because an import is one as well. Where it cannot be read now, the next one has it.
        if let (Some(mark), Ok(position)) = (&mut mark, queries::position(&connection)) {
            mark.note(position.id);
        }
        if next.is_none() {
            next = inbox.blocking_recv();
        }
    }
}

/// Carries out writes in one transaction and answers them after its commit.
fn commit(connection: &mut Connection, batch: Vec<(Write, WriteReply)>) {
    let (writes, replies): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
    let result = connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
        // A write that is refused has changed nothing, so the others are not concerned.
        let outcomes: Result<Vec<_>, _> = writes.into_iter().map(|write| queries::write(&transaction, write)).collect();
        outcomes.and_then(|outcomes| transaction.commit().map(|()| outcomes))
    });
    match result {
        Ok(outcomes) => {
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // Who asked may have stopped waiting; the change is durable all the same.
                let _ = reply.send(outcome);
            }
        }
        Err(error) => {
            let error = unavailable(error);
            for reply in replies {
                let _ = reply.send(Err(error.clone().into()));
            }
        }
    }
}
