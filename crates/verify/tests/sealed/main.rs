//! Sealed files, and everything that can be done to them.

mod fixture;
mod mutations;
mod tampering;
