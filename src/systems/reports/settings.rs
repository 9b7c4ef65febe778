//! The settings of an instance's report: who files it, for whom, and where.

use serde::{Deserialize, Serialize};

/// The section `[report]` of an instance's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSettings {
    /// The full name of the company: `中国联通山西省分公司`.
    pub company: String,
    /// Its name in the text: `山西联通`.
    pub short_name: String,
    /// The region it answers for: `山西省`.
    pub region: String,
    /// An SVG or PNG file, relative to the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hotline: Option<String>,
    /// Where customers complain: `10010-5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complaint_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Whom the report is for: `山西省通信管理局`.
    pub addressee: String,
    /// The date printed on the report, `2020-07-10`; by default the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// When it must be filed: `2020-07-15`; by default the fifteenth after the half-year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Required, and printed, if the date is after the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// Whether the records are simulated; if so, every page of the report says it.
    pub simulated: bool,
    /// The same names for the English report, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub english: Option<EnglishNames>,
}

/// The English names of the company and its regulator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnglishNames {
    pub company: Option<String>,
    pub short_name: Option<String>,
    pub region: Option<String>,
    pub addressee: Option<String>,
    pub prepared_by: Option<String>,
    pub reviewed_by: Option<String>,
    pub signed_by: Option<String>,
    pub late_reason: Option<String>,
}
