//! A template and data in, a PDF out, the same bytes every time.
