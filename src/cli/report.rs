//! `trueline report`: the half-year report, in as many formats as files are named.

use std::fs;
use std::path::Path;

use trueline_lake::Lake;
use trueline_ledger::Hash;
use trueline_verify::statement_id;

use super::arguments::Report;
use super::indicators::{Asked, note_if_empty};
use super::place::Place;
use super::press::{Sealed, Sheet, carries_seal, published};
use super::sealing::{Correction, Sealer};
use super::{Failure, Language, Progress, quality};
use crate::instance::Instance;
use crate::ledger::Ledger;
use crate::systems::cases::quality::Finding;
use crate::systems::reports::model::{self, DataNote};
use crate::systems::reports::xlsx::SealedSheet;
use crate::systems::reports::{self, Assembly, Enclosed, Logo, LogoKind, Material};

/// The formats, by the ending of a file's name.
pub(super) const ENDINGS: [&str; 5] = ["pdf", "html", "xlsx", "json", "docx"];

pub(super) fn run(asked: &Report, place: &Place, language: Language) -> Result<(), Failure> {
    let mut endings = Vec::new();
    for path in &asked.out {
        endings.push(ending(path)?);
    }
    let instance = place.open()?;
    let question = Asked::new(&instance, &asked.question, &[])?;
    let step = language.pick("编写报告", "writing the report");
    let bar = Progress::start(step, asked.out.len() as u64);
    let sheaf = Sheaf::new(&instance, &question)?;
    note_if_empty(&sheaf.material.current, language);
    let ledger = Ledger::open(&instance)?;
    let correction = correction(asked, &question, &ledger, language)?;
    let mut draft = sheaf.draft(language)?;
    draft.correct(asked);
    let mut sealer = Sealer::new(&sheaf, ledger, &draft.report)?;
    draft.report.lags = sealer.lags();
    let mut sheets = Vec::new();
    for (index, ending) in endings.iter().enumerate() {
        let enclosed = carries_seal(ending).then(|| sealer.enclosed());
        let bytes = draft.render(ending, enclosed)?;
        sheets.push(Sheet { format: ending, language: language.code(), bytes });
        bar.at(index as u64 + 1);
    }
    let sealed = sealer.seal(&[&draft], &correction, &mut sheets)?;
    for (path, sheet) in asked.out.iter().zip(&sheets) {
        write(path, &sheet.bytes)?;
    }
    let names: Vec<String> = asked.out.iter().map(|path| path.display().to_string()).collect();
    bar.done(&format!("{step}: {}", names.join(", ")));
    if let Some(sealed) = sealed {
        println!("{}", sealed_words(&sealed, language));
    }
    Ok(())
}

/// The published report that this one corrects, by the first digits of its id.
fn correction(
    asked: &Report,
    question: &Asked,
    ledger: &Ledger,
    language: Language,
) -> Result<Correction, Failure> {
    let Some(id) = &asked.restates else {
        return Ok(Correction::default());
    };
    let period = &question.question.period.name;
    let known = published(ledger, &question.pack.id, period);
    let found = known.iter().rev().find(|(entry, _)| statement_id(entry).starts_with(id.as_str()));
    let Some((entry, _)) = found else {
        return Err(Failure::request(
            language.pick(
                format!("{period} 没有编号为 {id} 的已发布报告"),
                format!("no report of {period} was published as {id}"),
            ),
            language
                .pick("只有已发布的报告需要更正", "only a published report needs a restatement"),
        ));
    };
    Ok(Correction {
        restates: Some(Hash::of(entry.as_bytes()).to_hex()),
        reason: asked.reason.clone(),
    })
}

/// What a person is told of a seal.
pub(super) fn sealed_words(sealed: &Sealed, language: Language) -> String {
    let (id, size) = (&sealed.id, sealed.size);
    language.pick(
        format!("已封印，草稿 {id}，账本共 {size} 条；核对：trueline verify 文件"),
        format!("sealed as draft {id}, the ledger has {size} entries; check: trueline verify FILE"),
    )
}

fn ending(path: &Path) -> Result<&'static str, Failure> {
    let given = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let known = ENDINGS.iter().find(|known| given.as_deref() == Some(**known));
    known.copied().ok_or_else(|| {
        Failure::request(
            format!("{} has no ending that says its format", path.display()),
            format!("use one of .{}", ENDINGS.join(", .")),
        )
    })
}

/// Writes a file so that a reader sees the old one or the whole new one.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.unfinished"));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder.filter(|folder| !folder.is_dir()) {
            Some(folder) => Failure::request(
                format!("cannot write {}: there is no folder {}", path.display(), folder.display()),
                format!("make it: mkdir -p {}", folder.display()),
            ),
            None => {
                Failure::from_error(&error).with_prefix(&format!("cannot write {}", path.display()))
            }
        }
    })
}

