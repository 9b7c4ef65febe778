//! Reads a source to its end on all threads.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use super::cells::ThreadState;
use super::error::ImportError;
use super::fragment::Fragment;
use super::labels::JoinedLabels;
use super::options::{ImportOptions, ImportProgress, WatchedChunk};
use super::plan::ReadPlan;
use super::pseudonym::Pseudonyms;
use super::rows::SourceRows;
use crate::source::{Chunk, SourceBlock, SourceReadError, SourceReader};

/// Reads a source to its end on all threads.
pub(crate) fn read_rows(
    source: &mut SourceReader,
    plan: &ReadPlan<'_>,
    options: &ImportOptions<'_>,
) -> Result<SourceRows, ImportError> {
    let threads = options
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let pseudonyms = Pseudonyms::new(options.pseudonym_key.unwrap_or_default());
    let (sender, receiver) = sync_channel::<SourceBlock>(threads + 1);
    let receiver = Mutex::new(receiver);
    let path = source.path().to_owned();
    let (failed, mut done) = std::thread::scope(|scope| {
        let work = |id: usize| {
            let mut thread = ThreadState::new(&plan.bound, plan.slots, pseudonyms.clone());
            plan.register_state_labels(&mut thread);
            let (receiver, plan, path) = (&receiver, &plan, path.as_path());
            let done = move |chunk: Chunk| {
                if let Some(watch) = options.watch {
                    watch(WatchedChunk { path, headers: &plan.headers, chunk });
                }
            };
            move || read_blocks(receiver, plan, (thread, id), done)
        };
        let handles: Vec<_> = (0..threads).map(|id| scope.spawn(work(id))).collect();
        let mut rows = 0;
        let failed = loop {
            match source.next_block() {
                Ok(Some(block)) => {
                    rows += block.rows_about();
                    if let Some(progress) = options.progress {
                        progress(ImportProgress { file: source.file_name(), rows });
                    }
                    if sender.send(block).is_err() {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        drop(sender);
        let done: Vec<_> = handles.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        (failed, done)
    });
    if let Some(error) = failed {
        return Err(SourceReadError::into(error));
    }
    let mut fragments = Vec::new();
    let mut labels = Vec::new();
    for (id, result) in done.drain(..).enumerate() {
        let (mut read, thread) = match result {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        debug_assert!(read.iter().all(|fragment| fragment.thread == id));
        fragments.append(&mut read);
        labels.push(thread.labels);
    }
    fragments.sort_by_key(|fragment| fragment.number);
    let joined = (0..plan.slots).map(|slot| {
        let threads: Vec<&[String]> = labels.iter().map(|l| l[slot].texts.as_slice()).collect();
        JoinedLabels::new(&threads)
    });
    let labels = joined.collect();
    let read = fragments.iter().map(|fragment| fragment.rows as u64).sum();
    Ok(SourceRows::new(plan, fragments, labels, threads, read))
}

fn read_blocks(
    receiver: &Mutex<Receiver<SourceBlock>>,
    plan: &ReadPlan<'_>,
    (mut thread, id): (ThreadState, usize),
    done: impl Fn(Chunk),
) -> (Vec<Fragment>, ThreadState) {
    let mut fragments = Vec::new();
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(block) = next else { break };
        let chunk = block.into_chunk();
        fragments.push(plan.read_chunk(&chunk, &mut thread, id));
        done(chunk);
    }
    (fragments, thread)
}
