//! What a check found, in Chinese and English, for a reader who is not an engineer.

use std::fmt::Write as _;

use serde::Serialize;
use trueline_language::{Explain, Language, Text};

/// An error with what brought it about.
pub(crate) fn describe_with_cause(error: &dyn Explain) -> Text {
    let said = |language: Language| {
        let sentence = error.sentence_in(language);
        match error.direct_cause().map(|cause| cause.sentence_in(language)) {
            Some(cause) => {
                language.pick(format!("{sentence}（{cause}）"), format!("{sentence} ({cause})"))
            }
            None => sentence,
        }
    };
    Text::new(said(Language::Chinese), said(Language::English))
}

/// What kind of thing does not hold. The names are stable: programs read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A printed number is not what the evidence adds up to.
    Figure,
    /// A cell or row of a workbook is not the sealed one.
    Cell,
    /// The evidence is not the sealed one, or does not agree with itself.
    Evidence,
    /// The file is not the sealed one.
    Rendering,
    /// There is no seal, or none that can be read.
    Seal,
    /// The statement is not the entry that the receipt names.
    Receipt,
    /// The records are not those that were committed to, or they give other figures.
    Records,
    /// Nobody that the policy trusts vouches for it.
    Trust,
    /// The ledger does not hold what it should, or tells another history.
    History,
    /// The file cannot be read as what it says it is.
    Unreadable,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictFinding {
    pub what: FindingKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// Where: a part of the file, a sheet and cell, an entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    pub says: Text,
}

impl VerdictFinding {
    pub fn new(what: FindingKind, says: Text) -> VerdictFinding {
        VerdictFinding { what, figure: None, place: None, says }
    }

    #[must_use]
    pub fn about_figure(self, figure: impl Into<String>) -> VerdictFinding {
        VerdictFinding { figure: Some(figure.into()), ..self }
    }

    #[must_use]
    pub fn at_place(self, place: impl Into<String>) -> VerdictFinding {
        VerdictFinding { place: Some(place.into()), ..self }
    }
}

/// Everything that a check says about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileVerdict {
    pub file: String,
    /// Whether everything that was checked holds.
    pub holds: bool,
    pub report: Option<Text>,
    /// The id of the statement.
    pub sealed_as: Option<String>,
    pub proved: Vec<Text>,
    pub not_proved: Vec<Text>,
    pub remarks: Vec<Text>,
    /// What does not hold, the most precise first.
    pub findings: Vec<VerdictFinding>,
    /// Whether history was checked with a folder of the ledger.
    pub with_ledger: bool,
}

impl FileVerdict {
    pub(crate) fn new(file: &str) -> FileVerdict {
        FileVerdict {
            file: file.to_owned(),
            holds: false,
            report: None,
            sealed_as: None,
            proved: Vec::new(),
            not_proved: Vec::new(),
            remarks: Vec::new(),
            findings: Vec::new(),
            with_ledger: false,
        }
    }

    pub fn add_proved(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.proved.push(Text::new(zh, en));
    }

    pub(crate) fn add_unproved(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.not_proved.push(Text::new(zh, en));
    }

    pub fn add_remark(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.remarks.push(Text::new(zh, en));
    }

    pub fn add_finding(&mut self, finding: VerdictFinding) {
        self.findings.push(finding);
    }

    #[must_use]
    pub fn close_verdict(mut self) -> FileVerdict {
        self.findings.sort_by_key(|finding| (finding.figure.is_none(), finding.what));
        self.holds = self.findings.is_empty();
        self
    }

    /// The verdict as text.
    pub fn render_text(&self, language: Language) -> String {
        let pick = |zh: &'static str, en: &'static str| language.pick(zh, en);
        let mut out = format!("{}\n", self.file);
        if let Some(report) = &self.report {
            let _ = writeln!(out, "{}", report.as_str(language));
        }
        out.push_str(pick("\n结论：", "\nRESULT: "));
        out.push_str(if self.holds {
            pick(
                "一致。封印后未发现改动。\n",
                "it agrees. No change since it was sealed was found.\n",
            )
        } else if self.is_unsealed() {
            pick(
                "无法核验：没有可读的封印。\n",
                "it cannot be checked: there is no seal to read.\n",
            )
        } else {
            pick("不一致。请勿采信。\n", "it does NOT agree. Do not rely on it.\n")
        });
        let mut list = |title: &str, items: &mut dyn Iterator<Item = String>, mark: &str| {
            let mut items = items.peekable();
            if items.peek().is_some() {
                let _ = writeln!(out, "\n{title}");
            }
            for item in items {
                let _ = writeln!(out, "  {mark} {item}");
            }
        };
        let all = |each: &[Text]| -> Vec<String> {
            each.iter().map(|one| one.as_str(language).to_owned()).collect()
        };
        let mut found =
            self.findings.iter().take(SHOWN).map(|one| one.says.as_str(language).to_owned());
        list(pick("发现（首项最具体）", "FOUND (the most precise first)"), &mut found, "✗");
        if self.findings.len() > SHOWN {
            let more = self.findings.len() - SHOWN;
            let more = language.pick(
                format!("另有{more}项；--format json 列出全部"),
                format!("{more} more; --format json lists them all"),
            );
            list("", &mut std::iter::once(more), "…");
        }
        list(pick("已证明", "PROVED"), &mut all(&self.proved).into_iter(), "✓");
        list(pick("未证明", "NOT PROVED"), &mut all(&self.not_proved).into_iter(), "–");
        list(pick("说明", "REMARKS"), &mut all(&self.remarks).into_iter(), "·");
        list(pick("怎么办", "WHAT TO DO"), &mut self.list_advice(language).into_iter(), "→");
        out
    }

    fn is_unsealed(&self) -> bool {
        self.sealed_as.is_none() && self.findings.iter().all(|one| one.what != FindingKind::Figure)
    }

    fn list_advice(&self, language: Language) -> Vec<String> {
        let mut all = Vec::new();
        if self.holds && self.with_ledger {
            all.push(Text::new(
                "保存本文件、本结论和账本的 checkpoint 文件；下次核验时以 --since 给出该检查点。",
                "Keep the file, this verdict and the ledger's checkpoint; give it as --since next \
                 time.",
            ));
        } else if self.holds {
            all.push(Text::new(
                "保存本文件与本结论；向报送企业索取账本文件夹后，可用 --ledger 核对历史。",
                "Keep the file and this verdict. With a copy of the ledger, check history too: \
                 --ledger.",
            ));
        } else if self.is_unsealed() {
            all.push(Text::new(
                "请报送企业提供带封印的 PDF、HTML、JSON 或 XLSX 文件。",
                "Ask the operator for a sealed PDF, HTML, JSON or XLSX file.",
            ));
        } else {
            all.push(Text::new(
                "保留本文件原样，勿打开后另存；记下上面第一项发现。",
                "Keep the file as it is, without saving it again, and note the first finding \
                 above.",
            ));
            all.push(Text::new(
                "请报送企业重新提供该报告，并书面说明所列差异；再次核验新文件。",
                "Ask the operator for the file again and for an explanation in writing; check the \
                 new file.",
            ));
        }
        all.iter().map(|one| one.as_str(language).to_owned()).collect()
    }
}

// A person needs only the first ones; a program reads JSON.
const SHOWN: usize = 20;
