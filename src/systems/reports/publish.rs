//! Publishing: a sealed draft becomes the published report, signed by those who answer for it.
//!
//! The report is made from what was sealed, not from the records again: its figures and words are
//! those of the draft. A published report is never replaced; a later one says what it corrects and
//! why.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_ledger::Hash;
use trueline_verify::{Evidence, Statement, StatementStatus, read_canonical_json, statement_id};

use super::draft::{Draft, RenderError};
use super::sealing::{
    RenderedFile, SealReportError, SealedReport, StatementSealer, list_published_statements,
    sealed_folder,
};
use super::{Correction, EnclosedEvidence, Logo, LogoKind, QualityReport, ReportFormat};
use crate::files::{FileError, create_folder, read_file, read_text, replace_file};
use crate::instance::Instance;
use crate::language::Language;
use crate::ledger::{Ledger, LedgerError};
use crate::state::State;

/// Those who answer for the truth, accuracy and completeness of a report.
#[derive(Debug, Clone)]
pub struct Signatories {
    pub prepared_by: String,
    pub reviewed_by: String,
    pub signed_by: String,
}

/// Why a draft was not published.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum PublishError {
    #[error("no sealed report is called {0}")]
    #[zh("没有名为 {0} 的已封印报告")]
    NoDraft(String),
    #[error("more than one sealed report begins with {0}")]
    #[zh("以 {0} 开头的已封印报告不止一份")]
    SeveralDrafts(String),
    #[error("the draft in {0} is damaged or was changed")]
    #[zh("{0} 中的草稿已损坏或被改动")]
    DamagedDraft(String),
    #[error("{0} is published already")]
    #[zh("{0} 已经发布")]
    AlreadyPublished(String),
    /// A published report is not replaced: the draft has to restate the newest one.
    #[error("{period} was published as {id}; a published report is not replaced")]
    #[zh("{period} 的报告已发布为 {id}；已发布的报告不能被替换")]
    NotARestatement { period: String, id: String },
    #[error("the draft restates a report that is not published")]
    #[zh("草稿所更正的报告没有发布")]
    RestatesNothing,
    #[error("nothing in the draft carries a seal")]
    #[zh("草稿中没有可携带封印的文件")]
    NothingToSeal,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(transparent)]
    Seal(#[from] SealReportError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the draft's report cannot be read")]
    #[zh("无法读取草稿中的报告")]
    Json(#[from] serde_json::Error),
}

/// A published report, its folder, and what it changes.
#[derive(Debug)]
pub struct Publication {
    pub sealed: SealedReport,
    pub folder: PathBuf,
    /// The figures that differ from the published report it restates; `None` if it restates none.
    pub changes: Option<Vec<ChangedFigure>>,
}

/// A figure that a restatement changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFigure {
    pub figure: String,
    pub before: String,
    pub now: String,
}

/// Publishes the draft whose id begins with `id`. `out` is the folder to write to; if it is `None`,
/// that is `published/PERIOD-ID` in the instance.
pub(crate) fn publish_draft(
    state: &State,
    id: &str,
    signatories: &Signatories,
    out: Option<&Path>,
) -> Result<Publication, PublishError> {
    let mut ledger = state.open_ledger()?;
    let kept = KeptDraft::find(&state.instance, id)?;
    let (pack, period) = (&kept.statement.pack, &kept.statement.period);
    let earlier = list_published_statements(&ledger, pack, period);
    check_restatement(&kept.statement, &earlier)?;
    let drafts = kept.read_drafts(signatories)?;
    let mut files = kept.render_files(&drafts)?;
    let statement = Statement {
        status: StatementStatus::Published,
        prepared_by: Some(signatories.prepared_by.clone()),
        reviewed_by: Some(signatories.reviewed_by.clone()),
        signed_by: Some(signatories.signed_by.clone()),
        ..kept.statement.clone()
    };
    let logo = kept.logo.as_ref().map(|(name, logo)| (name.as_str(), logo.bytes.as_slice()));
    let mut sealer = StatementSealer {
        state,
        ledger: &mut ledger,
        evidence: &kept.evidence,
        reports: drafts.iter().map(|draft| &draft.report).collect(),
        logo,
        packs: kept.read_packs()?,
    };
    let sealed = sealer.seal_files(statement, &mut files)?;
    let sealed = sealed.ok_or(PublishError::NothingToSeal)?;
    let own =
        || state.instance.folder_path().join("published").join(format!("{period}-{}", sealed.id));
    let folder = out.map_or_else(own, Path::to_path_buf);
    create_folder(&folder)?;
    for file in &files {
        let name = format!("report.{}.{}", file.language.code(), file.format.ending());
        replace_file(&folder.join(name), &file.bytes)?;
    }
    let changes = compare_with_published(&state.instance, &kept, &earlier)?;
    Ok(Publication { sealed, folder, changes })
}

