//! `trueline import`: files into the lake, every row accepted or quarantined.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use trueline_lake::{FileSummary, ReasonCount, UnreadTexts};
use trueline_language::text;

use super::arguments::ImportArguments;
use super::{
    Align, Failure, Language, OutputFormat, ProgressStep, TextTable, place::InstanceFolders,
    quality,
};
use crate::datasets::{Dataset, Datasets};
use crate::state::State;
use crate::systems::intake::quality::{FileObservation, QualityFinding};
use crate::systems::intake::{
    self, DatasetFolderError, ImportFilesError, ImportRequest, Imported, import_files,
    to_lake_language,
};

pub(super) fn run_import(
    asked: &ImportArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let program = place.open_or_create(language)?;
    let state = &program.state;
    let importer = Importer { state, full: asked.full, language };
    let mut done: Vec<(&'static str, Imported)> = Vec::new();
    if let Some(folder) = &asked.from {
        for (dataset, files) in list_dataset_files(folder, &state.datasets)? {
            done.push((dataset.name(), importer.import_files(dataset, &files, None)?));
        }
    } else {
        let name = asked.dataset.as_deref().unwrap_or_default();
        let dataset = find_dataset(name, &state.datasets)?;
        let mapping = asked.mapping.as_deref();
        done.push((dataset.name(), importer.import_files(dataset, &asked.files, mapping)?));
    }
    let committed = importer.commit_batches();
    print_summary(&done, asked.format, language)?;
    // The rows are in the lake, so their summary was printed; what is missing is said last.
    committed.map_err(|failure| {
        failure.with_lead(&text!("已导入，但未入账", "imported, but not committed to")).with_next(
            text!(
                "排除原因后运行 `trueline ledger commit`",
                "mend that, then run `trueline ledger commit`"
            ),
        )
    })?;
    let quarantined: u64 =
        done.iter().map(|(_, imported)| imported.summary.counts.quarantined).sum();
    if asked.strict && quarantined > 0 {
        return Err(Failure::negative_answer(text!(
            "{quarantined} 行在隔离区",
            "{quarantined} rows are in quarantine"
        )));
    }
    Ok(())
}

/// What every import of one command shares.
pub(super) struct Importer<'a> {
    pub(super) state: &'a State,
    pub(super) full: bool,
    pub(super) language: Language,
}

impl Importer<'_> {
    /// Commits the ledger to what was imported, so that from now on it cannot be changed unseen.
    pub(super) fn commit_batches(&self) -> Result<(), Failure> {
        let mut ledger = self.state.open_ledger()?;
        let made = self.state.commit_batches(&mut ledger)?;
        if !made.is_empty()
            && let Some(missing) = self.state.ask_witnesses(&mut ledger)?
        {
            // A witness's time can still be had later; the commitment to the rows already holds.
            eprintln!("{}", text!("提示：{missing}", "note: {missing}").as_str(self.language));
        }
        Ok(())
    }

    /// Imports files of one dataset, through a mapping or in the dataset's own layout.
    pub(super) fn import_files(
        &self,
        dataset: Dataset,
        files: &[PathBuf],
        mapping: Option<&str>,
    ) -> Result<Imported, Failure> {
        let step = format!("{} {}", self.language.pick("导入", "importing"), dataset.name());
        let bar = ProgressStep::start_step(&step, 0);
        let request = ImportRequest {
            dataset,
            files,
            mapping,
            full: self.full,
            language: self.language,
            progress: &|rows| bar.move_to(rows),
        };
        let now = self.state.clock.now();
        let imported = import_files(self.state, &request, now).map_err(Self::explain_failure)?;
        let rows = self.language.pick("行已接受", "rows accepted");
        bar.finish_step(&format!("{step}: {} {rows}", imported.summary.counts.accepted));
        Ok(imported)
    }

    fn explain_failure(error: ImportFilesError) -> Failure {
        match error {
            ImportFilesError::NoMapping(name) => Failure::wrong_request(
                text!(
                    "没有名为 `{name}` 的映射，也没有这个文件",
                    "no mapping called `{name}`, and no such file"
                ),
                text!(
                    "`trueline mapping list` 列出随程序提供的映射；\
                     `trueline mapping suggest 文件` 起草一个",
                    "`trueline mapping list` names those that come with the program; \
                     `trueline mapping suggest FILE` drafts one"
                ),
            ),
            ImportFilesError::Mapping(_)
            | ImportFilesError::Import(_)
            | ImportFilesError::Lake(_)
            | ImportFilesError::Instance(_)
            | ImportFilesError::File(_) => Failure::from(error),
        }
    }
}

