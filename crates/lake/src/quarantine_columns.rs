//! The columns that a quarantine file has and its source does not.

use trueline_language::Language;

/// The names of the columns that a quarantine file adds to those of its source.
#[derive(Debug)]
pub(crate) struct QuarantineColumns {
    pub(crate) reason: &'static str,
    pub(crate) remedy: &'static str,
    /// Used instead of `remedy` if the source was a workbook or a Parquet table: the quarantine
    /// file is plain text, so what the mapping says about sheets, header rows and separators does
    /// not apply.
    pub(crate) flat_remedy: &'static str,
}

const CHINESE: QuarantineColumns = QuarantineColumns {
    reason: "隔离_原因",
    remedy: "隔离_处理办法",
    flat_remedy: "隔离_处理办法_单行表头",
};
const ENGLISH: QuarantineColumns = QuarantineColumns {
    reason: "quarantine_reason",
    remedy: "quarantine_remedy",
    flat_remedy: "quarantine_remedy_flat",
};

impl QuarantineColumns {
    pub(crate) fn of_language(language: Language) -> &'static QuarantineColumns {
        language.pick(&CHINESE, &ENGLISH)
    }

    /// The member that holds a record which is not JSON.
    pub(crate) const RECORD: &'static str = "quarantine_record";

    /// Whether a column was added by a quarantine, in either language.
    pub(crate) fn is_added(name: &str) -> bool {
        if name == QuarantineColumns::RECORD {
            return true;
        }
        let known = |a: &QuarantineColumns| [a.reason, a.remedy, a.flat_remedy].contains(&name);
        known(&CHINESE) || known(&ENGLISH)
    }

    /// Whether a column shows that the file is the plain quarantine of a workbook or a Parquet
    /// table.
    pub(crate) fn is_flat(name: &str) -> bool {
        name == CHINESE.flat_remedy || name == ENGLISH.flat_remedy
    }
}
