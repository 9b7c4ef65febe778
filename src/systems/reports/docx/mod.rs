//! The report as a Word draft for circulation, which says on every page that it is not the master.
//!
//! A small writer of our own: a dozen XML parts in a zip whose entries carry no time, so that the
//! same report gives the same bytes. Charts appear as the tables of their numbers, because people
//! comment on those.

mod layout;

use std::io::{Cursor, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{Environment, UndefinedBehavior, Value, context};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::html::template;
use super::model::{Language, QualityReport};
use super::view::{ReportView, prepare_view};

/// The parts in the order of the package: name in the package, template.
const PARTS: [(&str, &str); 11] = [
    ("[Content_Types].xml", include_str!("../templates/docx/content-types.xml")),
    ("_rels/.rels", include_str!("../templates/docx/package-rels.xml")),
    ("docProps/core.xml", include_str!("../templates/docx/core.xml")),
    ("word/document.xml", include_str!("../templates/docx/document.xml")),
    ("word/_rels/document.xml.rels", include_str!("../templates/docx/document-rels.xml")),
    ("word/styles.xml", include_str!("../templates/docx/styles.xml")),
    // After the document, because only the document knows how many lists it numbers.
    ("word/numbering.xml", include_str!("../templates/docx/numbering.xml")),
    ("word/settings.xml", include_str!("../templates/docx/settings.xml")),
    ("word/fontTable.xml", include_str!("../templates/docx/fonts.xml")),
    ("word/header1.xml", include_str!("../templates/docx/header.xml")),
    ("word/footer1.xml", include_str!("../templates/docx/footer.xml")),
];

/// Why there is no draft.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum DocxError {
    #[error("the report cannot be read by the templates")]
    #[zh("模板无法读取报告")]
    Data(#[from] serde_json::Error),
    #[error("the draft cannot be laid out")]
    #[zh("草稿无法排版")]
    Template(#[from] minijinja::Error),
    #[error("the draft cannot be packed")]
    #[zh("草稿无法打包")]
    Pack(#[from] zip::result::ZipError),
    #[error("the draft cannot be written")]
    #[zh("无法写入草稿")]
    Write(#[from] std::io::Error),
}

/// Writes the draft. The same report gives the same bytes.
pub(crate) fn render_docx(report: &QualityReport) -> Result<Vec<u8>, DocxError> {
    let starts: ListStarts = Arc::default();
    let env = make_environment(&starts)?;
    let mut view = prepare_view(report, None);
    fold_tables(&mut view);
    let shown = template::convert_json(serde_json::to_value(view)?);
    let own = list_own_words(report);
    let entry = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, _) in PARTS {
        let lists = starts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rest = context! { ..own.clone(), ..shown.clone() };
        let data = context! { starts => lists, ..rest };
        let text = env.get_template(name)?.render(data)?;
        package.start_file(name, entry)?;
        package.write_all(text.trim_start().as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}

/// The first number of each numbered list, and how deep the list is nested.
type ListStarts = Arc<Mutex<Vec<(u64, u64)>>>;

/// The deepest level of indentation; lists nested deeper are indented as much.
const DEEPEST: u64 = 2;

/// The table of a distribution is long and narrow, so it is printed in this many stacks.
const ABREAST: usize = 3;

/// Folds the tables that would fill a page with three columns of digits.
fn fold_tables(view: &mut ReportView<'_>) {
    let groups = view.sections.iter_mut().flat_map(|section| &mut section.groups);
    for chart in groups.flat_map(|group| &mut group.charts) {
        if chart.kind == "distribution" {
            layout::fold_rows(&mut chart.table, ABREAST);
        }
    }
}

/// What the templates need besides the view.
fn list_own_words(report: &QualityReport) -> Value {
    let chinese = report.language == Language::Chinese;
    context! {
        made_on => report.filing.date.clone(),
        latin => if chinese { "zh-CN" } else { "en-GB" },
        colon => if chinese { "：" } else { ": " },
        open_mark => if chinese { "（" } else { " (" },
        close_mark => if chinese { "）" } else { ")" },
        quiet_look => "<w:color w:val=\"5B6570\"/>",
        warn_look => "<w:color w:val=\"A8431F\"/>",
    }
}

/// The templates, with functions that number bookmarks and lists as the document goes on.
fn make_environment(starts: &ListStarts) -> Result<Environment<'static>, minijinja::Error> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let last = AtomicU32::new(0);
    env.add_function("next_id", move || last.fetch_add(1, Ordering::Relaxed) + 1);
    let starts = Arc::clone(starts);
    env.add_function("next_list", move |start: u64, depth: u64| {
        let mut starts = starts.lock().unwrap_or_else(PoisonError::into_inner);
        starts.push((start, depth.min(DEEPEST)));
        // List 1 is the bulleted one.
        starts.len() + 1
    });
    env.add_function("grid", layout::divide_page);
    env.add_function("even", layout::divide_evenly);
    for (name, text) in PARTS {
        env.add_template(name, text)?;
    }
    Ok(env)
}

#[cfg(test)]
mod tests;
