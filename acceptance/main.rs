//! The whole program, run as its users run it: one group of tests per file.
//!
//! Everything is one binary, so that the program is linked once. A group runs alone with
//! `cargo test --test acceptance tampering::`.

#![expect(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::similar_names,
    reason = "a test may fail where it stands, and puts together small texts only"
)]

mod bad_input;
mod browser;
mod instances;
mod main_job;
mod pages;
mod program;
mod real_data;
mod releases;
mod sealed;
mod tampering;
mod ten_minutes;
mod trouble_tickets;
mod verify_page;
mod witness;
