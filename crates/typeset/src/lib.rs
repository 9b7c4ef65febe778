//! A template and data in, a PDF out, the same bytes every time.
//!
//! The world that a template sees is closed: the files and fonts it is given, a fixed date, and
//! nothing else. No disk, no network, no packages, no wall clock. What comes out is archival and
//! accessible at once (PDF/A-3a and PDF/UA-1), and a picture without alternative text, or a
//! character that no font has, is an error and not a gap on paper.

mod fonts;
mod render;
mod world;

pub use fonts::{FontError, Fonts};
pub use render::{Date, Job, Mistake, TypesetError, pdf};