/// Everything that a report is made from, in no language yet: read once, written in both.
#[derive(Debug)]
pub(super) struct Sheaf<'a> {
    pub(super) instance: &'a Instance,
    pub(super) asked: &'a Asked,
    pub(super) material: Material,
    findings: Vec<Finding>,
}

impl<'a> Sheaf<'a> {
    /// Computes the figures and looks for data-quality problems.
    pub(super) fn new(instance: &'a Instance, asked: &'a Asked) -> Result<Self, Failure> {
        let period = &asked.question.period;
        let material = reports::gather(&asked.pack, period, &asked.records())?;
        let findings = quality::findings(&asked.lake, &asked.pack, asked.as_of, super::now())?;
        Ok(Sheaf { instance, asked, material, findings })
    }

    /// The report in one language.
    pub(super) fn draft(&self, language: Language) -> Result<Draft, Failure> {
        let mut settings = self.instance.settings.report.clone();
        // Simulated records stay simulated, whatever the settings say.
        settings.simulated |= holds_simulated(&self.asked.lake)?;
        let settings = &settings;
        let narrative = self.instance.narrative(language.code())?;
        let narrative = narrative.as_ref().map(|(file, text)| (file.as_str(), text.as_str()));
        let report = reports::assemble(Assembly {
            pack: &self.asked.pack,
            settings,
            language: language.pick(reports::Language::Zh, reports::Language::En),
            material: &self.material,
            data: self.data(language)?,
            narrative,
            as_of: self.asked.as_of.map(moment),
        })?;
        let logo = match &settings.logo {
            None => None,
            Some(name) => {
                let kind = LogoKind::of_name(name).ok_or_else(|| {
                    Failure::request(format!("the logo `{name}` is no picture"), "use SVG or PNG")
                })?;
                let bytes = fs::read(self.instance.folder().join(name))?;
                Some(Logo { kind, bytes })
            }
        };
        Ok(Draft { report, logo })
    }

    /// The batches that the lake lists, and what the finder says of them.
    fn data(&self, language: Language) -> Result<DataNote, Failure> {
        let note = reports::data_note(&self.asked.lake, self.asked.as_of)?;
        let findings = self.findings.iter().map(|finding| model::Finding {
            kind: finding.kind.code().to_owned(),
            dataset: "case".to_owned(),
            column: Some(finding.column.clone()),
            rows: finding.rows,
            explanation: language.pick(&finding.explanation.zh, &finding.explanation.en).clone(),
            remedy: language.pick(&finding.remedy.zh, &finding.remedy.en).clone(),
        });
        Ok(DataNote { findings: findings.collect(), ..note })
    }
}

/// Whether any batch came from a file that `trueline simulate` wrote.
pub(super) fn holds_simulated(lake: &Lake) -> Result<bool, Failure> {
    let manifest = lake.manifest("case")?;
    let mut sources = manifest.batches.iter().flat_map(|batch| &batch.sources);
    Ok(sources.any(|source| source.name.starts_with("simulated-")))
}

/// RFC 3339 in UTC.
fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or(String::new(), |moment| moment.to_string())
}

/// A report in one language, ready to be rendered.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) report: reports::Report,
    pub(super) logo: Option<Logo>,
}

impl Draft {
    pub(super) fn new(report: reports::Report, logo: Option<Logo>) -> Draft {
        Draft { report, logo }
    }

    /// Says on the cover what the report corrects.
    fn correct(&mut self, asked: &Report) {
        self.report.filing.restates.clone_from(&asked.restates);
        self.report.filing.restatement_reason.clone_from(&asked.reason);
    }

    /// The bytes of one format.
    pub(super) fn render(
        &self,
        ending: &str,
        enclosed: Option<Enclosed<'_>>,
    ) -> Result<Vec<u8>, Failure> {
        let logo = self.logo.as_ref();
        Ok(match ending {
            "pdf" => reports::pdf::render(&self.report, logo, enclosed)?,
            "html" => reports::html::render(&self.report, logo, enclosed)?,
            "docx" => reports::docx::render(&self.report)?,
            "xlsx" => {
                let sheet = enclosed.map(|enclosed| SealedSheet {
                    evidence: enclosed.evidence,
                    rows: "",
                    seal: "",
                });
                reports::xlsx::render(&self.report, sheet)?
            }
            _ => reports::json::render(&self.report, enclosed)?,
        })
    }
}
