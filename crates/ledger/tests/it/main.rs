//! The ledger from outside: specifications, another implementation, disks, processes, forgers.

#![expect(clippy::unwrap_used, reason = "`unwrap` in a test is how a test fails")]

mod fuzzing;
mod interop;
mod keys;
mod log;
mod policy;
mod proofs;
mod vectors;
mod witness;
