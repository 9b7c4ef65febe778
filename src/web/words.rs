//! The words of the templates, in Chinese and English.

use std::collections::BTreeMap;

use minijinja::Value;

/// The words in a language, by the name that templates use.
pub(super) fn words(chinese: bool) -> Value {
    let picked = WORDS.iter().map(|(name, zh, en)| (*name, if chinese { *zh } else { *en }));
    Value::from(picked.collect::<BTreeMap<&str, &str>>())
}

const WORDS: &[(&str, &str, &str)] = &[
    ("skip", "跳到正文", "Skip to content"),
    ("pages", "页面", "Pages"),
    ("indicator", "指标", "Indicator"),
    ("by", "切分", "Slice by"),
    ("also", "其他条件", "Other conditions"),
    ("also_hint", "如 channel=hotline", "such as channel=hotline"),
    ("period", "统计期", "Period"),
    ("show", "查看", "Show"),
    ("which", "工单", "Cases"),
    ("any", "全部", "all"),
    ("now_filtered", "当前条件", "Conditions"),
    ("remove", "去掉条件", "Remove condition"),
    ("nothing", "没有符合条件的工单。", "No case fits."),
    (
        "nothing_next",
        "去掉一个条件、换一个统计期，或看看别的指标。",
        "Remove a condition, choose another period or look at another indicator.",
    ),
    ("all_cases", "此指标的全部工单", "All cases of this indicator"),
    ("to_overview", "回到指标总览", "Back to the indicators"),
    ("no_records", "此统计期还没有记录。", "There are no records in this period yet."),
    (
        "no_records_next",
        "先导入：trueline import case 文件 --mapping 映射；或在地址后加上另一个统计期，如 ?period=2020H1。",
        "Import some first: trueline import case FILE --mapping MAPPING. Or add another period to \
         the address, such as ?period=2020H1.",
    ),
    ("provisional_tag", "暂定", "provisional"),
    (
        "simulated",
        "模拟数据：以下全部记录由程序生成，不是任何运营商的真实数据。",
        "Simulated: every record behind these figures was generated, none is real.",
    ),
    (
        "provisional",
        "网页上的数字为暂定值，随导入的记录而变；以已发布的报告为准。",
        "Figures on these pages are provisional and change with what is imported; the published \
         report counts.",
    ),
    ("reports", "报告文件", "Report files"),
    ("save", "下载这些行", "Download these rows"),
    ("definition", "口径", "Definition"),
    ("limits", "限值", "Limits"),
    ("scroll", "表格，可左右滚动", "Table, scrolls sideways"),
    ("list", "明细", "Every slice"),
    ("cross", "交叉表", "Cross table"),
    ("facts", "工单内容", "The case"),
    ("reading", "按此指标计时", "On this indicator's clock"),
    ("events", "经过", "What happened"),
    ("key_counted", "计时", "counted"),
    ("key_taken", "扣除", "subtracted"),
    ("key_due", "应完成时刻", "due"),
    ("key_late", "超时", "late"),
    ("wrong_where", "出错之处", "Where"),
    ("wrong_next", "下一步", "Next"),
    ("known_indicators", "本指标包的指标", "The indicators of this pack"),
];

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn every_word_that_a_template_names_is_there_in_both_languages() {
        let templates = [
            include_str!("../../console/templates/shell.html"),
            include_str!("../../console/templates/overview.html"),
            include_str!("../../console/templates/ask.html"),
            include_str!("../../console/templates/figures.html"),
            include_str!("../../console/templates/cases.html"),
            include_str!("../../console/templates/case.html"),
            include_str!("../../console/templates/refusal.html"),
        ];
        let mut named = 0;
        for part in templates.iter().flat_map(|text| text.split("words.").skip(1)) {
            let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let name = &part[..end.unwrap_or(part.len())];
            named += 1;
            for chinese in [true, false] {
                let found = words(chinese).get_attr(name).is_ok_and(|word| !word.is_undefined());
                assert!(found, "no word `{name}`");
            }
        }
        assert!(named > 10, "{named} words looked at");
        for (name, ..) in super::WORDS {
            let is_named = templates.iter().any(|text| text.contains(&format!("words.{name} ")));
            assert!(is_named, "no template says `{name}`");
        }
    }
}
