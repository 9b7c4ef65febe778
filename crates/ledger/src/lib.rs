//! A transparency log: what was recorded can be proved, and cannot be changed unseen.
//!
//! The log is a folder of static files in the C2SP forms (tlog-tiles, tlog-checkpoint,
//! tlog-cosignature, tlog-proof), so any web server can serve it and any tool that knows them can
//! check it. Entries are opaque bytes. Record a commitment to a payload and keep the payload
//! elsewhere: then it can be deleted, and every proof still holds.
//!
//! ```
//! use trueline_ledger::{Checkpoint, Cosigner, Log, Policy, Receipt, Signer};
//! use trueline_ledger::witness::{LogWitness, WitnessReply};
//! # let work = tempfile::tempdir()?;
//! # let (folder, regulator) = (work.path().join("log"), work.path().join("witness"));
//!
//! // The operator keeps a log.
//! let signer = Signer::generate("log.example/orders")?;
//! let operator = signer.verifier_key().clone();
//! let mut log = Log::create(&folder, "log.example/orders", vec![signer])?;
//! let recorded = log.append_entries(&["the first entry", "the second entry"])?;
//! assert_eq!(recorded.first, 0);
//!
//! // Somebody else vouches that the log tells everybody the same history.
//! let cosigner = Cosigner::generate("witness.example/w1")?;
//! let mut witness = LogWitness::open(&regulator, cosigner, [operator.clone()])?;
//! let request = log.make_witness_request(0)?.to_string();
//! let answer = witness.answer_request(request.as_bytes(), 1_600_000_000);
//! match WitnessReply::parse(answer.status, answer.content_type, answer.body.as_bytes()) {
//!     WitnessReply::Cosigned(lines) => {
//!         log.attach_cosignatures(&lines, &[witness.verifier_key().clone()])?;
//!     }
//!     other => panic!("{other:?}"),
//! }
//!
//! // Anybody checks a receipt offline, with a policy that they got from someone they trust.
//! let receipt = log.open_reader().make_receipt(1, log.newest_checkpoint(), None)?.to_string();
//! let policy = format!(
//!     "log {operator}\nwitness w1 {}\nquorum w1\n",
//!     witness.verifier_key(),
//! );
//! let policy = Policy::parse(policy.as_bytes())?;
//! let receipt = Receipt::parse(receipt.as_bytes())?;
//! let trust = receipt.verify_entry(b"the second entry", &policy, &[])?;
//! assert_eq!(trust.checkpoint.size(), 2);
//! assert_eq!(trust.witnesses, [("w1".to_owned(), 1_600_000_000)]);
//! assert!(receipt.verify_entry(b"another entry", &policy, &[]).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here opens a socket, reads the clock or starts a thread. What a proof proves and what
//! it does not is in `docs/ledger.md`.

#![warn(missing_docs)]

mod checkpoint;
mod disk;
mod edge;
mod fsck;
mod fuzz;
mod group;
mod hash;
mod journal;
mod keys;
mod log;
mod memory;
mod note;
mod policy;
mod reader;
mod receipt;
mod signed;
#[cfg(test)]
mod simulation;
mod tile;
mod tree;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use fsck::{LogCheckReport, LogDamage, check_log_folder};
pub use fuzz::fuzz_parsers;
pub use group::{GroupCommit, GroupError};
pub use hash::{Hash, NotAHash, leaf_hash, node_hash};
pub use keys::file::KeyFileError;
pub use keys::secret::{Cosigner, Signer};
pub use keys::{KeyError, VerifierKey};
pub use log::{AppendError, Appended, Log, OpenError};
pub use memory::{tree_path, tree_root};
pub use note::{Note, NoteError, SignatureLine};
pub use policy::{Distrust, Party, Policy, PolicyError, Retirement, Trust};
pub use reader::{LogReadError, LogReader};
pub use receipt::{Receipt, ReceiptError};
pub use signed::VerifiedSignature;
pub use tile::{
    ENTRY_BYTES_MAX, NotATile, TILE_WIDTH, Tile, TileError, TileKind, parse_entries, parse_hashes,
};
pub use tree::{ProofError, verify_consistency, verify_inclusion};
