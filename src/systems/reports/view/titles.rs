//! Titles: that of a line, and those numbered as in the regulator's reports.

use crate::systems::reports::model::{Language, QualityReport, ReportLine, ReportedDefinition};

/// The title of a line, after that of its indicator where another line of the group has the same.
pub(crate) fn find_line_title(report: &QualityReport, line: &ReportLine) -> String {
    let mut groups = report.groups.iter();
    let group = groups.find(|group| group.lines.iter().any(|one| std::ptr::eq(one, line)));
    let same = |other: &ReportLine| {
        other.title == line.title && other.figure.indicator != line.figure.indicator
    };
    let ambiguous = group.is_some_and(|group| group.lines.iter().any(same));
    let of = |one: &&ReportedDefinition| one.indicator == line.figure.indicator;
    match report.definitions.iter().find(of).filter(|_| ambiguous) {
        Some(indicator) => match report.language {
            Language::Chinese => format!("{}{}", indicator.title, line.title),
            Language::English => format!("{}: {}", indicator.title, line.title),
        },
        None => line.title.clone(),
    }
}

const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// `三、主要服务指标完成情况`, `3  Main service indicators`
pub(super) fn number_title(index: usize, title: &str, language: Language) -> String {
    match (language, NUMERALS.get(index)) {
        (Language::Chinese, Some(numeral)) => format!("{numeral}、{title}"),
        (Language::Chinese, None) => format!("{}、{title}", index + 1),
        (Language::English, _) => format!("{}  {title}", index + 1),
    }
}

/// `（一）固定电话`, `3.1  Fixed telephone`
pub(super) fn number_title_below(
    above: usize,
    index: usize,
    title: &str,
    language: Language,
) -> String {
    match (language, NUMERALS.get(index)) {
        (Language::Chinese, Some(numeral)) => format!("（{numeral}）{title}"),
        (Language::Chinese, None) => format!("（{}）{title}", index + 1),
        (Language::English, _) => format!("{}.{}  {title}", above + 1, index + 1),
    }
}
