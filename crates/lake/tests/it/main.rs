//! Imports from files into a lake and back out by scans.

mod csv;
mod dataset;
mod revisions;
