//! A number that a file shows and the evidence does not prove, as a finding.

use crate::verdict::{FindingKind, VerdictFinding};
use trueline_language::Text;

/// A number that is shown somewhere and is not the proved one.
pub(crate) fn difference_finding(
    figure: &str,
    place: &str,
    field: (&str, &str),
    shown: &str,
    proved: &str,
) -> VerdictFinding {
    let place_zh = match place {
        "page" => "页面",
        "narrative" => "正文",
        "slices" => "分项数据",
        "previous" => "上期",
        "chart" => "图表",
        _ => "报告数据",
    };
    let says = Text::new(
        format!(
            "{figure} 的“{}”：文件中为 {shown}，据证据应为 {proved}（位置：{place_zh}）",
            field.0
        ),
        format!("{figure}, {}: the file says {shown}, the evidence {proved} (in {place})", field.1),
    );
    VerdictFinding::new(FindingKind::Figure, says).about_figure(figure).at_place(place)
}
