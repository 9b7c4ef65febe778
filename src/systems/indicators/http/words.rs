//! The words of the pages' templates, in Chinese and English.

pub(super) const WORDS: &[(&str, &str, &str)] = &[
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
    ("no_records", "此统计期还没有记录。", "There are no records in this period yet."),
    (
        "no_records_next",
        "先导入：trueline import case 文件 --mapping 映射；或在地址后加上另一个统计期，如 ?period=2020H1。",
        "Import some first: trueline import case FILE --mapping MAPPING. Or add another period to \
         the address, such as ?period=2020H1.",
    ),
    ("reports", "报告文件", "Report files"),
    ("save", "下载这些行", "Download these rows"),
    ("definition", "口径", "Definition"),
    ("limits", "限值", "Limits"),
    ("scroll", "表格，可左右滚动", "Table, scrolls sideways"),
    ("list", "明细", "Every slice"),
    ("cross", "交叉表", "Cross table"),
];
