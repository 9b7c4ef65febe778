//! Collecting cosignatures: every witness of a policy is asked about the newest checkpoint.
//!
//! They are asked at the same time, each with its own end of patience, so one that does not answer
//! holds nobody up. What a witness answers is believed only if its signature verifies.

use std::time::Duration;

use trueline_ledger::witness::Reply;
use trueline_ledger::{Checkpoint, Distrust, Note, Party, Policy, Retirement, Trust};

use super::post::{self, Answer, PostError};
use super::{Ledger, LedgerError, history};

/// What came of asking a witness.
#[derive(Debug)]
pub enum Outcome {
    /// It cosigned now.
    Cosigned { time: u64 },
    /// Its cosignature was there before; it was not asked.
    AlreadyCosigned { time: u64 },
    /// The policy does not say where it is.
    NoAddress,
    /// There is no answer.
    Silent(PostError),
    /// It has cosigned more entries than there are here: this is an older copy of the ledger.
    Ahead { size: u64 },
    /// It has cosigned another history, or was given a proof that does not hold.
    OtherHistory { status: u16, message: String },
    /// It refuses.
    Refused { status: u16, message: String },
    /// It answered with a cosignature that is not its own, or is wrong.
    Invalid,
}

/// A witness and what came of asking it.
#[derive(Debug)]
pub struct Asked {
    pub name: String,
    pub url: Option<String>,
    pub outcome: Outcome,
}

/// What collecting came to.
#[derive(Debug)]
pub struct Collected {
    pub witnesses: Vec<Asked>,
    /// What the policy says of the newest checkpoint now.
    pub verdict: Result<Trust, Distrust>,
}

/// Asks every witness of a policy that has an address and has not cosigned the newest checkpoint.
/// Waits at most about twice `timeout`. It has a runtime of its own, so not for callers in one.
pub fn collect(
    ledger: &mut Ledger,
    policy: &Policy,
    timeout: Duration,
) -> Result<Collected, LedgerError> {
    let earlier = history::cosigned(&ledger.folder())?;
    let questions: Vec<Question<'_>> = policy
        .witnesses()
        .iter()
        .map(|witness| Question {
            witness,
            done: time_of(witness, ledger.checkpoint()),
            old_size: last(witness, &earlier).min(ledger.log.size()),
        })
        .collect();
    let replies = ask(ledger, &questions, timeout)?;
    let mut witnesses = Vec::new();
    for (Question { witness, done, .. }, reply) in questions.into_iter().zip(replies) {
        let outcome = match (done, reply) {
            (Some(time), _) => Outcome::AlreadyCosigned { time },
            (None, None) => Outcome::NoAddress,
            (None, Some(Tried::Failed(error))) => Outcome::Silent(error),
            (None, Some(Tried::Ahead(size))) => Outcome::Ahead { size },
            (None, Some(Tried::Answered(reply))) => take(ledger, witness, reply)?,
        };
        witnesses.push(Asked { name: witness.name.clone(), url: witness.url.clone(), outcome });
    }
    if witnesses.iter().any(|asked| matches!(asked.outcome, Outcome::Cosigned { .. })) {
        history::keep(&ledger.folder(), ledger.log.size(), ledger.checkpoint())?;
    }
    let retired: Vec<Retirement> =
        ledger.entries().iter().filter_map(|entry| Retirement::from_entry(entry)).collect();
    let verdict = policy.check(ledger.checkpoint(), &retired);
    Ok(Collected { witnesses, verdict })
}

/// When this witness cosigned this checkpoint, if it did.
pub fn time_of(witness: &Party, note: &Note) -> Option<u64> {
    let signed = note.verify([&witness.key]).ok()?;
    signed.iter().filter_map(|signed| signed.time).min()
}

/// The entries of the newest checkpoint that it is known to have cosigned; 0 if none.
fn last(witness: &Party, earlier: &[Note]) -> u64 {
    let cosigned = earlier.iter().find(|note| time_of(witness, note).is_some());
    let checkpoint = cosigned.and_then(|note| Checkpoint::parse(note.text()).ok());
    checkpoint.map_or(0, |checkpoint| checkpoint.size())
}

enum Tried {
    Answered(Reply),
    Failed(PostError),
    Ahead(u64),
}

struct Question<'p> {
    witness: &'p Party,
    /// When it cosigned the newest checkpoint, if it did: then there is nothing to ask.
    done: Option<u64>,
    old_size: u64,
}

impl<'p> Question<'p> {
    fn address(&self) -> Option<&'p str> {
        self.witness.url.as_deref().filter(|_| self.done.is_none())
    }
}

/// One reply for each question that has an address.
fn ask(
    ledger: &Ledger,
    questions: &[Question<'_>],
    timeout: Duration,
) -> Result<Vec<Option<Tried>>, LedgerError> {
    let failed = |source| LedgerError::Runtime { source };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(failed)?;
    let mut tries: Vec<Option<Tried>> = questions.iter().map(|_| None).collect();
    // The second round is for those that told the size they know.
    let mut round: Vec<(usize, u64)> = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        if question.address().is_some() {
            round.push((number, question.old_size));
        }
    }
    for is_first in [true, false] {
        let mut running = Vec::new();
        for (number, old) in std::mem::take(&mut round) {
            let url = questions[number].address().unwrap_or_default().to_owned();
            let body = ledger.log.request(old)?.to_string();
            let asking = async move { post::add_checkpoint(&url, body, timeout).await };
            running.push((number, runtime.spawn(asking)));
        }
        for (number, answer) in running {
            let answer = runtime.block_on(answer);
            let answer = answer.unwrap_or_else(|error| Err(PostError::Broken(error.to_string())));
            let outcome = match answer {
                Ok(answer) => Tried::Answered(reply(&answer)),
                Err(error) => Tried::Failed(error),
            };
            tries[number] = Some(match outcome {
                Tried::Answered(Reply::Conflict { size }) if size > ledger.log.size() => {
                    Tried::Ahead(size)
                }
                Tried::Answered(Reply::Conflict { size }) if is_first => {
                    round.push((number, size));
                    Tried::Answered(Reply::Conflict { size })
                }
                other => other,
            });
        }
    }
    // A name that is still being looked up must not hold the program.
    runtime.shutdown_background();
    Ok(tries)
}

fn reply(answer: &Answer) -> Reply {
    Reply::parse(answer.status, &answer.content_type, &answer.body)
}

fn take(ledger: &mut Ledger, witness: &Party, reply: Reply) -> Result<Outcome, LedgerError> {
    match reply {
        Reply::Cosigned(lines) => {
            match ledger.log.attach(&lines, std::slice::from_ref(&witness.key)) {
                Ok(()) => {}
                Err(trueline_ledger::AppendError::Signature(_)) => return Ok(Outcome::Invalid),
                Err(error) => return Err(error.into()),
            }
            let time = time_of(witness, ledger.checkpoint());
            Ok(time.map_or(Outcome::Invalid, |time| Outcome::Cosigned { time }))
        }
        Reply::Conflict { size } => {
            Ok(Outcome::Refused { status: 409, message: format!("it cosigned {size} entries") })
        }
        Reply::Refused { status: status @ (409 | 422), message } => {
            Ok(Outcome::OtherHistory { status, message })
        }
        Reply::Refused { status, message } => Ok(Outcome::Refused { status, message }),
    }
}
