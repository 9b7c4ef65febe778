//! Collecting cosignatures: every witness of a policy is asked about the newest checkpoint.
//!
//! They are asked at the same time, each with its own timeout, so one that does not answer holds
//! nobody up. What a witness answers is believed only if its signature verifies.

use std::time::Duration;

use trueline_ledger::witness::WitnessReply;
use trueline_ledger::{Checkpoint, Distrust, Note, Party, Policy, Retirement, Trust};

use super::error::LedgerError;
use super::history::{self, find_cosign_time};
use super::post::{self, HttpResponse, RequestError};
use super::writer::Ledger;

/// What came of asking a witness.
#[derive(Debug)]
pub enum CosignOutcome {
    /// It cosigned now.
    Cosigned { time: u64 },
    /// Its cosignature was there before; it was not asked.
    AlreadyCosigned { time: u64 },
    /// The policy does not say where it is.
    NoAddress,
    /// There is no answer.
    Silent(RequestError),
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
pub struct AskedWitness {
    pub name: String,
    pub url: Option<String>,
    pub outcome: CosignOutcome,
}

/// What came of collecting.
#[derive(Debug)]
pub struct CollectedCosignatures {
    pub witnesses: Vec<AskedWitness>,
    /// What the policy says of the newest checkpoint now.
    pub verdict: Result<Trust, Distrust>,
}

/// Asks every witness of a policy that has an address and has not cosigned the newest checkpoint.
/// Waits at most about twice `timeout`. It starts a runtime of its own, so its caller must not be
/// in one.
pub(crate) fn collect_cosignatures(
    ledger: &mut Ledger,
    policy: &Policy,
    timeout: Duration,
) -> Result<CollectedCosignatures, LedgerError> {
    let earlier = history::read_cosigned(&ledger.folder())?;
    let questions: Vec<CosignRequest<'_>> = policy
        .witnesses()
        .iter()
        .map(|witness| CosignRequest {
            witness,
            done: find_cosign_time(witness, ledger.newest_checkpoint()),
            old_size: find_cosigned_size(witness, &earlier).min(ledger.log.size()),
        })
        .collect();
    let replies = ask_witnesses(ledger, &questions, timeout)?;
    let mut witnesses = Vec::new();
    for (CosignRequest { witness, done, .. }, reply) in questions.into_iter().zip(replies) {
        let outcome = match (done, reply) {
            (Some(time), _) => CosignOutcome::AlreadyCosigned { time },
            (None, None) => CosignOutcome::NoAddress,
            (None, Some(CosignAttempt::Failed(error))) => CosignOutcome::Silent(error),
            (None, Some(CosignAttempt::Ahead(size))) => CosignOutcome::Ahead { size },
            (None, Some(CosignAttempt::Answered(reply))) => apply_reply(ledger, witness, reply)?,
        };
        witnesses.push(AskedWitness {
            name: witness.name.clone(),
            url: witness.url.clone(),
            outcome,
        });
    }
    if witnesses.iter().any(|asked| matches!(asked.outcome, CosignOutcome::Cosigned { .. })) {
        history::keep_cosigned(&ledger.folder(), ledger.log.size(), ledger.newest_checkpoint())?;
    }
    let retired: Vec<Retirement> =
        ledger.entries().iter().filter_map(|entry| Retirement::from_entry(entry)).collect();
    let verdict = policy.check_checkpoint(ledger.newest_checkpoint(), &retired);
    Ok(CollectedCosignatures { witnesses, verdict })
}

/// The size of the newest checkpoint that a witness is known to have cosigned; 0 if none.
fn find_cosigned_size(witness: &Party, earlier: &[Note]) -> u64 {
    let cosigned = earlier.iter().find(|note| find_cosign_time(witness, note).is_some());
    let checkpoint = cosigned.and_then(|note| Checkpoint::parse(note.text()).ok());
    checkpoint.map_or(0, |checkpoint| checkpoint.size())
}

enum CosignAttempt {
    Answered(WitnessReply),
    Failed(RequestError),
    Ahead(u64),
}

struct CosignRequest<'p> {
    witness: &'p Party,
    /// When it cosigned the newest checkpoint, if it did: then there is nothing to ask.
    done: Option<u64>,
    old_size: u64,
}

impl<'p> CosignRequest<'p> {
    fn address_to_ask(&self) -> Option<&'p str> {
        self.witness.url.as_deref().filter(|_| self.done.is_none())
    }
}

/// One reply for each question that has an address.
fn ask_witnesses(
    ledger: &Ledger,
    questions: &[CosignRequest<'_>],
    timeout: Duration,
) -> Result<Vec<Option<CosignAttempt>>, LedgerError> {
    let failed = |source| LedgerError::Runtime { source };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(failed)?;
    let mut tries: Vec<Option<CosignAttempt>> = questions.iter().map(|_| None).collect();
    // The second round is for witnesses that told which size they know.
    let mut round: Vec<(usize, u64)> = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        if question.address_to_ask().is_some() {
            round.push((number, question.old_size));
        }
    }
    for is_first in [true, false] {
        let mut running = Vec::new();
        for (number, old) in std::mem::take(&mut round) {
            let url = questions[number].address_to_ask().unwrap_or_default().to_owned();
            let body = ledger.log.make_witness_request(old)?.to_string();
            let asking = async move { post::add_checkpoint(&url, body, timeout).await };
            running.push((number, runtime.spawn(asking)));
        }
        for (number, answer) in running {
            let answer = runtime.block_on(answer);
            let answer =
                answer.unwrap_or_else(|error| Err(RequestError::Broken(error.to_string())));
            let outcome = match answer {
                Ok(answer) => CosignAttempt::Answered(parse_reply(&answer)),
                Err(error) => CosignAttempt::Failed(error),
            };
            tries[number] = Some(match outcome {
                CosignAttempt::Answered(WitnessReply::Conflict { size })
                    if size > ledger.log.size() =>
                {
                    CosignAttempt::Ahead(size)
                }
                CosignAttempt::Answered(WitnessReply::Conflict { size }) if is_first => {
                    round.push((number, size));
                    CosignAttempt::Answered(WitnessReply::Conflict { size })
                }
                other => other,
            });
        }
    }
    // A name that is still being looked up must not hold the program up.
    runtime.shutdown_background();
    Ok(tries)
}

fn parse_reply(answer: &HttpResponse) -> WitnessReply {
    WitnessReply::parse(answer.status, &answer.content_type, &answer.body)
}

fn apply_reply(
    ledger: &mut Ledger,
    witness: &Party,
    reply: WitnessReply,
) -> Result<CosignOutcome, LedgerError> {
    match reply {
        WitnessReply::Cosigned(lines) => {
            match ledger.log.attach_cosignatures(&lines, std::slice::from_ref(&witness.key)) {
                Ok(()) => {}
                Err(trueline_ledger::AppendError::Signature(_)) => {
                    return Ok(CosignOutcome::Invalid);
                }
                Err(error) => return Err(error.into()),
            }
            let time = find_cosign_time(witness, ledger.newest_checkpoint());
            Ok(time.map_or(CosignOutcome::Invalid, |time| CosignOutcome::Cosigned { time }))
        }
        WitnessReply::Conflict { size } => Ok(CosignOutcome::Refused {
            status: 409,
            message: format!("it cosigned {size} entries"),
        }),
        WitnessReply::Refused { status: status @ (409 | 422), message } => {
            Ok(CosignOutcome::OtherHistory { status, message })
        }
        WitnessReply::Refused { status, message } => Ok(CosignOutcome::Refused { status, message }),
    }
}