/// The correction of a published report, which is named by the first digits of its id. `None` if no
/// such report was published for the period.
pub(crate) fn find_correction(
    ledger: &Ledger,
    (pack, period): (&str, &str),
    id: &str,
    reason: Option<String>,
) -> Option<Correction> {
    let known = list_published_statements(ledger, pack, period);
    let (entry, _) = known.iter().rev().find(|(entry, _)| statement_id(entry).starts_with(id))?;
    let digest = Hash::digest_of(entry.as_bytes()).to_hex();
    Some(Correction { id: id.to_owned(), digest, reason })
}

/// What was kept when a report was sealed.
struct KeptDraft {
    folder: PathBuf,
    statement: Statement,
    /// In canonical JSON.
    evidence: String,
    logo: Option<(String, Logo)>,
}

impl KeptDraft {
    /// Finds a draft by the first digits of its id.
    fn find(instance: &Instance, id: &str) -> Result<KeptDraft, PublishError> {
        let all = instance.folder_path().join("sealed");
        let mut found = Vec::new();
        for entry in fs::read_dir(&all).into_iter().flatten() {
            let entry = entry.map_err(|source| unreadable(&all, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !id.is_empty() && name.starts_with(id) {
                found.push(name);
            }
        }
        let [only] = found.as_slice() else {
            return Err(match found.len() {
                0 => PublishError::NoDraft(id.to_owned()),
                _ => PublishError::SeveralDrafts(id.to_owned()),
            });
        };
        let folder = sealed_folder(instance, only);
        let entry = read_text(&folder.join("statement.json"))?;
        let evidence = read_text(&folder.join("evidence.json"))?;
        let is_whole = |statement: &Statement| {
            statement_id(&entry) == *only
                && statement.evidence == Hash::digest_of(evidence.as_bytes()).to_hex()
        };
        let Some(statement) = Statement::from_entry(entry.as_bytes()).filter(is_whole) else {
            return Err(PublishError::DamagedDraft(folder.display().to_string()));
        };
        if statement.status == StatementStatus::Published {
            return Err(PublishError::AlreadyPublished(only.clone()));
        }
        let logo = read_kept_logo(&folder)?;
        Ok(KeptDraft { folder, statement, evidence, logo })
    }

    /// The file name and text of each pack.
    fn read_packs(&self) -> Result<Vec<(String, String)>, FileError> {
        let folder = self.folder.join("packs");
        let entries = fs::read_dir(&folder).map_err(|source| unreadable(&folder, source))?;
        let mut packs = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(&folder, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            packs.push((name, read_text(&entry.path())?));
        }
        packs.sort();
        Ok(packs)
    }

    /// The report in each language, with the names of those who answer for it.
    fn read_drafts(&self, signatories: &Signatories) -> Result<Vec<Draft>, PublishError> {
        let mut drafts = Vec::new();
        for language in [Language::Chinese, Language::English] {
            let path = self.folder.join(format!("report.{}.json", language.code()));
            if !path.is_file() {
                continue;
            }
            let mut report: QualityReport = serde_json::from_slice(&read_file(&path)?)?;
            report.filing.prepared_by = Some(signatories.prepared_by.clone());
            report.filing.reviewed_by = Some(signatories.reviewed_by.clone());
            report.filing.signed_by = Some(signatories.signed_by.clone());
            let logo = self.logo.as_ref().map(|(_, logo)| logo.clone());
            drafts.push(Draft { report, logo });
        }
        Ok(drafts)
    }

    /// Renders the files that the draft's statement names.
    fn render_files(&self, drafts: &[Draft]) -> Result<Vec<RenderedFile>, RenderError> {
        let enclosed = EnclosedEvidence { evidence: &self.evidence };
        let mut files = Vec::new();
        for rendering in &self.statement.renderings {
            let is_its = |draft: &&Draft| draft.report.language.code() == rendering.language;
            let found = drafts.iter().find(is_its);
            let format = ReportFormat::from_ending(&rendering.format);
            if let (Some(draft), Some(format)) = (found, format) {
                let bytes = draft.render(format, Some(enclosed))?;
                files.push(RenderedFile { format, language: draft.report.language, bytes });
            }
        }
        Ok(files)
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> FileError {
    FileError::Read { file: path.display().to_string(), source }
}

fn read_kept_logo(folder: &Path) -> Result<Option<(String, Logo)>, FileError> {
    for name in ["logo.svg", "logo.png"] {
        let path = folder.join(name);
        if let (true, Some(kind)) = (path.is_file(), LogoKind::from_name(name)) {
            return Ok(Some((name.to_owned(), Logo { kind, bytes: read_file(&path)? })));
        }
    }
    Ok(None)
}

/// A first publication restates nothing; a later one restates the newest.
fn check_restatement(
    draft: &Statement,
    earlier: &[(String, Statement)],
) -> Result<(), PublishError> {
    let newest = earlier.last();
    let digest = newest.map(|(entry, _)| Hash::digest_of(entry.as_bytes()).to_hex());
    if draft.restates == digest {
        return Ok(());
    }
    Err(match newest {
        Some((entry, _)) => {
            PublishError::NotARestatement { period: draft.period.clone(), id: statement_id(entry) }
        }
        None => PublishError::RestatesNothing,
    })
}

/// The figures that differ from the newest published report. `None` if there is none to compare
/// with.
fn compare_with_published(
    instance: &Instance,
    kept: &KeptDraft,
    earlier: &[(String, Statement)],
) -> Result<Option<Vec<ChangedFigure>>, FileError> {
    let Some((entry, _)) = earlier.last() else {
        return Ok(None);
    };
    let path = sealed_folder(instance, &statement_id(entry)).join("evidence.json");
    let parse = |text: &[u8]| read_canonical_json::<Evidence>(text);
    let (Ok(before), Ok(now)) = (parse(&read_file(&path)?), parse(kept.evidence.as_bytes())) else {
        return Ok(None);
    };
    let mut changes = Vec::new();
    for figure in &now.figures {
        let name = figure.full_name();
        let old = before.figures.iter().find(|one| one.full_name() == name);
        let old = old.map_or("—", |one| one.printed.as_str());
        if old != figure.printed {
            let (before, now) = (old.to_owned(), figure.printed.clone());
            changes.push(ChangedFigure { figure: name, before, now });
        }
    }
    Ok(Some(changes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(restates: Option<&str>) -> Statement {
        Statement {
            format: trueline_verify::STATEMENT.to_owned(),
            program: String::new(),
            status: StatementStatus::Draft,
            pack: "p".to_owned(),
            period: "2020H1".to_owned(),
            simulated: false,
            evidence: String::new(),
            renderings: Vec::new(),
            prepared_by: None,
            reviewed_by: None,
            signed_by: None,
            restates: restates.map(str::to_owned),
            reason: None,
        }
    }

    #[test]
    fn a_first_publication_restates_nothing() {
        assert!(check_restatement(&statement(None), &[]).is_ok());
        let wrong = check_restatement(&statement(Some("00")), &[]);
        assert!(matches!(wrong, Err(PublishError::RestatesNothing)));
    }

    #[test]
    fn a_later_publication_restates_the_newest() {
        let entries = ["first", "second"].map(|text| (text.to_owned(), statement(None)));
        let digest = |text: &str| Hash::digest_of(text.as_bytes()).to_hex();
        let newest = statement(Some(&digest("second")));
        assert!(check_restatement(&newest, &entries).is_ok());
        for other in [statement(None), statement(Some(&digest("first")))] {
            let refused = check_restatement(&other, &entries);
            let id = statement_id("second");
            let Err(PublishError::NotARestatement { id: named, .. }) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(named, id);
        }
    }
}
