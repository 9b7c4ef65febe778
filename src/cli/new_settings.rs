//! The text of a new `trueline.toml`, which is the manual of its keys.

use std::path::Path;

/// What a new settings file says about the company.
#[derive(Debug)]
pub(super) struct SettingsCompany {
    pub(super) name: &'static str,
    pub(super) short_name: &'static str,
    pub(super) region: &'static str,
    pub(super) hotline: &'static str,
    pub(super) complaint_phone: &'static str,
    pub(super) addressee: &'static str,
    pub(super) simulated: &'static str,
    pub(super) english: &'static str,
}

impl SettingsCompany {
    /// To be filled in by its owner.
    pub(super) const UNKNOWN: SettingsCompany = SettingsCompany {
        name: "",
        short_name: "",
        region: "",
        hotline: "",
        complaint_phone: "",
        addressee: "",
        simulated: "false",
        english: "",
    };
    /// The province of the demo.
    pub(super) const SIMULATED: SettingsCompany = SettingsCompany {
        name: "山西模拟通信有限公司",
        short_name: "山西模拟通信",
        region: "山西省（模拟）",
        hotline: "10010",
        complaint_phone: "10010-5",
        addressee: "山西省通信管理局（模拟）",
        simulated: "true",
        english: "\n[report.english]\ncompany = \"Shanxi Simulated Telecom Co., Ltd.\"\n\
                  short_name = \"Shanxi Simulated\"\nregion = \"Shanxi (simulated)\"\n\
                  addressee = \"Shanxi Communications Administration (simulated)\"\n",
    };
}

/// The text of a new settings file.
pub(super) fn write_settings_text(pack: &str, company: &SettingsCompany) -> String {
    // A pack given by path is found again from wherever the program is started.
    let pack = match Path::new(pack).canonicalize() {
        Ok(path) if Path::new(pack).is_file() => path.display().to_string(),
        Ok(_) | Err(_) => pack.to_owned(),
    };
    let SettingsCompany { name, short_name, region, hotline, complaint_phone, .. } = company;
    let SettingsCompany { addressee, simulated, english, .. } = company;
    format!(
        r#"# Settings of this instance. An unknown key stops the program.

[instance]
# The pack that defines the figures: a name (`trueline pack list`) or a path to a file of your own.
pack = {pack:?}

[report]
# The company as it signs, as the text calls it, and the region it answers for.
company = "{name}"
short_name = "{short_name}"
region = "{region}"
# A picture for the cover, SVG or PNG, relative to this folder.
# logo = "logo.svg"
# Printed in the report: the customer hotline, and the number that takes complaints.
hotline = "{hotline}"
complaint_phone = "{complaint_phone}"
# Who answers for truth, accuracy and completeness (Statistics Law art. 24).
# prepared_by = ""
# reviewed_by = ""
# signed_by = ""
# Whom the report is filed with.
addressee = "{addressee}"
# The date printed on the report; when absent, the day it was due: the fifteenth after the period.
# date = "2020-07-10"
# due = "2020-07-15"
# Asked for, and printed, when the report is filed after it was due.
# late_reason = ""
# Simulated records: every page says so.
simulated = {simulated}
{english}
[ledger]
# The name of the ledger, given once, before the first import; a domain of your own and a path.
# origin = "quality.example.cn/shanxi"
# Who has to cosign its checkpoints: a policy file in this folder, with the lines that
# `trueline ledger key` and each witness print, and a quorum; see docs/ledger.md.
# `trueline ledger cosign` asks the witnesses that it gives an address of.
# policy = "policy.txt"
"#
    )
}
