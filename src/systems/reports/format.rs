//! The formats in which a report is rendered.

/// A format, named by the ending of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportFormat {
    Pdf,
    Html,
    Xlsx,
    Json,
    Docx,
}

impl ReportFormat {
    /// Every format, the master first.
    pub const ALL: [ReportFormat; 5] = [
        ReportFormat::Pdf,
        ReportFormat::Html,
        ReportFormat::Xlsx,
        ReportFormat::Json,
        ReportFormat::Docx,
    ];

    /// The format with this ending, in upper or lower case.
    pub fn from_ending(ending: &str) -> Option<ReportFormat> {
        ReportFormat::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(ending))
    }

    pub fn ending(self) -> &'static str {
        match self {
            ReportFormat::Pdf => "pdf",
            ReportFormat::Html => "html",
            ReportFormat::Xlsx => "xlsx",
            ReportFormat::Json => "json",
            ReportFormat::Docx => "docx",
        }
    }

    /// Whether a file of this format has a place for a seal. A Word draft is there to be edited.
    pub fn carries_seal(self) -> bool {
        match self {
            ReportFormat::Pdf | ReportFormat::Html | ReportFormat::Xlsx | ReportFormat::Json => {
                true
            }
            ReportFormat::Docx => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_the_ending_of_a_file() {
        for format in ReportFormat::ALL {
            assert_eq!(ReportFormat::from_ending(format.ending()), Some(format));
        }
        assert_eq!(ReportFormat::from_ending("PDF"), Some(ReportFormat::Pdf));
        assert_eq!(ReportFormat::from_ending("doc"), None);
    }
}
