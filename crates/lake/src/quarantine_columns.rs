//! The columns that a quarantine file has and its source does not.

use trueline_language::Language;

/// The columns that a quarantine file has and its source has not.
#[derive(Debug)]
pub(crate) struct Added {
    pub(crate) reason: &'static str,
    pub(crate) remedy: &'static str,
    /// In place of `remedy` where the source was a workbook or a table: the file here is plain, so
    /// what the mapping says of sheets, header rows and separators does not hold for it.
    pub(crate) flat_remedy: &'static str,
}

const CHINESE: Added =
    Added {
        reason: "隔离_原因", remedy: "隔离_处理办法", flat_remedy: "隔离_处理办法_单行表头"
    };
const ENGLISH: Added = Added {
    reason: "quarantine_reason",
    remedy: "quarantine_remedy",
    flat_remedy: "quarantine_remedy_flat",
};

impl Added {
    pub(crate) fn of_language(language: Language) -> &'static Added {
        language.pick(&CHINESE, &ENGLISH)
    }

    /// The member that holds a record which is no JSON.
    pub(crate) const RECORD: &'static str = "quarantine_record";

    /// Whether a column is an added one, in whichever language.
    pub(crate) fn has(name: &str) -> bool {
        if name == Added::RECORD {
            return true;
        }
        let known = |a: &Added| [a.reason, a.remedy, a.flat_remedy].contains(&name);
        known(&CHINESE) || known(&ENGLISH)
    }

    /// Whether a column says that the file is the plain one of a workbook or a table.
    pub(crate) fn is_flat(name: &str) -> bool {
        name == CHINESE.flat_remedy || name == ENGLISH.flat_remedy
    }
}
