//! The ledger from outside: specifications, another implementation, disks, processes, forgers.

mod fuzzing;
mod interop;
mod keys;
mod log;
mod policy;
mod proofs;
mod vectors;
mod witness;
