//! The words of the pages' templates, in Chinese and English.

pub(super) const WORDS: &[(&str, &str, &str)] = &[
    ("all_cases", "此指标的全部工单", "All cases of this indicator"),
    ("facts", "工单内容", "The case"),
    ("reading", "按此指标计时", "On this indicator's clock"),
    ("events", "经过", "What happened"),
    ("key_counted", "计时", "counted"),
    ("key_taken", "扣除", "subtracted"),
    ("key_due", "应完成时刻", "due"),
    ("key_late", "超时", "late"),
];
