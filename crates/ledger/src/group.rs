//! Many threads, one log: entries that arrive while a batch is being written go into the next.
//!
//! No thread is started. A thread that finds nobody writing writes for all that wait.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::journal::BATCH_BYTES_MAX;
use crate::log::{AppendError, Log};
use crate::tile::ENTRY_BYTES_MAX;

/// Why an entry was not recorded.
#[derive(Debug, Clone, thiserror::Error, trueline_language::Explain)]
pub enum GroupError {
    /// Too many entries wait already: try again later.
    #[error("too many entries wait to be recorded")]
    #[zh("等待入账的条目过多")]
    Full,
    /// It is longer than a bundle can hold.
    #[error("the entry is longer than 65 535 bytes")]
    #[zh("条目超过 65 535 字节")]
    TooLong,
    /// The batch that held it was refused.
    #[error("the batch was not recorded")]
    #[zh("批次未能入账")]
    Batch(#[source] Arc<AppendError>),
}

type BatchOutcome = Result<u64, Arc<AppendError>>;

#[derive(Default)]
struct EntryQueue {
    waiting: Vec<Vec<u8>>,
    bytes: usize,
    // The number of the batch that `waiting` will become.
    number: u64,
    is_writing: bool,
    // Batches whose waiters have not all fetched their answer: number, waiters, first entry.
    done: Vec<(u64, usize, BatchOutcome)>,
}

/// A log that many threads append to, one entry at a time.
pub struct GroupCommit {
    log: Mutex<Log>,
    queue: Mutex<EntryQueue>,
    changed: Condvar,
    most: usize,
}

// Both can be used after a thread panicked while it held a lock: the log reads itself back, and the
// queue changes in whole steps.
fn lock_unpoisoned<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GroupCommit {
    /// Takes a log over. At most `most` entries wait; a further one is refused.
    pub fn new(log: Log, most: usize) -> GroupCommit {
        GroupCommit { log: Mutex::new(log), queue: Mutex::default(), changed: Condvar::new(), most }
    }

    /// Records an entry and returns its number. When this returns, the entry is durable and a
    /// signed checkpoint covers it.
    pub fn append_entry(&self, entry: Vec<u8>) -> Result<u64, GroupError> {
        let mut queue = lock_unpoisoned(&self.queue);
        // An entry that cannot be recorded must not take its whole batch down.
        if entry.len() > ENTRY_BYTES_MAX {
            return Err(GroupError::TooLong);
        }
        let bytes = queue.bytes + entry.len() + 2;
        if queue.waiting.len() >= self.most || bytes > BATCH_BYTES_MAX {
            return Err(GroupError::Full);
        }
        queue.bytes = bytes;
        let (batch, place) = (queue.number, queue.waiting.len() as u64);
        queue.waiting.push(entry);
        loop {
            if let Some(at) = queue.done.iter().position(|(number, ..)| *number == batch) {
                let (_, waiters, outcome) = &mut queue.done[at];
                *waiters -= 1;
                let (outcome, is_last) = (outcome.clone(), *waiters == 0);
                if is_last {
                    drop(queue.done.swap_remove(at));
                }
                return outcome.map(|first| first + place).map_err(GroupError::Batch);
            }
            if queue.is_writing {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.is_writing = true;
            let entries = std::mem::take(&mut queue.waiting);
            queue.bytes = 0;
            let number = queue.number;
            queue.number += 1;
            drop(queue);
            let outcome = lock_unpoisoned(&self.log).append_entries(&entries);
            queue = lock_unpoisoned(&self.queue);
            let outcome = outcome.map(|appended| appended.first).map_err(Arc::new);
            queue.done.push((number, entries.len(), outcome));
            queue.is_writing = false;
            self.changed.notify_all();
        }
    }

    /// The log, between two batches.
    pub fn lock_log(&self) -> MutexGuard<'_, Log> {
        lock_unpoisoned(&self.log)
    }

    /// Gives the log back.
    pub fn into_log(self) -> Log {
        self.log.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for GroupCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit").field("most", &self.most).finish_non_exhaustive()
    }
}
