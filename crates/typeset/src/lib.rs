//! Typesets a template and its data as a PDF, with the same bytes every time.
//!
//! The world that a template sees is closed: the files and fonts it is given, a fixed date, and
//! nothing else: no disk, no network, no packages, no wall clock. The PDF is both archival and
//! accessible (PDF/A-3a and PDF/UA-1). A picture without alternative text, or a character that no
//! font has, is an error and not a gap on paper.

mod fonts;
mod render;
mod world;

pub use fonts::{FontError, Fonts};
pub use render::{DocumentDate, PdfJob, TemplateMistake, TypesetError, render_pdf};