fn find_dataset(name: &str, datasets: &Datasets) -> Result<Dataset, Failure> {
    datasets.find(name).ok_or_else(|| {
        Failure::wrong_request(
            text!("没有名为 `{name}` 的数据集", "no dataset called `{name}`"),
            text!("可用的数据集：{}", "the datasets are {}", datasets.names().join(", ")),
        )
    })
}

/// The files of each dataset in a folder with one sub-folder per dataset.
pub(super) fn list_dataset_files(
    folder: &Path,
    datasets: &Datasets,
) -> Result<Vec<(Dataset, Vec<PathBuf>)>, Failure> {
    intake::list_dataset_files(folder, datasets).map_err(|error| match error {
        DatasetFolderError::Empty { .. } => Failure::from(error).with_next(text!(
            "将文件放入以数据集命名的子文件夹：{}",
            "put files into sub-folders called {}",
            datasets.names().join(", ")
        )),
        DatasetFolderError::Unreadable { .. } => Failure::from(error),
    })
}

fn print_summary(
    done: &[(&'static str, Imported)],
    format: OutputFormat,
    language: Language,
) -> Result<(), Failure> {
    let mut table = TextTable::new(&[
        (language.pick("数据集", "dataset"), Align::Left),
        (language.pick("文件", "file"), Align::Left),
        (language.pick("读取", "read"), Align::Right),
        (language.pick("接受", "accepted"), Align::Right),
        (language.pick("隔离", "quarantined"), Align::Right),
        (language.pick("工单", "cases"), Align::Right),
        (language.pick("新增", "new"), Align::Right),
        (language.pick("修订", "revised"), Align::Right),
        (language.pick("未变", "unchanged"), Align::Right),
    ]);
    for (dataset, imported) in done {
        for (file, _) in imported.files() {
            let counts = &file.counts;
            let mut cells = vec![(*dataset).to_owned(), file.file.clone()];
            let numbers = [
                counts.read,
                counts.accepted,
                counts.quarantined,
                counts.cases,
                counts.new,
                counts.revised,
                counts.unchanged,
            ];
            cells.extend(numbers.iter().map(u64::to_string));
            table.add_row(cells);
        }
    }
    let files: Vec<Value> = done
        .iter()
        .flat_map(|(dataset, imported)| {
            imported.files().map(|(file, seen)| file_to_json(dataset, file, seen))
        })
        .collect();
    table.print_as(format, &Value::Array(files))?;
    if format == OutputFormat::Table {
        for (_, imported) in done {
            for (file, seen) in imported.files() {
                explain_file(file, language);
                seen.findings.iter().for_each(|finding| {
                    println!("{}", describe_observation(&file.file, finding, seen, language));
                });
            }
        }
    }
    Ok(())
}

/// What a clerk should know about one file: why rows were refused, and where they are.
fn explain_file(file: &FileSummary, language: Language) {
    if let Some(batch) = &file.known_in {
        let known = language.pick("此文件先前已导入，批次", "imported before, in batch");
        println!("{}: {known} {batch}", file.file);
    }
    if let Some(encoding) = file.encoding.filter(|name| *name != "UTF-8") {
        println!("{}: {} {encoding}", file.file, language.pick("编码", "encoding"));
    }
    if !file.unread_sheets.is_empty() {
        let words = language.pick("未读的工作表：", "sheets that were not read:");
        let remedy =
            language.pick("要读的在映射中用 `sheets` 列出", "name those to read under `sheets`");
        println!("{}: {words} {}\n  → {remedy}", file.file, file.unread_sheets.join(", "));
    }
    for unread in &file.unread {
        println!("{}", describe_unread(&file.file, unread, language));
    }
    for count in &file.reasons {
        println!("{}", describe_refusal(file, count, language));
    }
    if let Some(path) = &file.quarantine {
        let words = language.pick(
            "被隔离的行在此，改好后可再次导入：",
            "the quarantined rows, to mend and import again:",
        );
        println!("{words} {}", path.display());
    }
    if file.missing.rows > 0 {
        let words = language
            .pick("件工单不在此次全量中（保留）：", "cases are not in this full export (kept):");
        println!("{} {words} {}", file.missing.rows, file.missing.examples.join(", "));
    }
}

/// A column that an expression left empty although the source has something there.
fn describe_unread(file: &str, unread: &UnreadTexts, language: Language) -> String {
    let (column, rows) = (&unread.column, unread.rows);
    let lines: Vec<String> = unread.lines.iter().map(u64::to_string).collect();
    let more = if rows > lines.len() as u64 { " …" } else { "" };
    language.pick(
        format!(
            "{file}：{column}，{rows} 行有内容，但表达式读不出时间或数字，留空（第 {}{more} 行）\n  \
             → 核对 `expr` 中的格式",
            lines.join("、")
        ),
        format!(
            "{file}: {column}: in {rows} rows `expr` cannot read what stands there as a moment or \
             a number, and leaves it empty (lines {}{more})\n  → see whether its format is right",
            lines.join(", ")
        ),
    )
}

/// One reason for quarantine with the lines it is about.
fn describe_refusal(file: &FileSummary, count: &ReasonCount, language: Language) -> String {
    let examples = count.examples.iter().map(|(line, value)| match value.as_str() {
        "" => line.to_string(),
        value => format!("{line} ({value})"),
    });
    let examples: Vec<String> = examples.collect();
    let (reason, remedy) = (
        count.reason.summarise_kind(to_lake_language(language)),
        count.reason.describe_remedy(to_lake_language(language)),
    );
    let (rows, column) = (count.rows, &count.column);
    let name = match &count.sheet {
        Some(sheet) => language.pick(
            format!("{}，工作表“{sheet}”", file.file),
            format!("{}, sheet `{sheet}`", file.file),
        ),
        None => file.file.clone(),
    };
    let at = if column.is_empty() {
        String::new()
    } else {
        language.pick(format!("{column}："), format!("{column}: "))
    };
    let more = if count.rows > examples.len() as u64 { " …" } else { "" };
    language.pick(
        format!(
            "{name}：{rows} 行，{at}{reason}（第 {}{more} 行）\n  → {remedy}",
            examples.join("、")
        ),
        format!(
            "{name}: {rows} × {at}{reason} (lines {}{more})\n  → {remedy}",
            examples.join(", ")
        ),
    )
}

/// What was seen in the source: a problem that no row is refused for.
fn describe_observation(
    file: &str,
    finding: &QualityFinding,
    seen: &FileObservation,
    language: Language,
) -> String {
    let (says, does) = quality::describe_finding(finding, language);
    let kind = quality::name_kind(finding, language);
    let (rows, column) = (finding.rows, &finding.column);
    let lines: Vec<String> =
        finding.examples.iter().map(|example| example.line.to_string()).collect();
    let more = if rows > lines.len() as u64 { " …" } else { "" };
    let (lines_zh, lines_en) = match lines.as_slice() {
        [] => (String::new(), String::new()),
        lines => (
            format!("（第 {}{more} 行）", lines.join("、")),
            format!(" (lines {}{more})", lines.join(", ")),
        ),
    };
    let part = if seen.looked_at < seen.rows {
        language.pick(
            format!("（抽看 {} 行中的 {} 行）", seen.rows, seen.looked_at),
            format!(" (in {} of {} rows)", seen.looked_at, seen.rows),
        )
    } else {
        String::new()
    };
    let of = |between: &str| {
        if column.is_empty() { String::new() } else { format!("{column}{between}") }
    };
    language.pick(
        format!("{file}：{kind}，{rows} 行{part}，{}{says}{lines_zh}\n  → {does}", of("：")),
        format!("{file}: {kind}, {rows} rows{part}: {}{says}{lines_en}\n  → {does}", of(": ")),
    )
}

fn file_to_json(dataset: &str, file: &FileSummary, seen: &FileObservation) -> Value {
    let reasons: Vec<Value> = file
        .reasons
        .iter()
        .map(|count| {
            let (chinese, english) =
                (to_lake_language(Language::Chinese), to_lake_language(Language::English));
            let lines: Vec<u64> = count.examples.iter().map(|(line, _)| *line).collect();
            let (reason, column) = (count.reason, &count.column);
            json!({
                "kind": reason.kind_name(),
                "sheet": count.sheet,
                "column": column,
                "rows": count.rows,
                "reason": { "zh": reason.summarise_kind(chinese), "en": reason.summarise_kind(english) },
                "remedy": { "zh": reason.describe_remedy(chinese), "en": reason.describe_remedy(english) },
                "lines": lines,
            })
        })
        .collect();
    let unread: Vec<Value> = file
        .unread
        .iter()
        .map(
            |unread| json!({ "column": unread.column, "rows": unread.rows, "lines": unread.lines }),
        )
        .collect();
    json!({
        "dataset": dataset,
        "file": file.file,
        "encoding": file.encoding,
        "unread_sheets": file.unread_sheets,
        "unread": unread,
        "read": file.counts.read,
        "accepted": file.counts.accepted,
        "quarantined": file.counts.quarantined,
        "cases": file.counts.cases,
        "new": file.counts.new,
        "revised": file.counts.revised,
        "unchanged": file.counts.unchanged,
        "batch": file.batch,
        "known_in": file.known_in,
        "quarantine": file.quarantine,
        "reasons": reasons,
        "looked_at": seen.looked_at,
        "findings": seen.findings.iter().map(quality::finding_to_json).collect::<Vec<Value>>(),
        "missing": file.missing.rows,
    })
}
