//! A correction: which published report a new one restates, and why.

/// What a report corrects, and why.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The id of the published report as it was given, for the cover.
    pub id: String,
    /// Digest of the published statement.
    pub digest: String,
    pub reason: Option<String>,
}
