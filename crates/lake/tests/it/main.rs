//! Imports from files into a lake and back out by scans.

mod csv;
mod dataset;
mod events;
mod formats;
mod hostile;
mod mapping;
mod ordered;
mod own;
mod quarantine;
mod revisions;
